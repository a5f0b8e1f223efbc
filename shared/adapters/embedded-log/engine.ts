/**
 * Owns: the parts of an open log that its consumers, readers and retention share, and the check of
 * records on their way in.
 */
import { FatalError } from '../../errors/fault.ts';
import type { OutRecord } from '../../ports/log.ts';
import type { Room } from '../../ports/room.ts';
import type { Failpoint, Logger } from '../../ports/telemetry.ts';
import { partitionOfKey } from '../../domain/murmur2.ts';
import { encodedBytes } from './chunk.ts';
import type { Level } from './database.ts';
import type { Offsets } from './offsets.ts';
import type { Partition, Topic } from './partition.ts';
import type { RecentChunks } from './recent.ts';
import type { Topics } from './topics.ts';
import type { PlacedRecord } from './compose.ts';
import type { Writer } from './writer.ts';

export interface Engine {
  readonly level: Level;
  readonly topics: Topics;
  readonly offsets: Offsets;
  readonly writer: Writer;
  readonly recent: RecentChunks;
  readonly room: Room;
  readonly failpoint: Failpoint;
  readonly logger: Logger | undefined;
  /** Aborts when the log closes. */
  readonly closing: AbortSignal;
  /** Set by the log: every lane must look again what is durable. */
  onFailure: () => void;
}

/** Where records without a key go: round robin, one counter for all topics. */
let turn = 0;

/**
 * Finds each record's partition. Throws FatalError `missing_topic`, or `item_too_large` for a
 * record above its topic's maxMessageBytes; RangeError for a partition that is not there.
 */
export function place(topics: Topics, records: readonly OutRecord[]): readonly PlacedRecord[] {
  return records.map((record) => {
    const topic = topics.get(record.topic);
    const bytes = encodedBytes(record);
    if (bytes > topic.spec.maxMessageBytes) throw tooLarge(topic, bytes);
    return { partition: partitionFor(topic, record), record, bytes };
  });
}

function partitionFor(topic: Topic, { partition, key }: OutRecord): Partition {
  const { name, partitions } = topic.spec;
  const found = topic.partitions[partition ?? placeOf(key, partitions)];
  if (found === undefined) throw new RangeError(`${name} has no partition ${partition}`);
  return found;
}

function placeOf(key: Buffer | null, partitions: number): number {
  if (key !== null) return partitionOfKey(key, partitions);
  turn = (turn + 1) % 0x7fffffff;
  return turn % partitions;
}

function tooLarge({ spec }: Topic, bytes: number): FatalError {
  return new FatalError(
    `a record of ${bytes} bytes is larger than ${spec.name} takes (${spec.maxMessageBytes})`,
    { code: 'item_too_large' },
  );
}
