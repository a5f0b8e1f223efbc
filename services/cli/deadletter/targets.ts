/**
 * Owns: which dead letters a replay is about, what became of their earlier replays, and what audit.raw
 * still knows of the records that they came from.
 */
import type { DeadLetter, RawBatch } from '../../../schemas/generated/avro.ts';
import { TOPICS, type TopicName, topicName } from '../../../schemas/topics.ts';
import { sha256 } from '../../../shared/domain/chain.ts';
import { openBatch } from '../../../shared/domain/sealing/batch.ts';
import type { SealKey } from '../../../shared/domain/sealing/seal.ts';
import { isCut } from '../../../shared/pipeline/letter.ts';
import { readReplay } from '../../../shared/pipeline/replay.ts';
import type { LogRecord } from '../../../shared/ports/log.ts';
import { codecOf } from '../../../shared/runtime/stage-worker.ts';
import type { Pipeline } from '../local/pipeline.ts';
import { type LetterFilter, matches, placeOf, readLetters } from './letters.ts';

/** What a record in audit.raw said of the bytes that were rejected, without the bytes. */
export type Original = Omit<RawBatch, 'body'> & { readonly partSha256: Buffer };

export interface Target {
  readonly id: string;
  readonly stage: string;
  /** Topic in the table of topics; undefined: of no pipeline with this prefix. */
  readonly topic: TopicName | undefined;
  /** Where it was read for the first time, and when. */
  readonly first: Pick<DeadLetter, 'partition' | 'offset' | 'receivedAt'>;
  /** `placeOf` its last failure; the letter that is there has the bytes. */
  lastPlace: string;
  attempts: number;
  isCut: boolean;
  /** `partition/offset` of where it, or a replay of it, failed as a whole. */
  readonly failedAt: Set<string>;
  /** Where it was appended again, the last time. */
  replayed?: { readonly partition: number; readonly offset: bigint };
  original?: Original;
}

export interface Selection {
  readonly ids: readonly string[];
  readonly filter: LetterFilter;
  readonly limit: number;
}

/** Senders' and our clocks differ: a replay may seem older than its letter. */
const CLOCKS_DIFFER_MS = 3_600_000;

function topicOf(prefix: string, name: string): TopicName | undefined {
  const names = Object.keys(TOPICS) as TopicName[];
  return names.find((topic) => topicName(prefix, topic) === name);
}

function targetOf(prefix: string, letter: DeadLetter): Target {
  const { attempts, id, offset, partition, receivedAt, stage } = letter;
  return {
    ...{ id, stage, attempts, topic: topicOf(prefix, letter.topic) },
    first: { partition, offset, receivedAt },
    lastPlace: placeOf(letter),
    isCut: isCut(letter),
    failedAt: new Set([`${partition}/${offset}`]),
  };
}

/** The oldest letters that are asked for, and how many more there are. */
export async function selectTargets(
  pipeline: Pick<Pipeline, 'read'>,
  prefix: string,
  { filter, ids, limit }: Selection,
): Promise<{ readonly targets: readonly Target[]; readonly more: number }> {
  const wanted = new Set(ids);
  const targets = new Map<string, Target>();
  const more = new Set<string>();
  for await (const letter of readLetters(pipeline, ids.length > 0 ? undefined : filter.since)) {
    const known = targets.get(letter.id);
    if (known !== undefined) {
      known.failedAt.add(`${letter.partition}/${letter.offset}`);
      known.lastPlace = placeOf(letter);
      known.attempts = Math.max(known.attempts, letter.attempts, known.failedAt.size);
      known.isCut = isCut(letter);
      continue;
    }
    if (wanted.size > 0 && !wanted.has(letter.id)) continue;
    if (!matches(letter, filter)) continue;
    if (targets.size < limit) targets.set(letter.id, targetOf(prefix, letter));
    else more.add(letter.id);
  }
  return { targets: [...targets.values()], more: more.size };
}

function originalOf(record: LogRecord, keys: readonly SealKey[]): Original | undefined {
  const decoded = codecOf('audit.raw').decode(record.value ?? Buffer.alloc(0));
  const opened = decoded.ok ? openBatch(keys, decoded.value) : decoded;
  if (!opened.ok) return undefined;
  const { body, ...rest } = opened.batch;
  return { ...rest, partSha256: sha256(body) };
}

function grouped<K, T>(items: readonly T[], keyOf: (item: T) => K): ReadonlyMap<K, readonly T[]> {
  const groups = new Map<K, T[]>();
  for (const item of items) {
    const group = groups.get(keyOf(item));
    if (group === undefined) groups.set(keyOf(item), [item]);
    else group.push(item);
  }
  return groups;
}

/** One pass over a topic for all of its targets: earlier replays by header, originals by place. */
async function lookThrough(
  pipeline: Pick<Pipeline, 'read'>,
  topic: TopicName,
  targets: readonly Target[],
  keys: readonly SealKey[],
): Promise<void> {
  const byId = new Map(targets.map((target) => [target.id, target]));
  const byPlace = grouped(targets, ({ first }) => `${first.partition}/${first.offset}`);
  const earliest = targets.reduce(
    (ms, { first }) => Math.min(ms, first.receivedAt),
    Number.POSITIVE_INFINITY,
  );
  const from = Math.max(0, earliest - CLOCKS_DIFFER_MS);
  for await (const record of pipeline.read(topic, from)) {
    const { offset, partition } = record;
    const replay = readReplay(record.headers);
    const target = replay === undefined ? undefined : byId.get(replay.of);
    if (target !== undefined) target.replayed = { partition, offset };
    if (topic !== 'audit.raw') continue;
    const here = byPlace.get(`${partition}/${offset}`);
    if (here === undefined) continue;
    const original = originalOf(record, keys);
    if (original !== undefined) for (const one of here) one.original = original;
  }
}

/** Fills in what the topics know of the targets. `keys`: of audit.raw. */
export async function lookUp(
  pipeline: Pick<Pipeline, 'read'>,
  targets: readonly Target[],
  keys: readonly SealKey[],
): Promise<void> {
  const byTopic = grouped(targets, ({ topic }) => topic);
  for (const [topic, group] of byTopic) {
    if (topic !== undefined) await lookThrough(pipeline, topic, group, keys);
  }
}

/** Why a target is not to be replayed; undefined: it is. */
export type Standing =
  | { readonly kind: 'due' }
  | { readonly kind: 'pending' | 'done'; readonly partition: number; readonly offset: bigint };

/** `committed` by partition: how far the stage that rejected it has come. */
export function standingOf(target: Target, committed: ReadonlyMap<number, bigint>): Standing {
  const { failedAt, replayed } = target;
  if (replayed === undefined) return { kind: 'due' };
  const { offset, partition } = replayed;
  if (failedAt.has(`${partition}/${offset}`)) return { kind: 'due' };
  const isDone = offset < (committed.get(partition) ?? 0n);
  return { kind: isDone ? 'done' : 'pending', partition, offset };
}
