/**
 * Owns: bytes that only who has the key can read, and that nobody without it can change or take for
 * others: AES-256-GCM, each record under a key of its own (docs/adr/0018).
 * Does not own: what is sealed (batch.ts, letter.ts), where keys and randomness come from.
 *
 * A sealed text is: `pws1`, id of the key (8 bytes), nonce (24), ciphertext, tag (16).
 */
import { createCipheriv, createDecipheriv, createHmac, hkdfSync } from 'node:crypto';

const MAGIC = Buffer.from('pws1');
const KEY_ID_BYTES = 8;
const KEY_BYTES = 32;
const TAG_BYTES = 16;
const NONCE_START = MAGIC.length + KEY_ID_BYTES;
/** Half of it makes the record's own key, the other half is GCM's: no number of records is too many. */
export const NONCE_BYTES = 24;
const HEAD_BYTES = NONCE_START + NONCE_BYTES;
/** What sealing adds. */
const OVERHEAD_BYTES = HEAD_BYTES + TAG_BYTES;

/** What one text of a key file gives; each use has a key of its own. */
export interface SealKey {
  /** No secret: tells which of several keys a text was sealed with. */
  readonly id: Buffer;
  readonly records: Buffer;
  readonly hashes: Buffer;
  readonly nonces: Buffer;
}

/** `text`: what the key file holds; 32 bytes of it or more that nobody can guess. */
export function sealKey(text: string): SealKey {
  const derive = (use: string, bytes: number): Buffer =>
    Buffer.from(hkdfSync('sha256', text, '', `podwitness audit.raw ${use}`, bytes));
  return {
    id: derive('id', KEY_ID_BYTES),
    records: derive('records', KEY_BYTES),
    hashes: derive('hashes', KEY_BYTES),
    nonces: derive('nonces', KEY_BYTES),
  };
}

function hmac(key: Buffer, ...parts: readonly Buffer[]): Buffer {
  const hash = createHmac('sha256', key);
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** Equal for equal bytes, and of no use for guessing them to whoever has not the key. 32 bytes. */
export function keyedHash(key: SealKey, bytes: Buffer): Buffer {
  return hmac(key.hashes, bytes);
}

/** A nonce that follows from what is sealed: for stages, which have no randomness. */
export function nonceOf(key: SealKey, label: Buffer, plain: Buffer): Buffer {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(label.length));
  return hmac(key.nonces, length, label, plain).subarray(0, NONCE_BYTES);
}

function recordKey(key: SealKey, nonce: Buffer): Buffer {
  return hmac(key.records, nonce.subarray(0, NONCE_BYTES / 2));
}

/**
 * `nonce`: NONCE_BYTES that were never used with this key for something else. `label`: what the text
 * belongs to; it opens with the same label only.
 */
export function seal(key: SealKey, plain: Buffer, label: Buffer, nonce: Buffer): Buffer {
  const cipher = createCipheriv(
    'aes-256-gcm',
    recordKey(key, nonce),
    nonce.subarray(NONCE_BYTES / 2),
  );
  cipher.setAAD(label);
  const text = cipher.update(plain);
  cipher.final();
  return Buffer.concat([MAGIC, key.id, nonce, text, cipher.getAuthTag()]);
}

export function isSealed(bytes: Buffer): boolean {
  return bytes.length >= OVERHEAD_BYTES && bytes.subarray(0, MAGIC.length).equals(MAGIC);
}

/** How many bytes are in it, sealed or not. */
export function plainLength(bytes: Buffer): number {
  return isSealed(bytes) ? bytes.length - OVERHEAD_BYTES : bytes.length;
}

/** Hex; of a sealed text. */
export function keyIdOf(sealed: Buffer): string {
  return sealed.toString('hex', MAGIC.length, NONCE_START);
}

/** `unknown_key`: none of these keys; `broken_seal`: its key, but not what was sealed with it. */
export type Opened =
  | { readonly ok: true; readonly bytes: Buffer }
  | { readonly ok: false; readonly why: 'unknown_key' | 'broken_seal' };

function openWith(key: SealKey, sealed: Buffer, label: Buffer): Opened {
  const nonce = sealed.subarray(NONCE_START, HEAD_BYTES);
  const iv = nonce.subarray(NONCE_BYTES / 2);
  const cipher = createDecipheriv('aes-256-gcm', recordKey(key, nonce), iv, {
    authTagLength: TAG_BYTES,
  });
  cipher.setAAD(label);
  cipher.setAuthTag(sealed.subarray(-TAG_BYTES));
  const bytes = cipher.update(sealed.subarray(HEAD_BYTES, -TAG_BYTES));
  try {
    cipher.final();
    return { ok: true, bytes };
  } catch {
    return { ok: false, why: 'broken_seal' }; // All that can be wrong at the end is the tag.
  }
}

/** Total: any bytes, also forged ones. */
export function open(keys: readonly SealKey[], sealed: Buffer, label: Buffer): Opened {
  if (!isSealed(sealed)) return { ok: false, why: 'broken_seal' };
  const id = sealed.subarray(MAGIC.length, NONCE_START);
  const key = keys.find((each) => each.id.equals(id));
  return key === undefined ? { ok: false, why: 'unknown_key' } : openWith(key, sealed, label);
}
