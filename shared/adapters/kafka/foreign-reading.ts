/**
 * Owns: reading the partitions of one foreign topic that are this member's: where to start, what is
 * missing, and committing behind the handler.
 * Does not own: being a member (foreign-topic.ts).
 */
import type { Kafka } from 'kafkajs';
import { TransientError } from '../../errors/fault.ts';
import type { AdminAccess } from './admin-access.ts';
import { committedOffsets } from './committed-offsets.ts';
import type { ForeignHandler, ForeignOptions } from './foreign.ts';
import type { ForeignMember } from './foreign-member.ts';
import { OffsetOutOfRangeError, openTopicReader, type TopicReader } from './topic-reader.ts';

const FETCH_WAIT_MS = 500;
const LAG_EVERY_MS = 10_000;

export interface TopicRun {
  readonly topic: string;
  readonly partitions: readonly number[];
  readonly kafka: Kafka;
  readonly admin: AdminAccess;
  readonly member: ForeignMember;
  readonly options: ForeignOptions;
  readonly handler: ForeignHandler;
  readonly ended: AbortSignal;
  /** What could not be committed yet, by partition. */
  readonly uncommitted: Map<number, bigint>;
}

/** Runs until `ended` aborts. Throws TransientError, FatalError. */
export async function readForeign(run: TopicRun): Promise<void> {
  if (run.partitions.length === 0) return;
  const { clock, maxBatchBytes } = run.options;
  const reader = await openTopicReader(run.kafka, run.topic, clock);
  try {
    const positions = new Map(await startPositions(run, reader));
    let lagAtMs = 0;
    while (!run.ended.aborted) {
      if (clock.now() - lagAtMs > LAG_EVERY_MS) {
        await tellLag(run, reader, positions);
        lagAtMs = clock.now();
      }
      await fetchOnce(run, reader, positions, maxBatchBytes);
      await commitAll(run);
    }
  } finally {
    await reader.close();
  }
}

async function tellLag(run: TopicRun, reader: TopicReader, positions: ReadonlyMap<number, bigint>) {
  const ends = await reader.ends(run.partitions);
  const behind = [...positions].map(([p, position]) => (ends.get(p) ?? position) - position);
  run.handler.lag(Number(behind.reduce((sum, n) => sum + (n > 0n ? n : 0n), 0n)));
}

/** Where to go on. What the group had committed and is gone by now is a gap. */
async function startPositions(
  run: TopicRun,
  reader: TopicReader,
): Promise<ReadonlyMap<number, bigint>> {
  const { admin, options, partitions, topic } = run;
  const [committed, starts, ends] = await Promise.all([
    committedOffsets(admin, options.group, topic),
    reader.starts(partitions),
    reader.ends(partitions),
  ]);
  const positions = new Map<number, bigint>();
  for (const partition of partitions) {
    const start = starts.get(partition) ?? 0n;
    const end = ends.get(partition) ?? start;
    const known = committed.get(partition);
    // A partition that was added later is new: skipping in it would lose messages.
    const isSkipped = options.from === 'end' && committed.size === 0;
    const position = known ?? (isSkipped ? end : start);
    positions.set(partition, await within(run, { partition, position, start, end }));
    if (known === undefined && isSkipped) run.uncommitted.set(partition, position);
  }
  return positions;
}

interface Range {
  readonly partition: number;
  readonly position: bigint;
  readonly start: bigint;
  readonly end: bigint;
}

/** The position, or the start of what is there; a gap is told. */
async function within(run: TopicRun, { end, partition, position, start }: Range): Promise<bigint> {
  if (position >= start && position <= end) return position;
  const { ended, handler, options, topic } = run;
  // Beyond the end: the topic was made anew, and nobody knows what the former one still held.
  const to = position < start ? start : position;
  options.logger.warn(
    { topic, partition, position: String(position), start: String(start), end: String(end) },
    'Offset is not in the topic any more, going on at its beginning',
  );
  await handler.gap({ topic, partition, from: position, to }, ended);
  return start;
}

async function fetchOnce(
  run: TopicRun,
  reader: TopicReader,
  positions: Map<number, bigint>,
  maxBytes: number,
): Promise<void> {
  const { ended, handler, topic, uncommitted } = run;
  let fetched: Awaited<ReturnType<TopicReader['fetch']>>;
  try {
    fetched = await reader.fetch(positions, { minBytes: 1, maxBytes, maxWaitMs: FETCH_WAIT_MS });
  } catch (error) {
    if (!(error instanceof OffsetOutOfRangeError)) throw error;
    for (const [partition, position] of await outOfRange(run, reader, positions)) {
      positions.set(partition, position);
    }
    return;
  }
  for (const { next, partition, records } of fetched) {
    if (ended.aborted) return;
    if (records.length > 0) await handler.take({ topic, partition, records }, ended);
    const before = positions.get(partition) ?? 0n;
    if (next === before) continue;
    positions.set(partition, next);
    uncommitted.set(partition, next);
  }
}

/**
 * A commit may fail while the group is rebalanced, which ends by itself: it is tried again with the
 * next. What is not committed is read again by whoever goes on.
 */
async function commitAll({ member, options, topic, uncommitted }: TopicRun): Promise<void> {
  for (const [partition, next] of uncommitted) {
    try {
      await member.commit(topic, partition, next);
      uncommitted.delete(partition);
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      options.logger.debug({ topic, partition, error: error.message }, 'Not committed yet');
      return;
    }
  }
}

async function outOfRange(
  run: TopicRun,
  reader: TopicReader,
  positions: ReadonlyMap<number, bigint>,
): Promise<ReadonlyMap<number, bigint>> {
  const [starts, ends] = await Promise.all([
    reader.starts(run.partitions),
    reader.ends(run.partitions),
  ]);
  const mended = new Map<number, bigint>();
  for (const [partition, position] of positions) {
    const start = starts.get(partition) ?? 0n;
    const end = ends.get(partition) ?? start;
    mended.set(partition, await within(run, { partition, position, start, end }));
  }
  return mended;
}
