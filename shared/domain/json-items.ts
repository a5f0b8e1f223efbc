/**
 * Owns: finding the boundaries of the items of a list in JSON bytes, without building objects.
 * Does not own: validation. Bytes that are no JSON give undefined or slices that do not parse, and
 * whoever parses them notices; nothing here throws.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
} from './bytes-of-json.ts';

/** Byte range: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

function isSpace(byte: number | undefined): boolean {
  return byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;
}

function skipSpace(bytes: Buffer, at: number, end = bytes.length): number {
  let i = at;
  while (i < end && isSpace(bytes[i])) i++;
  return i;
}

/** Position after the closing quote of the string whose opening quote is at `at`; -1: none. */
function skipString(bytes: Buffer, at: number): number {
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === BACKSLASH) i++;
    else if (byte === QUOTE) return i + 1;
  }
  return -1;
}

/** Position after the bracketed value that opens at `at`; -1: it never closes. */
function skipNested(bytes: Buffer, at: number): number {
  let depth = 0;
  for (let i = at; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === QUOTE) {
      i = skipString(bytes, i) - 1;
      if (i < 0) return -1;
    } else if (byte === OPEN_BRACE || byte === OPEN_BRACKET) depth++;
    else if (byte === CLOSE_BRACE || byte === CLOSE_BRACKET) {
      depth--;
      if (depth === 0) return i + 1;
    }
  }
  return -1;
}

/** Position after the value that starts at `at`; -1: there is none. */
function skipValue(bytes: Buffer, at: number): number {
  const first = bytes[at];
  if (first === QUOTE) return skipString(bytes, at);
  if (first === OPEN_BRACE || first === OPEN_BRACKET) return skipNested(bytes, at);
  let i = at;
  for (; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === COMMA || byte === CLOSE_BRACE || byte === CLOSE_BRACKET || isSpace(byte)) break;
  }
  return i > at ? i : -1;
}

interface Elements {
  readonly items: readonly Span[];
  /** After the closing bracket. */
  readonly end: number;
}

function scanArray(bytes: Buffer, open: number): Elements | undefined {
  const items: Span[] = [];
  let at = skipSpace(bytes, open + 1);
  if (bytes[at] === CLOSE_BRACKET) return { items, end: at + 1 };
  for (;;) {
    const end = skipValue(bytes, at);
    if (end < 0) return undefined;
    items.push({ start: at, end });
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACKET) return { items, end: at + 1 };
    if (bytes[at] !== COMMA) return undefined;
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

function readList(bytes: Buffer, { name, value }: Member, key: string): Elements | undefined {
  return name === key && bytes[value] === OPEN_BRACKET ? scanArray(bytes, value) : undefined;
}

function scanObject(bytes: Buffer, open: number, key: string): Elements | undefined {
  let items: readonly Span[] | undefined;
  let at = skipSpace(bytes, open + 1);
  for (;;) {
    const member = readMember(bytes, at);
    if (member === undefined) return undefined;
    const list = readList(bytes, member, key);
    // A key that occurs twice: the last one counts, as in JSON.parse.
    if (member.name === key) items = list?.items;
    const end = list?.end ?? skipValue(bytes, member.value);
    if (end < 0) return undefined;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return items && { items, end: at + 1 };
    if (bytes[at] !== COMMA) return undefined;
    at = skipSpace(bytes, at + 1);
  }
}

/** Behind a UTF-8 byte order mark, if there is one, and white space. */
function startOf(bytes: Buffer): number {
  const hasMark = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf;
  return skipSpace(bytes, hasMark ? 3 : 0);
}

/**
 * The items of a JSON array, or of the array that a JSON object has under `key` (`items`: a
 * Kubernetes list), as byte ranges of `bytes`. Undefined where the bytes are neither, or are torn.
 */
export function scanItems(bytes: Buffer, key = 'items'): readonly Span[] | undefined {
  const start = startOf(bytes);
  const first = bytes[start];
  const isObject = first === OPEN_BRACE;
  if (!isObject && first !== OPEN_BRACKET) return undefined;
  const found = isObject ? scanObject(bytes, start, key) : scanArray(bytes, start);
  if (found === undefined || skipSpace(bytes, found.end) !== bytes.length) return undefined;
  return found.items;
}

/**
 * The stream of a line that a container runtime split (CRI, tag P) and that goes on in a later one;
 * or the one that such a line ends. Undefined for any other line.
 */
function partOf(
  bytes: Buffer,
  { start, end }: Span,
): { stream: string; goesOn: boolean } | undefined {
  const first = bytes[start] ?? 0;
  if (first < 0x30 || first > 0x39) return undefined;
  const head = bytes.toString('latin1', start, Math.min(end, start + 64));
  const found = /^\d{4}-\S{10,40} (stdout|stderr) ([FP])/.exec(head);
  return found === null ? undefined : { stream: found[1] ?? '', goesOn: found[2] === 'P' };
}

/**
 * The non-blank lines of `bytes` as byte ranges, without their line ends. A line that a container
 * runtime split is one range, with what other streams wrote meanwhile.
 */
export function scanLines(bytes: Buffer): readonly Span[] {
  const lines: Span[] = [];
  const unfinished = new Set<string>();
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    if (skipSpace(bytes, start, end) < end) {
      const before = unfinished.size > 0 ? lines.pop() : undefined;
      lines.push({ start: before?.start ?? start, end });
      const part = partOf(bytes, { start, end });
      if (part?.goesOn === true) unfinished.add(part.stream);
      else if (part !== undefined) unfinished.delete(part.stream);
    }
    start = end + 1;
  }
  return lines;
}

/** Begins with what no text begins with: control characters, or no character of UTF-8. */
function isBinary(bytes: Buffer): boolean {
  const [first = 0x20, second = 0] = bytes;
  const isText = first >= 0x20 || isSpace(first) || first === 0x1e;
  if (first < 0x80) return !isText;
  return first < 0xc2 || first > 0xf4 || second < 0x80 || second > 0xbf;
}

/**
 * False where the first value of `bytes` goes on after its first line: a document written over
 * several lines must not be taken for lines of documents. Nor must bytes that are no text.
 */
export function isLineWise(bytes: Buffer): boolean {
  if (isBinary(bytes)) return false;
  const start = startOf(bytes);
  const first = bytes[start];
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return true;
  const newline = bytes.indexOf(0x0a, start);
  return newline < 0 || skipNested(bytes.subarray(0, newline), start) >= 0;
}
