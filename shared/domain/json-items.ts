/**
 * Owns: finding the boundaries of the items of a list in JSON bytes, without building objects.
 * Does not own: validation. Bytes that are no JSON give undefined or slices that do not parse, and
 * whoever parses them notices; nothing here throws.
 */
import {
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './bytes-of-json.ts';
import { createSkipNested, type SkipNested, skipString } from './json-scan/skip-nested.ts';

/** Byte range: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** What finds items tells of them, one after the other: a list of small ones is never held as objects. */
export interface ItemSink {
  /** A list begins; what was told of before was in another of the same name, which does not count. */
  begin(): void;
  item(start: number, end: number): void;
}

interface Scan {
  readonly bytes: Buffer;
  readonly skipNested: SkipNested;
  readonly sink: ItemSink;
}

export function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

export function skipSpace(bytes: Buffer, at: number, end = bytes.length): number {
  let i = at;
  while (i < end && isSpace(bytes[i])) i++;
  return i;
}

/** Position after the value that starts at `at`; -1: there is none. */
function skipValue({ bytes, skipNested }: Scan, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(at);
  let i = at;
  for (; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)) break;
  }
  return i > at ? i : -1;
}

/** Position after the array that opens at `open`; -1: its items and commas do not lead to its end. */
function walkArray(scan: Scan, open: number): number {
  const { bytes, sink } = scan;
  sink.begin();
  let at = skipSpace(bytes, open + 1);
  if (bytes[at] === CLOSE_BRACKET) return at + 1;
  for (;;) {
    const end = skipValue(scan, at);
    if (end < 0) return -1;
    sink.item(at, end);
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return at + 1;
    if (bytes[at] !== COMMA) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

interface Member {
  readonly name: string | undefined;
  /** Where its value starts. */
  readonly value: number;
}

/** What the key between the quotes spells; undefined if it is no text. */
function keyText(bytes: Buffer, start: number, end: number): string | undefined {
  const raw = bytes.toString('utf8', start, end);
  if (!raw.includes('\\')) return raw.slice(1, -1);
  try {
    return String(JSON.parse(raw));
  } catch {
    return undefined;
  }
}

/** The member whose key starts at `at`. */
function readMember(bytes: Buffer, at: number): Member | undefined {
  const keyEnd = bytes[at] === QUOTE ? skipString(bytes, at) : -1;
  if (keyEnd < 0) return undefined;
  const name = keyText(bytes, at, keyEnd);
  const colon = skipSpace(bytes, keyEnd);
  if (name === undefined || bytes[colon] !== COLON) return undefined;
  return { name, value: skipSpace(bytes, colon + 1) };
}

/** Position after a member's array, if it is the one that is looked for; -1 for any other. */
function walkList(scan: Scan, { name, value }: Member, key: string): number {
  return name === key && scan.bytes[value] === OPEN_BRACKET ? walkArray(scan, value) : -1;
}

/** Position after the object; -1: it has no array as its last member `key`, or is torn. */
function walkObject(scan: Scan, open: number, key: string): number {
  const { bytes } = scan;
  let isFound = false;
  let at = skipSpace(bytes, open + 1);
  for (;;) {
    const member = readMember(bytes, at);
    if (member === undefined) return -1;
    const listEnd = walkList(scan, member, key);
    // A key that occurs twice: the last one counts, as in JSON.parse.
    if (member.name === key) isFound = listEnd >= 0;
    const end = listEnd >= 0 ? listEnd : skipValue(scan, member.value);
    if (end < 0) return -1;
    at = skipSpace(bytes, end);
    if (bytes[at] !== COMMA) return isFound && bytes[at] === CLOSE_BRACE ? at + 1 : -1;
    at = skipSpace(bytes, at + 1);
  }
}

/** Behind a UTF-8 byte order mark, if there is one, and white space. */
export function startOf(bytes: Buffer): number {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return skipSpace(bytes, hasMark ? 3 : 0);
}

/** Where the first value is an object or an array, its start; -1 otherwise. */
export function startOfNested(bytes: Buffer): number {
  const start = startOf(bytes);
  return bytes[start] === OPEN_BRACE || bytes[start] === OPEN_BRACKET ? start : -1;
}

/**
 * Tells `sink` of the items of a JSON array, or of the array that a JSON object has under `key`
 * (`items`: a Kubernetes list), as byte ranges of `bytes`. False where the bytes are neither, or are
 * torn: then what it was told is of no use.
 */
export function walkItems(bytes: Buffer, sink: ItemSink, key = 'items'): boolean {
  const start = startOfNested(bytes);
  if (start < 0) return false;
  const scan = { bytes, sink, skipNested: createSkipNested(bytes) };
  const isObject = bytes[start] === OPEN_BRACE;
  const end = isObject ? walkObject(scan, start, key) : walkArray(scan, start);
  return end >= 0 && skipSpace(bytes, end) === bytes.length;
}

/** The same, held; undefined where `walkItems` is false. */
export function scanItems(bytes: Buffer, key = 'items'): readonly Span[] | undefined {
  let items: Span[] = [];
  const sink: ItemSink = {
    begin: () => {
      items = [];
    },
    item: (start, end) => items.push({ start, end }),
  };
  return walkItems(bytes, sink, key) ? items : undefined;
}

/** The first value is an object or an array, and does not end. */
export function isTorn(bytes: Buffer): boolean {
  const start = startOfNested(bytes);
  return start >= 0 && createSkipNested(bytes)(start) < 0;
}
