/**
 * Owns: the binary keys of the one LevelDB, so that what is read together lies together.
 * Does not own: what the values hold (chunk.ts, chunk-index.ts, state.ts).
 *
 * First byte = kind. Numbers are big-endian, so byte order is number order:
 *   meta   01 name                                        → JSON
 *   topic  02 name                                        → JSON of the topic's specification and id
 *   chunk  03 topic id u32, partition u32, offset u64     → records that were written together
 *   index  04 topic id u32, partition u32, offset u64     → size and times of that chunk
 *   offset 05 scope                                       → committed offset, u64
 *   state  06 scope, key                                  → checksum and value
 * scope = group length u16, group, topic id u32, partition u32.
 */

export const KIND = { meta: 1, topic: 2, chunk: 3, index: 4, offset: 5, state: 6 } as const;

/** Half-open range of keys. */
export interface KeyRange {
  readonly gte: Buffer;
  readonly lt: Buffer;
}

const MAX_GROUP_BYTES = 0xffff;

export function nameKey(kind: number, name: string): Buffer {
  return Buffer.concat([Buffer.of(kind), Buffer.from(name, 'utf8')]);
}

export function kindRange(kind: number): KeyRange {
  return { gte: Buffer.of(kind), lt: Buffer.of(kind + 1) };
}

/** Key of the chunk, or of its index entry, whose first record has `offset`. */
export function offsetKey(
  kind: number,
  topicId: number,
  partition: number,
  offset: bigint,
): Buffer {
  const key = Buffer.allocUnsafe(17);
  key[0] = kind;
  key.writeUInt32BE(topicId, 1);
  key.writeUInt32BE(partition, 5);
  key.writeBigUInt64BE(offset, 9);
  return key;
}

export function offsetOf(key: Buffer): bigint {
  return key.readBigUInt64BE(9);
}

/** Everything that one group keeps for one partition is under this. */
export function scopeKey(kind: number, group: string, topicId: number, partition: number): Buffer {
  const name = Buffer.from(group, 'utf8');
  if (name.length > MAX_GROUP_BYTES) throw new RangeError('the group name is too long');
  const key = Buffer.allocUnsafe(3 + name.length + 8);
  key[0] = kind;
  key.writeUInt16BE(name.length, 1);
  name.copy(key, 3);
  key.writeUInt32BE(topicId, 3 + name.length);
  key.writeUInt32BE(partition, 7 + name.length);
  return key;
}

/** What `scopeKey` was made of. */
export function parseScope(key: Buffer): {
  readonly group: string;
  readonly topicId: number;
  readonly index: number;
} {
  const end = 3 + key.readUInt16BE(1);
  const group = key.toString('utf8', 3, end);
  return { group, topicId: key.readUInt32BE(end), index: key.readUInt32BE(end + 4) };
}

/** All keys that start with `prefix`. */
export function prefixRange(prefix: Buffer): KeyRange {
  const end = Buffer.from(prefix);
  for (let i = end.length - 1; i >= 0; i -= 1) {
    const byte = end[i] ?? 0xff;
    if (byte === 0xff) continue;
    end[i] = byte + 1;
    return { gte: prefix, lt: end.subarray(0, i + 1) };
  }
  throw new RangeError('a prefix of 0xff bytes only has no end');
}
