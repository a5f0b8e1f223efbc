/**
 * Owns: the tokens of Falco's conditions (libs, filter/parser.h, "Tokens" and filter/escaping.cpp).
 * Does not own: which token may follow which (parse.ts).
 */

/** Reads from left to right, and never back. */
export interface Cursor {
  readonly text: string;
  /** Character that is read next. */
  at: number;
  /** How many parentheses and transformers are open. */
  depth: number;
}

/** What is wrong at which character; caught by whoever began to read. */
export class FilterError extends Error {
  readonly at: number;
  constructor(message: string, at: number) {
    super(message);
    this.name = 'FilterError';
    this.at = at;
  }
}

/** Far more than rules have, far less than the stack takes. */
const MAX_DEPTH = 100;

const BLANKS = /[ \t\b\r\n]+/y;
export const NOT_BLANK = /not\s+/y;
export const IDENTIFIER = /[a-zA-Z][a-zA-Z0-9_]*/y;
export const FIELD_NAME = /[a-zA-Z][a-zA-Z0-9_]*(?:\.[a-zA-Z][a-zA-Z0-9_]*)+/y;
export const BARE_ARG = /[^[\]"'\s]+/y;
export const BARE_TEXT = /[^()"'\s=,]+/y;
export const NUMBER = /0[xX][0-9a-zA-Z]+|[+-]?\d+\.?\d*(?:[eE][+-]\d+)?/y;

/** The token, or undefined where another stands. */
export function take(cursor: Cursor, token: RegExp): string | undefined {
  token.lastIndex = cursor.at;
  const found = token.exec(cursor.text)?.[0];
  if (found !== undefined) cursor.at += found.length;
  return found;
}

export function takeText(cursor: Cursor, text: string): boolean {
  if (!cursor.text.startsWith(text, cursor.at)) return false;
  cursor.at += text.length;
  return true;
}

/** The first of the texts that stands here. */
export function takeOne<T extends string>(cursor: Cursor, texts: readonly T[]): T | undefined {
  return texts.find((text) => takeText(cursor, text));
}

export function skipBlanks(cursor: Cursor): boolean {
  return take(cursor, BLANKS) !== undefined;
}

export function expectText(cursor: Cursor, text: string, what = ''): void {
  if (!takeText(cursor, text))
    throw new FilterError(`expected a '${text}' token${what}`, cursor.at);
}

/**
 * Where the quote that opens at `start` closes, or -1: a quote after a backslash does not close it,
 * whatever stands before the backslash.
 */
export function closingQuote(text: string, start: number): number {
  const quote = text.charAt(start);
  let end = text.indexOf(quote, start + 1);
  while (end !== -1 && text.charAt(end - 1) === '\\') end = text.indexOf(quote, end + 1);
  return end;
}

/** A text in quotes, without them. Undefined where no quoted text stands, or it has no end. */
export function takeQuoted(cursor: Cursor): string | undefined {
  const { text, at: start } = cursor;
  const quote = text.charAt(start);
  if (quote !== '"' && quote !== "'") return undefined;
  const end = closingQuote(text, start);
  if (end === -1) return undefined;
  const inside = text.slice(start + 1, end);
  const unescaped = inside.includes('\\') ? withoutEscapes(inside, quote, start + 1) : inside;
  cursor.at = end + 1;
  return unescaped;
}

/** A blank after a backslash gives the backslash: published rules escape blanks (escaping.cpp). */
const ESCAPES: Readonly<Record<string, string>> = {
  ...{ b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' },
  ...{ ' ': '\\', '\\': '\\', '/': '/' },
};

function withoutEscapes(text: string, quote: string, start: number): string {
  let plain = '';
  for (let i = 0; i < text.length; i++) {
    if (text.charAt(i) !== '\\') {
      plain += text.charAt(i);
      continue;
    }
    const next = text.charAt(++i);
    const meant = next === quote ? quote : Object.hasOwn(ESCAPES, next) ? ESCAPES[next] : undefined;
    if (meant === undefined) throw escapeError(next, quote, start + i);
    plain += meant;
  }
  return plain;
}

function escapeError(escaped: string, quote: string, at: number): FilterError {
  const isQuote = escaped === '"' || escaped === "'";
  const what = isQuote
    ? `invalid \\${escaped} escape in ${quote}-quoted string`
    : `unsupported string escape sequence: \\${escaped}`;
  return new FilterError(what, at);
}

/** Reads what stands in one more parenthesis. */
export function nested<T>(cursor: Cursor, read: (cursor: Cursor) => T): T {
  if (cursor.depth >= MAX_DEPTH) {
    throw new FilterError(`exceeded max depth limit of ${MAX_DEPTH}`, cursor.at);
  }
  cursor.depth++;
  const value = read(cursor);
  cursor.depth--;
  return value;
}
