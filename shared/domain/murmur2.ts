/**
 * Owns: the hash by which Kafka's Java client places a key, so that every producer and every
 * adapter puts a key in the same partition.
 * Does not own: where records without a key go (the adapters).
 */

const SEED = 0x9747b28c;
const M = 0x5bd1e995;
const R = 24;

/**
 * MurmurHash2, 32 bits, as org.apache.kafka.common.utils.Utils.murmur2 computes it.
 * @returns a signed 32-bit number
 */
export function murmur2(bytes: Uint8Array): number {
  const { length } = bytes;
  const words = length >>> 2;
  let hash = SEED ^ length;
  for (let i = 0; i < words; i += 1) {
    let k = Math.imul(wordAt(bytes, i * 4), M);
    k ^= k >>> R;
    hash = Math.imul(hash, M) ^ Math.imul(k, M);
  }
  const rest = length & 3;
  if (rest > 0) {
    for (let i = rest - 1; i >= 0; i -= 1) hash ^= (bytes[words * 4 + i] ?? 0) << (8 * i);
    hash = Math.imul(hash, M);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, M);
  return hash ^ (hash >>> 15);
}

function wordAt(bytes: Uint8Array, at: number): number {
  return (
    (bytes[at] ?? 0) |
    ((bytes[at + 1] ?? 0) << 8) |
    ((bytes[at + 2] ?? 0) << 16) |
    ((bytes[at + 3] ?? 0) << 24)
  );
}

/** The partition of a key: toPositive(murmur2(key)) % partitions, as Java's default partitioner. */
export function partitionOfKey(key: Uint8Array, partitions: number): number {
  return (murmur2(key) & 0x7fffffff) % partitions;
}
