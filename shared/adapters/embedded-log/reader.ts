/**
 * Owns: reading a topic outside of any group.
 */
import type { LogRecord, ReadOptions } from '../../ports/log.ts';
import { Cursor, offsetAtTime } from './cursor.ts';
import type { Engine } from './engine.ts';
import { moreAt, type Partition } from './partition.ts';
import { closed } from './trouble.ts';

const PAGE = { records: 1000, bytes: 1024 * 1024 };

interface Bounded {
  readonly cursor: Cursor;
  /** Of the partition, when the reading began. */
  readonly end: bigint;
  /** Undefined: follows. */
  readonly until: bigint | undefined;
}

/**
 * See Log.read. The ends are those at the time of this call, not of the first `next`.
 * Throws FatalError `missing_topic` at once; the iteration throws `data_dir_damaged`, or
 * TransientError when the log is closed before it ends.
 */
export function readTopic(engine: Engine, options: ReadOptions): AsyncIterable<LogRecord> {
  const partitions = engine.topics.get(options.topic).partitions;
  return records(engine, options, new Map(partitions.map((p) => [p, p.end])));
}

async function* records(
  engine: Engine,
  options: ReadOptions,
  ends: ReadonlyMap<Partition, bigint>,
): AsyncGenerator<LogRecord> {
  const { signal } = options;
  const sources = await Promise.all(
    [...ends].map(([partition, end]) => sourceAt(engine, options, partition, end)),
  );
  let tellCaughtUp = options.onCaughtUp;
  while (!signal.aborted) {
    if (tellCaughtUp !== undefined && sources.every(isCaughtUp)) {
      tellCaughtUp();
      tellCaughtUp = undefined;
    }
    let found = false;
    for (const { cursor, until } of sources) {
      if (engine.closing.aborted) throw closed();
      const page = await cursor.take(PAGE, until);
      yield* unlessAborted(page, signal);
      found ||= page.length > 0;
    }
    if (!found && options.untilEnd) return;
    const places = sources.map(({ cursor }) => cursor);
    if (!found) await moreAt(places, [signal, engine.closing]);
  }
}

function isCaughtUp({ cursor, end }: Bounded): boolean {
  return cursor.offset >= end;
}

function* unlessAborted(page: readonly LogRecord[], signal: AbortSignal): Generator<LogRecord> {
  for (const record of page) {
    if (signal.aborted) return;
    yield record;
  }
}

async function sourceAt(
  engine: Engine,
  { from, untilEnd }: ReadOptions,
  partition: Partition,
  end: bigint,
): Promise<Bounded> {
  const until = untilEnd ? end : undefined;
  if (from === 'end') return { cursor: new Cursor(engine, partition, end), end, until };
  const offset =
    from === 'beginning' ? partition.start : await offsetAtTime(engine.level, partition, from);
  return { cursor: new Cursor(engine, partition, offset), end, until };
}
