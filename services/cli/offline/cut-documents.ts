/**
 * Owns: where a file may be cut into bodies so that no record is torn: after lines, and where a
 * document is written over several lines, after it. Pure.
 * Does not own: what the documents are; a cut in the wrong place costs a record, so a document that
 * is torn itself is told from one that goes on: it breaks the grammar soon.
 */
import {
  BACKSLASH,
  CLOSE_BRACE,
  CLOSE_BRACKET,
  COLON,
  COMMA,
  NEWLINE,
  OPEN_BRACE,
  OPEN_BRACKET,
  QUOTE,
  SPACE,
} from '../../../shared/domain/bytes-of-json.ts';
import { wholeLines } from '../../../shared/domain/line-cut.ts';

const MAX_DEPTH = 1_000;

/** The end of a document; `open`: the bytes end first; `none`: it is no JSON from here on. */
type DocumentEnd = number | 'open' | 'none';

function stringEnd(bytes: Buffer, at: number): DocumentEnd {
  for (let i = at + 1; i < bytes.length; i++) {
    const byte = bytes[i] ?? 0;
    if (byte === QUOTE) return i + 1;
    if (byte === BACKSLASH) i++;
    else if (byte < SPACE) return 'none';
  }
  return 'open';
}

function isWordByte(byte: number): boolean {
  const isDigit = byte >= 0x30 && byte <= 0x39;
  const isLetter = (byte >= 0x61 && byte <= 0x7a) || byte === 0x45;
  return isDigit || isLetter || byte === 0x2b || byte === 0x2d || byte === 0x2e;
}

function wordEnd(bytes: Buffer, at: number): DocumentEnd {
  let i = at;
  while (i < bytes.length && isWordByte(bytes[i] ?? 0)) i++;
  return i > at ? i : 'none';
}

/** What may come next. */
type Expect = 'value' | 'valueOrEnd' | 'key' | 'keyOrEnd' | 'colon' | 'commaOrEnd';

class Grammar {
  /** True: an object. */
  readonly #open: boolean[] = [];
  #expect: Expect = 'value';

  get isClosed(): boolean {
    return this.#open.length === 0;
  }

  /** False: it may not stand here. */
  takes(byte: number): boolean {
    const expect = this.#expect;
    switch (byte) {
      case OPEN_BRACE:
      case OPEN_BRACKET:
        if (!expect.startsWith('value') || this.#open.length === MAX_DEPTH) return false;
        this.#open.push(byte === OPEN_BRACE);
        this.#expect = byte === OPEN_BRACE ? 'keyOrEnd' : 'valueOrEnd';
        return true;
      case CLOSE_BRACE:
      case CLOSE_BRACKET:
        return this.#close(byte === CLOSE_BRACE, expect);
      case COMMA:
        this.#expect = this.#open.at(-1) === true ? 'key' : 'value';
        return expect === 'commaOrEnd';
      case COLON:
        this.#expect = 'value';
        return expect === 'colon';
      default:
        return this.#scalar(byte === QUOTE, expect);
    }
  }

  #close(isObject: boolean, expect: Expect): boolean {
    this.#expect = 'commaOrEnd';
    return expect.endsWith('OrEnd') && this.#open.pop() === isObject;
  }

  #scalar(isText: boolean, expect: Expect): boolean {
    if (expect.startsWith('key')) {
      this.#expect = 'colon';
      return isText;
    }
    this.#expect = 'commaOrEnd';
    return expect.startsWith('value');
  }
}

function isMark(byte: number): boolean {
  if (byte === COMMA || byte === COLON || byte === OPEN_BRACE) return true;
  return byte === CLOSE_BRACE || byte === OPEN_BRACKET || byte === CLOSE_BRACKET;
}

/** The end of the JSON document that begins at `start`. */
export function documentEnd(bytes: Buffer, start: number): DocumentEnd {
  const grammar = new Grammar();
  for (let at = start; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    if (byte <= SPACE) {
      at++;
      continue;
    }
    if (!grammar.takes(byte)) return 'none';
    const end = isMark(byte) ? at + 1 : byte === QUOTE ? stringEnd(bytes, at) : wordEnd(bytes, at);
    if (typeof end === 'string') return end;
    if (grammar.isClosed) return end;
    at = end;
  }
  return 'open';
}

function firstByte(bytes: Buffer, at: number): number {
  let i = at;
  while (i < bytes.length && (bytes[i] ?? 0) <= SPACE) i++;
  return i;
}

/** Where the line ends after all documents on it; `open`: not yet known. */
function unitEnd(bytes: Buffer, start: number): number | 'open' {
  let at = start;
  for (;;) {
    const newline = bytes.indexOf(NEWLINE, at);
    const first = firstByte(bytes, at);
    const byte = bytes[first];
    const begins = byte === OPEN_BRACE || byte === OPEN_BRACKET;
    const isOnLine = newline < 0 || first < newline;
    const end = begins && isOnLine ? documentEnd(bytes, first) : 'none';
    if (end === 'open') return 'open';
    if (end === 'none') return newline < 0 ? 'open' : newline + 1;
    at = end;
  }
}

/** How many of `bytes`, which begin where a line does, may be cut off; 0: more have to come. */
export function wholeDocuments(bytes: Buffer): number {
  let cut = 0;
  while (cut < bytes.length) {
    const end = unitEnd(bytes, cut);
    if (end === 'open') break;
    cut = end;
  }
  // Lines of a container runtime may be parts of one.
  return wholeLines(bytes.subarray(0, cut));
}
