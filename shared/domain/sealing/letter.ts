/**
 * Owns: sealing the bytes of a dead letter, so that what was rejected of a sealed record is not
 * readable where the record is not. Pure: the same letter gives the same bytes.
 * Does not own: the cipher (seal.ts).
 */
import { isSealed, nonceOf, open, seal, type Opened, type SealKey } from './seal.ts';

/** Of a DeadLetter, what a seal is bound to, and the bytes. Fields as in schemas/avro/dead-letter. */
export interface LetterFacts {
  readonly stage: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly index: number | null;
  readonly source: string;
  readonly cluster: string;
  readonly sender: string;
  readonly senderId: string;
  readonly bytes: Buffer;
}

function labelOf(letter: LetterFacts): Buffer {
  const { cluster, index, offset, partition, sender, senderId, source, stage, topic } = letter;
  const facts = ['letter', stage, topic, partition, offset, index];
  return Buffer.from(JSON.stringify([...facts, source, cluster, sender, senderId]));
}

/** With the first of `keys`; as it is where there is none. */
export function sealLetter<T extends LetterFacts>(keys: readonly SealKey[], letter: T): T {
  const [key] = keys;
  if (key === undefined) return letter;
  const label = labelOf(letter);
  const bytes = seal(key, letter.bytes, label, nonceOf(key, label, letter.bytes));
  return { ...letter, bytes };
}

/** What was rejected. A sender can send what looks sealed: `unknown_key` may mean that, too. Total. */
export function openLetter(keys: readonly SealKey[], letter: LetterFacts): Opened {
  const { bytes } = letter;
  return isSealed(bytes) ? open(keys, bytes, labelOf(letter)) : { ok: true, bytes };
}
