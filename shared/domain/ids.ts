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
