/**
 * Owns: reading dead letters, and which of them are asked for.
 */
import type { DeadLetter } from '../../../schemas/generated/avro.ts';
import { letterId } from '../../../shared/domain/ids.ts';
import { codecOf } from '../../../shared/runtime/stage-worker.ts';
import { keyIdOf } from '../../../shared/domain/sealing/seal.ts';
import type { Pipeline } from '../local/pipeline.ts';

export interface LetterFilter {
  readonly code?: string;
  readonly stage?: string;
  readonly source?: string;
  readonly cluster?: string;
  /** Bounds of `receivedAt`, ms since the epoch; `since` inclusive, `until` exclusive. */
  readonly since?: number;
  readonly until?: number;
}

export function matches(letter: DeadLetter, filter: LetterFilter): boolean {
  const { cluster, code, since, source, stage, until } = filter;
  return (
    (code === undefined || letter.code === code) &&
    (stage === undefined || letter.stage === stage) &&
    (source === undefined || letter.source === source) &&
    (cluster === undefined || letter.cluster === cluster) &&
    (since === undefined || letter.receivedAt >= since) &&
    (until === undefined || letter.receivedAt < until)
  );
}

/** `topic/partition/offset/index` of what was rejected: tells copies of one letter from new tries. */
export function placeOf({ index, offset, partition, topic }: DeadLetter): string {
  return `${topic}/${partition}/${offset}/${index ?? ''}`;
}

/** Why sealed bytes can't be read, for the operator. */
export function notOpened(why: 'unknown_key' | 'broken_seal', sealed: Buffer): string {
  return why === 'unknown_key'
    ? `it is encrypted with the key ${keyIdOf(sealed)}, which neither collector.raw.keyFile nor previousKeyFiles names`
    : 'it does not open with the key that it names: it was changed, or is not where it was written';
}

/** All letters from `since` on, as they were written. What is no letter is passed over. */
export async function* readLetters(
  pipeline: Pick<Pipeline, 'read'>,
  since?: number,
): AsyncGenerator<DeadLetter> {
  const codec = codecOf('audit.deadletter');
  for await (const { value } of pipeline.read('audit.deadletter', since ?? 'beginning')) {
    const decoded = value === null ? undefined : codec.decode(value);
    if (decoded?.ok !== true) continue;
    const letter = decoded.value;
    const { id, index, offset, partition, topic } = letter;
    // Letters of the first release have no id of their own.
    yield id === '' ? { ...letter, id: letterId(topic, partition, offset, index) } : letter;
  }
}
