/**
 * Owns: deleting what is older than its topic's retention.
 *
 * Age counts from when a record was appended, not from its own time: an import of old audit files
 * must not be gone at once. What a group that is joined now has not processed stays, and so does
 * each partition's last chunk, by which the end is known. Topics with cleanup `compact` alone are
 * never trimmed, and none is compacted: the embedded log keeps lane state apart from its topics.
 */
import { decodeEntry } from './chunk-index.ts';
import { scanRange, type WriteOp } from './database.ts';
import type { Engine } from './engine.ts';
import { KIND, offsetKey, offsetOf } from './keys.ts';
import type { Partition } from './partition.ts';

/** Deletes per synced batch. */
const CHUNKS_PER_PASS = 1000;

/** First offset that must stay; the groups that are joined now decide. */
export type Needed = (partition: Partition) => bigint;

/** One pass over all topics. */
export async function trimAll(engine: Engine, nowMs: number, needed: Needed): Promise<void> {
  for (const { spec, partitions } of engine.topics.all()) {
    if (spec.cleanup === 'compact' || spec.retentionMs < 0) continue;
    for (const partition of partitions) {
      if (engine.closing.aborted) return;
      await trim(engine, partition, { appendedBeforeMs: nowMs - spec.retentionMs, needed });
    }
  }
}

interface Bounds {
  readonly appendedBeforeMs: number;
  readonly needed: Needed;
}

async function trim(engine: Engine, partition: Partition, bounds: Bounds): Promise<void> {
  const { id } = partition.topic;
  const from = partition.start;
  const range = {
    gte: offsetKey(KIND.index, id, partition.index, from),
    lt: offsetKey(KIND.index, id, partition.index, partition.end),
  };
  const ops: WriteOp[] = [];
  let start = from;
  for await (const [key, value] of scanRange(engine.level, range)) {
    const entry = decodeEntry(value);
    const base = offsetOf(key);
    const next = base + BigInt(entry.count);
    if (entry.appendedMs >= bounds.appendedBeforeMs) break;
    if (next >= partition.end || next > bounds.needed(partition)) break;
    ops.push({ type: 'del', key }, { type: 'del', key: chunkKey(partition, base) });
    start = next;
    if (ops.length >= 2 * CHUNKS_PER_PASS) break;
  }
  if (ops.length === 0) return;
  // Readers leave what goes before it goes.
  partition.start = start;
  await engine.writer.submit({ records: [], ops });
  // LevelDB frees disk only when it compacts.
  await engine.level.compactRange(chunkKey(partition, from), chunkKey(partition, start));
  const { name } = partition.topic.spec;
  engine.logger?.info(
    { topic: name, partition: partition.index, start },
    'Trimmed a partition to its retention',
  );
}

function chunkKey({ topic, index }: Partition, offset: bigint): Buffer {
  return offsetKey(KIND.chunk, topic.id, index, offset);
}
