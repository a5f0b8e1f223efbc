/**
 * Owns: reading one partition in order, in pages of bounded bytes, and finding damage: a gap in
 * the offsets is reported, never passed over.
 */
import type { LogRecord } from '../../ports/log.ts';
import { decodeChunk } from './chunk.ts';
import { decodeEntry } from './chunk-index.ts';
import { type Level, lastEntry, readPage, scanRange } from './database.ts';
import { KIND, offsetKey, offsetOf } from './keys.ts';
import type { Partition } from './partition.ts';
import type { RecentChunks } from './recent.ts';
import { damaged } from './trouble.ts';

export interface TakeLimits {
  readonly records: number;
  /** Bytes of keys and values; a single larger record comes alone. */
  readonly bytes: number;
}

/** Where records are: on disk all, in memory the last ones. */
export interface RecordSource {
  readonly level: Level;
  readonly recent: RecentChunks;
}

const PAGE_CHUNKS = 1000;

export class Cursor {
  readonly partition: Partition;
  readonly #source: RecordSource;
  #offset: bigint;
  #loaded: readonly LogRecord[] = [];
  #next = 0;
  /** First offset behind the loaded page; where a chunk begins. Unknown before the first page. */
  #pageEnd: bigint | undefined;

  constructor(source: RecordSource, partition: Partition, offset: bigint) {
    this.#source = source;
    this.partition = partition;
    this.#offset = offset;
  }

  /** Offset of the next record that `take` gives. */
  get offset(): bigint {
    return this.#offset;
  }

  /** The next records before `until`, which are durable; none at the end. */
  async take(limits: TakeLimits, until = this.partition.end): Promise<readonly LogRecord[]> {
    if (this.#next >= this.#loaded.length) {
      if (this.#offset >= until) return [];
      await this.#load(limits.bytes);
    }
    const ready = this.#loaded.slice(this.#next, this.#next + limits.records);
    const taken = ready.slice(0, fitting(ready, limits.bytes, until));
    this.#next += taken.length;
    this.#offset += BigInt(taken.length);
    if (this.#next >= this.#loaded.length) {
      // Lets go of the page's memory while the records are processed.
      this.#loaded = [];
      this.#next = 0;
    }
    return taken;
  }

  async #load(bytes: number): Promise<void> {
    const { partition } = this;
    if (this.#offset < partition.start) {
      this.#offset = partition.start;
      this.#pageEnd = undefined;
    }
    const { level } = this.#source;
    let base = this.#pageEnd ?? (await chunkBaseAt(level, partition, this.#offset));
    const records: LogRecord[] = [];
    for (const chunk of await readChunks(this.#source, partition, { base, bytes })) {
      if (chunk.base !== base) throw gap(partition, base);
      const place = { topic: partition.topic.spec.name, partition: partition.index, base };
      for (const record of decodeChunk(chunk.bytes, place)) records.push(record);
      base = (records.at(-1)?.offset ?? base) + 1n;
    }
    const first = records.findIndex((record) => record.offset >= this.#offset);
    if (first < 0) throw gap(partition, this.#offset);
    this.#loaded = records;
    this.#next = first;
    this.#pageEnd = base;
  }
}

interface ChunkAt {
  readonly base: bigint;
  readonly bytes: Buffer;
}

async function readChunks(
  { level, recent }: RecordSource,
  partition: Partition,
  from: { readonly base: bigint; readonly bytes: number },
): Promise<readonly ChunkAt[]> {
  const inMemory = recent.page(partition, from.base, from.bytes);
  if (inMemory.length > 0) return inMemory;
  const { id } = partition.topic;
  const range = {
    gte: offsetKey(KIND.chunk, id, partition.index, from.base),
    lt: offsetKey(KIND.chunk, id, partition.index, partition.end),
  };
  const page = await readPage(level, range, { entries: PAGE_CHUNKS, bytes: from.bytes });
  return page.map(([key, bytes]) => ({ base: offsetOf(key), bytes }));
}

/** How many records from the front are before `until` and within the bytes; one always fits. */
function fitting(records: readonly LogRecord[], maxBytes: number, until: bigint): number {
  let bytes = 0;
  for (const [i, record] of records.entries()) {
    bytes += (record.value?.length ?? 0) + (record.key?.length ?? 0);
    if (record.offset >= until || (i > 0 && bytes > maxBytes)) return i;
  }
  return records.length;
}

function gap(partition: Partition, offset: bigint): Error {
  return damaged(`record ${offset} of ${partition.topic.spec.name}/${partition.index} is missing`);
}

/** Offset of the first record of the chunk that holds `offset`. */
async function chunkBaseAt(level: Level, partition: Partition, offset: bigint): Promise<bigint> {
  const { id } = partition.topic;
  const range = {
    gte: offsetKey(KIND.index, id, partition.index, 0n),
    lt: offsetKey(KIND.index, id, partition.index, offset + 1n),
  };
  const entry = await lastEntry(level, range);
  if (entry === undefined) throw gap(partition, offset);
  return offsetOf(entry[0]);
}

/** Offset of the first record whose time is `timeMs` or later; the end if there is none. */
export async function offsetAtTime(
  level: Level,
  partition: Partition,
  timeMs: number,
): Promise<bigint> {
  const { end } = partition;
  const { id, spec } = partition.topic;
  const range = {
    gte: offsetKey(KIND.index, id, partition.index, partition.start),
    lt: offsetKey(KIND.index, id, partition.index, end),
  };
  for await (const [key, value] of scanRange(level, range)) {
    if (decodeEntry(value).maxTimestampMs < timeMs) continue;
    const base = offsetOf(key);
    const chunk = await level.get(offsetKey(KIND.chunk, id, partition.index, base));
    if (chunk === undefined) throw gap(partition, base);
    const place = { topic: spec.name, partition: partition.index, base };
    const found = decodeChunk(chunk, place).find((record) => record.timestampMs >= timeMs);
    if (found !== undefined) return found.offset;
  }
  return end;
}
