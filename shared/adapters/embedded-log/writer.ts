/**
 * Owns: every write to the log: requests that arrive while a sync runs share the next one (group
 * commit), nothing is acknowledged before its sync, and offsets are given in the order of arrival.
 * Does not own: what a request must fulfil (open.ts checks appends, lane.ts commits).
 */
import type { Logger } from '../../ports/telemetry.ts';
import type { OutRecord } from '../../ports/log.ts';
import { encodeChunk } from './chunk.ts';
import { encodeEntry } from './chunk-index.ts';
import type { Level, WriteOp } from './database.ts';
import { KIND, offsetKey } from './keys.ts';
import type { Partition } from './partition.ts';
import type { Chunk, RecentChunks } from './recent.ts';
import { writeTrouble } from './trouble.ts';

/** A record with the partition that it goes to and the bytes that it takes in a chunk. */
export interface PlacedRecord {
  readonly partition: Partition;
  readonly record: OutRecord;
  readonly bytes: number;
}

export interface WriteRequest {
  readonly records: readonly PlacedRecord[];
  readonly ops: readonly WriteOp[];
  /** Last word before the request enters a batch; what it throws is the request's error. */
  check?(): void;
}

interface Pending {
  readonly request: WriteRequest;
  readonly bytes: number;
  resolve(): void;
  reject(error: unknown): void;
}

/** A reader holds whole chunks in memory, so they stay small; a larger record has its own. */
const CHUNK_BYTES = 512 * 1024;
/** A batch is copied as a whole by LevelDB; one larger request goes alone. */
const BATCH_BYTES = 16 * 1024 * 1024;

export interface WriterParts {
  readonly level: Level;
  readonly recent: RecentChunks;
  readonly now: () => number;
  readonly logger: Logger | undefined;
}

export class Writer {
  readonly #parts: WriterParts;
  readonly #queue: Pending[] = [];
  #queuedBytes = 0;
  #running: Promise<void> | undefined;
  #failure: Error | undefined;

  constructor(parts: WriterParts) {
    this.#parts = parts;
  }

  /** Bytes of records that wait for a sync or are in one. */
  get queuedBytes(): number {
    return this.#queuedBytes;
  }

  /** Why nothing can be written any more. */
  get failure(): Error | undefined {
    return this.#failure;
  }

  /** Resolves once all of the request is durable and visible; rejects if nothing of it is. */
  submit(request: WriteRequest): Promise<void> {
    return new Promise((resolve, reject) => {
      const bytes = request.records.reduce((sum, placed) => sum + placed.bytes, 0);
      this.#queuedBytes += bytes;
      this.#queue.push({ request, bytes, resolve, reject });
      this.#running ??= this.#run();
    });
  }

  /** Resolves when nothing is queued or in flight. */
  async idle(): Promise<void> {
    await this.#running;
  }

  async #run(): Promise<void> {
    // One turn later, so that what is submitted in the same turn shares a batch.
    await Promise.resolve();
    while (this.#queue.length > 0) {
      const batch = this.#take();
      await this.#write(batch);
      this.#queuedBytes -= batch.reduce((sum, pending) => sum + pending.bytes, 0);
    }
    this.#running = undefined;
  }

  #take(): Pending[] {
    let bytes = 0;
    let count = 0;
    for (const pending of this.#queue) {
      bytes += pending.bytes;
      if (count > 0 && bytes > BATCH_BYTES) break;
      count += 1;
    }
    return this.#queue.splice(0, count);
  }

  async #write(batch: readonly Pending[]): Promise<void> {
    const admitted = batch.filter((pending) => this.#admits(pending));
    if (admitted.length === 0) return;
    const { ops, written } = compose(admitted, this.#parts.now());
    try {
      await this.#parts.level.batch(ops, { sync: true });
    } catch (error) {
      this.#failure = writeTrouble(error);
      this.#parts.logger?.error({ err: error }, 'The log can not be written');
      for (const pending of admitted) pending.reject(this.#failure);
      return;
    }
    for (const [partition, chunks] of written) {
      for (const chunk of chunks) this.#parts.recent.add(partition, chunk);
      const last = chunks.at(-1);
      if (last !== undefined) partition.advance(endOf(last));
    }
    for (const pending of admitted) pending.resolve();
  }

  #admits(pending: Pending): boolean {
    try {
      if (this.#failure !== undefined) throw this.#failure;
      pending.request.check?.();
      return true;
    } catch (error) {
      pending.reject(error);
      return false;
    }
  }
}

interface Composed {
  readonly ops: WriteOp[];
  readonly written: ReadonlyMap<Partition, readonly Chunk[]>;
}

function compose(batch: readonly Pending[], nowMs: number): Composed {
  const ops: WriteOp[] = [];
  const written = new Map<Partition, Chunk[]>();
  for (const [partition, records] of recordsByPartition(batch)) {
    const chunks: Chunk[] = [];
    for (const cut of cutChunks(records)) {
      const last = chunks.at(-1);
      const base = last === undefined ? partition.end : endOf(last);
      chunks.push(pushChunk(ops, { partition, base, records: cut, nowMs }));
    }
    written.set(partition, chunks);
  }
  for (const { request } of batch) for (const op of request.ops) ops.push(op);
  return { ops, written };
}

function endOf(chunk: Chunk): bigint {
  return chunk.base + BigInt(chunk.count);
}

function recordsByPartition(batch: readonly Pending[]): ReadonlyMap<Partition, PlacedRecord[]> {
  const byPartition = new Map<Partition, PlacedRecord[]>();
  for (const { request } of batch) {
    for (const placed of request.records) {
      const list = byPartition.get(placed.partition);
      if (list === undefined) byPartition.set(placed.partition, [placed]);
      else list.push(placed);
    }
  }
  return byPartition;
}

function cutChunks(records: readonly PlacedRecord[]): readonly (readonly PlacedRecord[])[] {
  const chunks: PlacedRecord[][] = [];
  let current: PlacedRecord[] = [];
  let bytes = 0;
  for (const placed of records) {
    if (current.length > 0 && bytes + placed.bytes > CHUNK_BYTES) {
      chunks.push(current);
      current = [];
      bytes = 0;
    }
    current.push(placed);
    bytes += placed.bytes;
  }
  chunks.push(current);
  return chunks;
}

interface ChunkToWrite {
  readonly partition: Partition;
  readonly base: bigint;
  readonly records: readonly PlacedRecord[];
  readonly nowMs: number;
}

function pushChunk(ops: WriteOp[], { partition, base, records, nowMs }: ChunkToWrite): Chunk {
  let size = 0;
  let maxTimestampMs = Number.NEGATIVE_INFINITY;
  for (const placed of records) {
    size += placed.bytes;
    maxTimestampMs = Math.max(maxTimestampMs, placed.record.timestampMs);
  }
  const bytes = encodeChunk(
    records.map((placed) => placed.record),
    size,
  );
  const count = records.length;
  const entry = { count, bytes: bytes.length, appendedMs: nowMs, maxTimestampMs };
  const { id } = partition.topic;
  ops.push(
    { type: 'put', key: offsetKey(KIND.chunk, id, partition.index, base), value: bytes },
    {
      type: 'put',
      key: offsetKey(KIND.index, id, partition.index, base),
      value: encodeEntry(entry),
    },
  );
  return { base, count, bytes };
}
