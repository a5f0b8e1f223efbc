/**
 * Owns: the record that replays a dead letter. Pure.
 * An item of a raw batch, or the body of one, becomes a raw batch of its own under the sender and
 * cluster of the first; anything else is appended again as it was.
 */
import type { DeadLetter, RawBatch } from '../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../schemas/raw-batch.ts';
import { TOPICS, type TopicName } from '../../../schemas/topics.ts';
import { type Link, nextLink, sha256 } from '../../../shared/domain/chain.ts';
import { replayHeaders } from '../../../shared/pipeline/replay.ts';
import { openBatch, type Sealer } from '../../../shared/domain/sealing/batch.ts';
import type { SealKey } from '../../../shared/domain/sealing/seal.ts';
import { codecOf } from '../../../shared/runtime/stage-worker.ts';
import type { AppendedRecord } from '../local/pipeline.ts';
import { notOpened } from './letters.ts';
import type { Original, Target } from './targets.ts';

export interface ReplayRun {
  /** Who replays, as the operating system knows them. */
  readonly actor: string;
  /** Names this run, also as collectorId. */
  readonly id: string;
  readonly nowMs: number;
  /** Of audit.raw: for what was sealed. */
  readonly rawKeys: readonly SealKey[];
  /** Present: what is appended to audit.raw is sealed. */
  readonly sealer?: Sealer | undefined;
}

export type Built =
  | {
      readonly ok: true;
      readonly topic: TopicName;
      readonly record: AppendedRecord;
      readonly last: Link;
    }
  | { readonly ok: false; readonly reason: string };

export interface Replayed {
  readonly target: Target;
  readonly letter: DeadLetter;
  /** The whole record where it was read, for letters that were cut. */
  readonly whole: Buffer | undefined;
}

function origin(run: ReplayRun, { id, index, offset, partition, topic }: DeadLetter): string {
  const { actor, id: runId } = run;
  return JSON.stringify({
    replay: { letter: id, run: runId, actor, topic, partition, offset, index },
  });
}

/** The batch around the rejected bytes: what the first said, or else what the letter says. */
function batchAround(letter: DeadLetter, original: Original | undefined): RawBatch | undefined {
  const { bytes, cluster, receivedAt, sender, senderId, source } = letter;
  if (original === undefined) {
    if (source === '' || cluster === '') return undefined;
    return rawBatch({ source, cluster, sender, senderId, receivedAt, body: bytes });
  }
  const { partSha256, ...rest } = original;
  const isAll = sha256(bytes).equals(partSha256);
  const as = isAll ? rest : { ...rest, framing: 'BODY' as const, contentEncoding: '' };
  return { ...as, body: bytes };
}

function batchOf({ letter, target, whole }: Replayed): RawBatch | undefined {
  const decoded =
    whole === undefined && letter.index !== null
      ? undefined
      : codecOf('audit.raw').decode(whole ?? letter.bytes);
  if (decoded?.ok === true) return decoded.value;
  return letter.index === null ? undefined : batchAround(letter, target.original);
}

/** Where a batch is not given, why. */
function openedBatch(
  { rawKeys }: ReplayRun,
  replayed: Replayed,
):
  | { readonly ok: true; readonly batch: RawBatch }
  | { readonly ok: false; readonly reason: string } {
  const batch = batchOf(replayed);
  if (batch === undefined) {
    const reason = 'it does not say who sent it, and audit.raw no longer has the record';
    return { ok: false, reason };
  }
  const opened = openBatch(rawKeys, batch);
  return opened.ok ? opened : { ok: false, reason: notOpened(opened.why, batch.body) };
}

function asBatch(run: ReplayRun, replayed: Replayed, last: Link): Built {
  const opened = openedBatch(run, replayed);
  if (!opened.ok) return opened;
  const { letter, target } = replayed;
  const { sealer } = run;
  const hash = sealer?.hash ?? sha256;
  const bodySha256 = hash(opened.batch.body);
  const plain: RawBatch = {
    ...opened.batch,
    ...{ bodySha256, part: 0, parts: 1, refused: [], replayOf: target.id },
    ...{ collectorId: `replay:${run.id}`, sequence: last.sequence + 1 },
    origin: origin(run, letter),
  };
  const stored = sealer === undefined ? plain : sealer.seal(plain);
  const link = nextLink(last, sha256(stored.body));
  const value = codecOf('audit.raw').encode({ ...stored, ...link });
  const record = recordOf(run, target, bodySha256, value);
  return { ok: true, topic: 'audit.raw', record, last: link };
}

function recordOf(
  run: ReplayRun,
  { attempts, id }: Target,
  key: Buffer | null,
  value: Buffer,
): AppendedRecord {
  return {
    ...{ key, value, timestampMs: run.nowMs },
    headers: { ...replayHeaders({ of: id, attempt: attempts + 1 }) },
  };
}

/** Topics whose records have the id of their value as the key. */
const KEYED = ['audit.events', 'audit.findings', 'audit.sessions'] as const;

/** The key by which repeats of a value meet in one partition. */
function keyOf(name: TopicName, value: Buffer): Buffer | null {
  const topic = KEYED.find((keyed) => keyed === name);
  const decoded = topic === undefined ? undefined : codecOf(topic).decode(value);
  if (decoded?.ok === true) return Buffer.from(decoded.value.id);
  // A topic that is compacted takes nothing without a key.
  return TOPICS[name].cleanup === 'delete' ? null : sha256(value);
}

/** `last`: the chain of this run so far. */
export function buildReplay(run: ReplayRun, replayed: Replayed, last: Link): Built {
  const { letter, target, whole } = replayed;
  if (target.topic === undefined) {
    return {
      ok: false,
      reason: `it came from ${letter.topic}, which is no topic of this pipeline`,
    };
  }
  if (target.isCut && whole === undefined) {
    return { ok: false, reason: 'it holds only the beginning, and the record is no longer there' };
  }
  if (target.topic === 'audit.raw') {
    const isReadable =
      letter.index !== null || codecOf('audit.raw').decode(whole ?? letter.bytes).ok;
    if (isReadable) return asBatch(run, replayed, last);
  }
  const value = whole ?? letter.bytes;
  const { topic } = target;
  return { ok: true, topic, record: recordOf(run, target, keyOf(topic, value), value), last };
}
