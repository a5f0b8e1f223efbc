/**
 * Owns: finding the boundaries of the items of a list in JSON bytes, without building objects.
 * Does not own: validation. Bytes that are no JSON give undefined or slices that do not parse, and
 * whoever parses them notices; nothing here throws.
 */

/** Byte range: `start` inclusive, `end` exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACKET = 0x5d;
const OPEN_BRACE = 0x7b;
const CLOSE_BRACE = 0x7d;

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
  readonly isItems: boolean;
  /** Where its value starts. */
  readonly value: number;
}

/**
 * The member whose key starts at `at`. Undefined where there is none, and where the key has escapes:
 * it may spell "items" otherwise than in these bytes, so that is left to a parser.
 */
function readMember(bytes: Buffer, at: number): Member | undefined {
  const keyEnd = bytes[at] === QUOTE ? skipString(bytes, at) : -1;
  if (keyEnd < 0) return undefined;
  const key = bytes.toString('latin1', at, keyEnd);
  const colon = skipSpace(bytes, keyEnd);
  if (key.includes('\\') || bytes[colon] !== COLON) return undefined;
  return { isItems: key === '"items"', value: skipSpace(bytes, colon + 1) };
}

function readList(bytes: Buffer, { isItems, value }: Member): Elements | undefined {
  return isItems && bytes[value] === OPEN_BRACKET ? scanArray(bytes, value) : undefined;
}

function scanObject(bytes: Buffer, open: number): Elements | undefined {
  let items: readonly Span[] | undefined;
  let at = skipSpace(bytes, open + 1);
  for (;;) {
    const member = readMember(bytes, at);
    if (member === undefined) return undefined;
    const list = readList(bytes, member);
    // A key that occurs twice: the last one counts, as in JSON.parse.
    if (member.isItems) items = list?.items;
    const end = list?.end ?? skipValue(bytes, member.value);
    if (end < 0) return undefined;
    at = skipSpace(bytes, end);
    if (bytes[at] === CLOSE_BRACE) return items && { items, end: at + 1 };
    if (bytes[at] !== COMMA) return undefined;
    at = skipSpace(bytes, at + 1);
  }
}

/**
 * The items of a JSON array, or of the `items` array of a JSON object (a Kubernetes list), as byte
 * ranges of `bytes`. Undefined where the bytes are neither, are torn, or are written so unusually
 * that only a parser can tell.
 */
export function scanItems(bytes: Buffer): readonly Span[] | undefined {
  const start = skipSpace(bytes, 0);
  const first = bytes[start];
  const scan = first === OPEN_BRACKET ? scanArray : first === OPEN_BRACE ? scanObject : undefined;
  const found = scan?.(bytes, start);
  if (found === undefined || skipSpace(bytes, found.end) !== bytes.length) return undefined;
  return found.items;
}

/** The non-blank lines of `bytes` as byte ranges, without their line ends. */
export function scanLines(bytes: Buffer): readonly Span[] {
  const lines: Span[] = [];
  for (let start = 0; start < bytes.length; ) {
    const newline = bytes.indexOf(0x0a, start);
    const end = newline < 0 ? bytes.length : newline;
    if (skipSpace(bytes, start, end) < end) lines.push({ start, end });
    start = end + 1;
  }
  return lines;
}

/**
 * False where the first value of `bytes` goes on after its first line: a document written over
 * several lines must not be taken for lines of documents.
 */
export function isLineWise(bytes: Buffer): boolean {
  const start = skipSpace(bytes, 0);
  const first = bytes[start];
  if (first !== OPEN_BRACE && first !== OPEN_BRACKET) return true;
  const newline = bytes.indexOf(0x0a, start);
  return newline < 0 || skipNested(bytes.subarray(0, newline), start) >= 0;
}
