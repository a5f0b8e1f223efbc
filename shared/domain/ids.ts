/**
 * Owns: content hashes as identifiers.
 * Does not own: what goes into them (normalizer/event-id.ts, detector/finding.ts).
 */
import { createHash } from 'node:crypto';

/** 160 bits: two different contents with one id can't be searched for in practice. */
const ID_BYTES = 20;

/**
 * Identifier of a tuple of texts: SHA-256 over its JSON form (so that no two tuples run together),
 * the first 20 bytes as base64url, 27 characters.
 */
export function contentId(parts: readonly (string | null)[]): string {
  return createHash('sha256')
    .update(JSON.stringify(parts))
    .digest()
    .subarray(0, ID_BYTES)
    .toString('base64url');
}

/** Identifier of the dead letter of a record, or of one item of it, by where it was read. */
export function letterId(
  topic: string,
  partition: number,
  offset: bigint | number,
  index: number | null,
): string {
  const item = index === null ? null : String(index);
  return contentId(['letter', topic, String(partition), String(offset), item]);
}
