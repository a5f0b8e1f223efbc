/**
 * Owns: what one batch of the log holds: the chunks of its records, and the requests' own changes.
 * Pure.
 */
import type { OutRecord } from '../../ports/log.ts';
import { encodeChunk } from './chunk.ts';
import { encodeEntry } from './chunk-index.ts';
import type { WriteOp } from './database.ts';
import { KIND, offsetKey } from './keys.ts';
import type { Partition } from './partition.ts';
import type { Chunk } from './recent.ts';

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

/** A reader holds whole chunks in memory, so they stay small; a larger record has its own. */
const CHUNK_BYTES = 512 * 1024;

interface Composed {
  readonly ops: WriteOp[];
  readonly written: ReadonlyMap<Partition, readonly Chunk[]>;
}

/** The chunks that the requests' records make, behind the ends of their partitions. */
export function compose(batch: readonly WriteRequest[], nowMs: number): Composed {
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
  for (const request of batch) for (const op of request.ops) ops.push(op);
  return { ops, written };
}

export function endOf(chunk: Chunk): bigint {
  return chunk.base + BigInt(chunk.count);
}

function recordsByPartition(
  batch: readonly WriteRequest[],
): ReadonlyMap<Partition, PlacedRecord[]> {
  const byPartition = new Map<Partition, PlacedRecord[]>();
  for (const request of batch) {
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
