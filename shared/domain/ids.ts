/**
 * Owns: content hashes as identifiers.
 * Does not own: what goes into them (normalizer/event-id.ts, detector/finding.ts).
 */
import { hash } from 'node:crypto';

/** 160 bits, as base64url: two different contents with one id can't be searched for in practice. */
const ID_CHARS = 27;
const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_';
/** Of the last character's six bits four belong to the first 20 bytes. */
const LAST_BITS = 0b111100;

/**
 * Identifier of a tuple of texts: SHA-256 over its JSON form (so that no two tuples run together),
 * the first 20 bytes as base64url, 27 characters. The whole digest is encoded and cut, since that
 * takes a third of the time of a Hash object and a Buffer.
 */
export function contentId(parts: readonly (string | null)[]): string {
  const digest = hash('sha256', JSON.stringify(parts), 'base64url');
  const last = ALPHABET.indexOf(digest.charAt(ID_CHARS - 1)) & LAST_BITS;
  return digest.slice(0, ID_CHARS - 1) + ALPHABET.charAt(last);
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
