/**
 * Owns: the text that stands in place of a secret.
 * Does not own: what is secret.
 */
import { createHmac } from 'node:crypto';

const PLAIN = 'REDACTED';
const HASH_CHARS = 16;
/** Characters that need no escape in a URI, in JSON, in a shell: what is around a mark keeps its form. */
const MARK = /^REDACTED(?:~[\w-]{16})?$/;
const MARK_CHARS = PLAIN.length + 1 + HASH_CHARS;

/** The mark of a value; of text its UTF-8 bytes count. */
export type Mark = (value: string | Buffer) => string;

/**
 * 96 bits of HMAC-SHA-256: equal values are recognised by whoever reads the events, and guessed by
 * nobody without the key.
 */
export function createMark(key: Buffer | undefined): Mark {
  if (key === undefined) return () => PLAIN;
  return (value) => {
    const hash = createHmac('sha256', key).update(value).digest('base64url');
    return `${PLAIN}~${hash.slice(0, HASH_CHARS)}`;
  };
}

const HASHES = new RegExp(`${PLAIN}~[\\w-]{${HASH_CHARS}}`, 'g');

/** The text as it is where there is no key: what is made of it is the same under every key. */
export function withoutHashes(text: string): string {
  return text.replace(HASHES, PLAIN);
}

/**
 * A mark stays what it is, so that what the collector redacted is the same after the normalizer has.
 * Whoever writes one as his secret hides nothing but that text, and shows nothing.
 */
export function isMark(text: string): boolean {
  return text.length <= MARK_CHARS && MARK.test(text);
}
