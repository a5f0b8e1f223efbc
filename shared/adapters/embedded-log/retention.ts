/**
 * Owns: deleting what is older than its topic's retention, or more than the log may hold.
 *
 * Age counts from when a record was appended, not from its own time: an import of old audit files
 * must not be gone at once. What a group that counts has not processed stays, and so does each
 * partition's last chunk, by which the end is known. Topics with cleanup `compact` alone are never
 * trimmed, and none is compacted: the embedded log keeps lane state apart from its topics.
 */
import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { decodeEntry } from './chunk-index.ts';
import { scanRange, type WriteOp } from './database.ts';
import type { Engine } from './engine.ts';
import { KIND, offsetKey, offsetOf } from './keys.ts';
import type { Partition, Topic } from './partition.ts';

/** Deletes per synced batch. */
const CHUNKS_PER_PASS = 1000;
/** What is deleted is counted before LevelDB packs it: more than one round may be needed. */
const ROUNDS = 20;

export interface RetentionPolicy {
  /** First offset that must stay; the groups that count decide. */
  readonly needed: (partition: Partition) => bigint;
  /** Shortens what the topics say. */
  readonly maxAgeMs: number;
  /** Of the folder's files. */
  readonly maxBytes: number;
  readonly directory: string;
}

/** One pass over all topics. False: the log holds more than it may, and all of that is needed. */
export async function trimAll(
  engine: Engine,
  nowMs: number,
  policy: RetentionPolicy,
): Promise<boolean> {
  for (const { partitions, spec } of trimmable(engine)) {
    const ageMs = spec.retentionMs < 0 ? Infinity : spec.retentionMs;
    const appendedBeforeMs = nowMs - Math.min(ageMs, policy.maxAgeMs);
    for (const partition of partitions) {
      if (engine.closing.aborted) return true;
      await trim(engine, partition, { appendedBeforeMs, bytes: Infinity, needed: policy.needed });
    }
  }
  return trimToSize(engine, policy);
}

function trimmable(engine: Engine): readonly Topic[] {
  return [...engine.topics.all()].filter(({ spec }) => spec.cleanup !== 'compact');
}

async function trimToSize(engine: Engine, policy: RetentionPolicy): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round += 1) {
    const over = folderBytes(policy.directory) - policy.maxBytes;
    if (over <= 0 || engine.closing.aborted) return true;
    const freed = await trimLargest(engine, over, policy.needed);
    if (freed === 0) return false;
  }
  return folderBytes(policy.directory) <= policy.maxBytes;
}

/** From the topic that takes the most, of those that have anything to give. */
async function trimLargest(
  engine: Engine,
  bytes: number,
  needed: RetentionPolicy['needed'],
): Promise<number> {
  const sized: { readonly topic: Topic; readonly size: number }[] = [];
  for (const topic of trimmable(engine)) sized.push({ topic, size: await sizeOf(engine, topic) });
  sized.sort((a, b) => b.size - a.size);
  for (const { topic } of sized) {
    const share = Math.ceil(bytes / topic.partitions.length);
    let freed = 0;
    for (const partition of topic.partitions) {
      freed += await trim(engine, partition, { appendedBeforeMs: Infinity, bytes: share, needed });
    }
    if (freed > 0) return freed;
  }
  return 0;
}

function sizeOf({ level }: Engine, { id }: Topic): Promise<number> {
  return level.approximateSize(
    offsetKey(KIND.chunk, id, 0, 0n),
    offsetKey(KIND.chunk, id + 1, 0, 0n),
  );
}

/** Bytes of the folder's files, as the file system counts them. */
export function folderBytes(directory: string): number {
  let bytes = 0;
  for (const name of readdirSync(directory)) {
    // LevelDB deletes files at any time.
    bytes += statSync(join(directory, name), { throwIfNoEntry: false })?.size ?? 0;
  }
  return bytes;
}

interface Bounds {
  readonly appendedBeforeMs: number;
  /** About the most that is deleted, counted before packing. */
  readonly bytes: number;
  readonly needed: RetentionPolicy['needed'];
}

/** Bytes that were deleted. */
async function trim(engine: Engine, partition: Partition, bounds: Bounds): Promise<number> {
  const { id } = partition.topic;
  const from = partition.start;
  const range = {
    gte: offsetKey(KIND.index, id, partition.index, from),
    lt: offsetKey(KIND.index, id, partition.index, partition.end),
  };
  const needed = bounds.needed(partition);
  const ops: WriteOp[] = [];
  let start = from;
  let bytes = 0;
  for await (const [key, value] of scanRange(engine.level, range)) {
    const entry = decodeEntry(value);
    const base = offsetOf(key);
    const next = base + BigInt(entry.count);
    if (entry.appendedMs >= bounds.appendedBeforeMs || bytes >= bounds.bytes) break;
    if (next >= partition.end || next > needed) break;
    ops.push({ type: 'del', key }, { type: 'del', key: chunkKey(partition, base) });
    start = next;
    bytes += entry.bytes;
    if (ops.length >= 2 * CHUNKS_PER_PASS) break;
  }
  if (ops.length === 0) return 0;
  // Readers leave what goes before it goes.
  partition.start = start;
  await engine.writer.submit({ records: [], ops });
  // LevelDB frees disk only when it compacts.
  await engine.level.compactRange(chunkKey(partition, from), chunkKey(partition, start));
  const { name } = partition.topic.spec;
  const fields = { topic: name, partition: partition.index, start: String(start), bytes };
  engine.logger?.info(fields, 'Trimmed a partition to its retention');
  return bytes;
}

function chunkKey({ topic, index }: Partition, offset: bigint): Buffer {
  return offsetKey(KIND.chunk, topic.id, index, offset);
}
