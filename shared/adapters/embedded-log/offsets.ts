/**
 * Owns: the committed offsets of all groups, in memory as they are on disk.
 */
import { type Level, scanRange, type WriteOp } from './database.ts';
import { KIND, kindRange, parseScope, scopeKey } from './keys.ts';
import type { Partition } from './partition.ts';
import { damaged } from './trouble.ts';

export class Offsets {
  #committed = new Map<string, bigint>();

  static async load(level: Level): Promise<Offsets> {
    const offsets = new Offsets();
    await offsets.reload(level);
    return offsets;
  }

  /** Takes what is on disk for the truth. */
  async reload(level: Level): Promise<void> {
    const committed = new Map<string, bigint>();
    for await (const [key, value] of scanRange(level, kindRange(KIND.offset))) {
      if (value.length !== 8) throw damaged('a committed offset has another length');
      committed.set(key.toString('latin1'), value.readBigUInt64BE());
    }
    this.#committed = committed;
  }

  /** Groups that have ever committed an offset of the partition, and how far each has come. */
  of(partition: Partition): ReadonlyMap<string, bigint> {
    const found = new Map<string, bigint>();
    for (const [scope, offset] of this.#committed) {
      const { group, topicId, index } = parseScope(Buffer.from(scope, 'latin1'));
      if (topicId === partition.topic.id && index === partition.index) found.set(group, offset);
    }
    return found;
  }

  /**
   * First offset that the group has not processed; a new group begins at the beginning.
   * Throws FatalError `data_dir_damaged` when it lies behind the end: records are gone, and the
   * group would pass over as many new ones.
   */
  get(group: string, partition: Partition): bigint {
    const { start, end, topic, index } = partition;
    const offset = this.#committed.get(scopeOf(group, partition).toString('latin1')) ?? start;
    if (offset <= end) return offset;
    throw damaged(
      `${topic.spec.name}/${index} ends at ${end}, ${group} has processed to ${offset}`,
    );
  }

  /** Called once the offset is durable. */
  set(group: string, partition: Partition, offset: bigint): void {
    this.#committed.set(scopeOf(group, partition).toString('latin1'), offset);
  }

  op(group: string, partition: Partition, offset: bigint): WriteOp {
    const value = Buffer.allocUnsafe(8);
    value.writeBigUInt64BE(offset);
    return { type: 'put', key: scopeOf(group, partition), value };
  }
}

function scopeOf(group: string, { topic, index }: Partition): Buffer {
  return scopeKey(KIND.offset, group, topic.id, index);
}
