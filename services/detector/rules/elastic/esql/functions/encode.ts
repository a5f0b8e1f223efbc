/**
 * Owns: ES|QL's codings and digests: URLs, Base64, hashes. What can't be decoded is null.
 */
import { createHash } from 'node:crypto';
import { bounded, type Functions, ofTexts } from './shape.ts';

const STRAY_PERCENT = /%(?![0-9a-fA-F]{2})/;
const ESCAPED = /(?:%[0-9a-fA-F]{2})+/g;
const BASE64 = /^[A-Za-z0-9+/]*(={0,2})$/;

/** java.net.URLDecoder: `+` is a space, bytes that are no UTF-8 become U+FFFD, a stray `%` is an error. */
function urlDecode(text: string): string | null {
  if (STRAY_PERCENT.test(text)) return null;
  return text
    .replaceAll('+', ' ')
    .replace(ESCAPED, (run) => Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'));
}

/** What stays as it is: letters, digits and these; a space becomes `space`. */
function urlEncode(text: string, unreserved: RegExp, space: string): string {
  let result = '';
  for (const byte of Buffer.from(text)) {
    const char = String.fromCharCode(byte);
    if (char === ' ') result += space;
    else if (byte < 0x80 && unreserved.test(char)) result += char;
    else result += `%${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return result;
}

/** The padding may be left out, but not be wrong (java.util.Base64). */
function fromBase64(text: string): string | null {
  const padding = BASE64.exec(text)?.[1];
  if (padding === undefined) return null;
  const rest = (text.length - padding.length) % 4;
  const isRight = padding === '' ? rest !== 1 : rest + padding.length === 4;
  return isRight ? Buffer.from(text, 'base64').toString('utf8') : null;
}

const ALGORITHMS: Readonly<Record<string, string>> = {
  ...{ md5: 'md5', sha: 'sha1', 'sha-1': 'sha1', sha1: 'sha1', 'sha-224': 'sha224' },
  ...{ 'sha-256': 'sha256', sha256: 'sha256', 'sha-384': 'sha384', 'sha-512': 'sha512' },
};

function digest(algorithm: string, text: string): string | null {
  const name = algorithm.toLowerCase();
  const known = Object.hasOwn(ALGORITHMS, name) ? ALGORITHMS[name] : undefined;
  return known === undefined ? null : createHash(known).update(text).digest('hex');
}

export const ENCODINGS: Functions = {
  URL_DECODE: ofTexts(1, (text = '') => urlDecode(text)),
  URL_ENCODE: ofTexts(1, (text = '') => bounded(urlEncode(text, /[A-Za-z0-9.*_-]/, '+'))),
  URL_ENCODE_COMPONENT: ofTexts(1, (text = '') =>
    bounded(urlEncode(text, /[A-Za-z0-9.*_-]/, '%20')),
  ),
  FROM_BASE64: ofTexts(1, (text = '') => fromBase64(text)),
  TO_BASE64: ofTexts(1, (text = '') => bounded(Buffer.from(text).toString('base64'))),
  HASH: ofTexts(2, (algorithm = '', text = '') => digest(algorithm, text)),
  MD5: ofTexts(1, (text = '') => digest('md5', text)),
  SHA1: ofTexts(1, (text = '') => digest('sha1', text)),
  SHA256: ofTexts(1, (text = '') => digest('sha256', text)),
};
