/**
 * Owns: the committed offsets of all groups, in memory as they are on disk.
 */
import { type Level, scanRange, type WriteOp } from './database.ts';
import { KIND, kindRange, scopeKey } from './keys.ts';
import type { Partition } from './partition.ts';
import { damaged } from './trouble.ts';

export class Offsets {
  readonly #committed = new Map<string, bigint>();

  static async load(level: Level): Promise<Offsets> {
    const offsets = new Offsets();
    for await (const [key, value] of scanRange(level, kindRange(KIND.offset))) {
      if (value.length !== 8) throw damaged('a committed offset has another length');
      offsets.#committed.set(key.toString('latin1'), value.readBigUInt64BE());
    }
    return offsets;
  }

  /** First offset that the group has not processed; a new group begins at the beginning. */
  get(group: string, partition: Partition): bigint {
    return this.#committed.get(scopeOf(group, partition).toString('latin1')) ?? partition.start;
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
