/**
 * Owns: secrets that are known by their shape wherever they stand: private keys, JSON web tokens,
 * keys of clouds and services, bearer tokens, passwords in addresses.
 * Does not own: what names say (names.ts). All searches are linear in the text.
 */
import type { Span } from './spans.ts';

const BEGIN = /-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?-----/g;
const END = '-----END ';
const DASHES = '-----';

/** To the end of its last line; what is cut off before it, to the end of the text. */
function findPrivateKeys(text: string, spans: Span[]): void {
  BEGIN.lastIndex = 0;
  for (let found = BEGIN.exec(text); found !== null; found = BEGIN.exec(text)) {
    const start = found.index;
    const foot = text.indexOf(END, BEGIN.lastIndex);
    const dashes = foot < 0 ? -1 : text.indexOf(DASHES, foot + END.length);
    const end = dashes < 0 ? text.length : dashes + DASHES.length;
    spans.push({ start, end, kind: 'key' });
    BEGIN.lastIndex = end;
  }
}

/**
 * Each begins at the begin of a run of its characters, so that no run is read again from each of
 * them. `eyJhbGci` is `{"alg`: a header, even if the rest was cut off. `ZXlKaGJHY2` is that in base64.
 */
const TOKENS = new RegExp(
  '(?<![\\w-])(?:eyJhbGci[\\w-]*(?:\\.[\\w-]*){0,4}|eyJ[\\w-]{8,}\\.eyJ[\\w-]*(?:\\.[\\w-]*)?)|' +
    '(?<![A-Za-z0-9+/])ZXlKaGJHY2[A-Za-z0-9+/_-]*={0,2}|' +
    '(?<![A-Za-z0-9])(?:(?:AKIA|ASIA)[A-Z0-9]{16}|gh[pousr]_[A-Za-z0-9]{20,}|' +
    'github_pat_\\w{20,}|gl(?:pat|rt|dt|ptt|cbt|soat)-[\\w-]{16,}|xox[a-z]-[\\w-]{10,}|' +
    'AIza[\\w-]{30,}|ya29\\.[\\w-]{20,}|[rs]k_(?:live|test)_[A-Za-z0-9]{16,}|' +
    'sk-[\\w-]{20,}|hv[sbr]\\.[\\w-]{20,}|npm_[A-Za-z0-9]{30,}|dop_v1_[a-f0-9]{40,}|' +
    'SG\\.[\\w-]{16,}\\.[\\w-]{16,}|pypi-[\\w-]{40,}|AGE-SECRET-KEY-1[A-Z0-9]{20,})',
  'g',
);

function findTokens(text: string, spans: Span[]): void {
  TOKENS.lastIndex = 0;
  for (let found = TOKENS.exec(text); found !== null; found = TOKENS.exec(text)) {
    spans.push({ start: found.index, end: TOKENS.lastIndex, kind: 'token' });
  }
}

/** base64 of `-----BEGIN `: certificates are public, keys are not. */
const PACKED = /(?<![A-Za-z0-9+/])LS0tLS1CRUdJTi[A-Za-z0-9+/_-]*={0,2}/g;
const HEAD_CHARS = 80;

function findPackedKeys(text: string, spans: Span[]): void {
  PACKED.lastIndex = 0;
  for (let found = PACKED.exec(text); found !== null; found = PACKED.exec(text)) {
    const head = Buffer.from(found[0].slice(0, HEAD_CHARS), 'base64').toString('latin1');
    if (head.includes('PRIVATE')) {
      spans.push({ start: found.index, end: PACKED.lastIndex, kind: 'key' });
    }
  }
}

const SCHEMES = /(?<![\w-])(bearer|basic)[ +]+([^\s"'\\,;]{6,})/gi;

function isBasic(credentials: string): boolean {
  return Buffer.from(credentials, 'base64').toString('latin1').includes(':');
}

function findSchemes(text: string, spans: Span[]): void {
  SCHEMES.lastIndex = 0;
  for (let found = SCHEMES.exec(text); found !== null; found = SCHEMES.exec(text)) {
    const [, scheme = '', value = ''] = found;
    const isMeant =
      scheme.length > 'basic'.length || isBasic(value) || value.startsWith('REDACTED');
    const end = SCHEMES.lastIndex;
    if (isMeant) spans.push({ start: end - value.length, end, kind: 'token' });
  }
}

const AUTHORITY = /[^/?#\s"'`<>\\]*/y;
/** No further: what has no end would be read again from each of its colons. */
const ADDRESS = /[^\s"'`<>\\]{0,1024}/y;
/** A user name of this length is a token. */
const TOKEN_CHARS = 20;

function lengthOf(pattern: RegExp, text: string, from: number): number {
  pattern.lastIndex = from;
  return pattern.exec(text)?.[0].length ?? 0;
}

/** `@` behind the password; people write one with a slash in it as it is. */
function endOfUserinfo(text: string, from: number): number {
  const authority = text.slice(from, from + lengthOf(AUTHORITY, text, from));
  const at = authority.lastIndexOf('@');
  if (at >= 0) return from + at;
  const colon = authority.indexOf(':');
  if (colon < 0 || /^\d*$/.test(authority.slice(colon + 1))) return -1;
  const address = text.slice(from, from + lengthOf(ADDRESS, text, from));
  const far = address.lastIndexOf('@');
  return far < 0 ? -1 : from + far;
}

/** `scheme://user:password@host`: the user stays. */
function findUserinfo(text: string, spans: Span[]): void {
  let scheme = text.indexOf('://');
  while (scheme >= 0) {
    const from = scheme + 3;
    const end = endOfUserinfo(text, from);
    const colon = end < 0 ? -1 : text.indexOf(':', from);
    const start = colon >= 0 && colon < end ? colon + 1 : from;
    const isPassword = start > from || end - from >= TOKEN_CHARS;
    if (end > start && isPassword) spans.push({ start, end, kind: 'url', isEncoded: true });
    scheme = text.indexOf('://', Math.max(from, end));
  }
}

export function findShapes(text: string, spans: Span[]): void {
  findPrivateKeys(text, spans);
  findTokens(text, spans);
  findPackedKeys(text, spans);
  findSchemes(text, spans);
  findUserinfo(text, spans);
}
