/**
 * Owns: ES|QL's string functions. Positions and lengths count code points.
 */
import { readRegex } from '../regex.ts';
import { isTyped, type Known, manyOf, type Scalar } from '../value.ts';
import type { EsqlFunction, Functions } from './shape.ts';
import {
  bounded,
  countOf,
  each,
  long,
  MAX_TEXT,
  ofTexts,
  single,
  singly,
  textOf,
} from './shape.ts';

/** Java's Character.isWhitespace: no-break spaces are none, the separators U+001C to U+001F are. */
const SPACE =
  '[\\t-\\r\\x1c-\\x20\\u1680\\u2000-\\u2006\\u2008-\\u200a\\u2028\\u2029\\u205f\\u3000]';
const LEADING = new RegExp(`^${SPACE}+`, 'u');
const IS_SPACE = new RegExp(`^${SPACE}$`, 'u');

function trimStart(text: string): string {
  return text.replace(LEADING, '');
}

/** Backwards by hand: a pattern with `$` would try every run of spaces in the text. */
function trimEnd(text: string): string {
  let end = text.length;
  while (end > 0 && IS_SPACE.test(text.charAt(end - 1))) end--;
  return text.slice(0, end);
}

function codePoints(text: string): number {
  let count = 0;
  for (let at = 0; at < text.length; at = step(text, at)) count++;
  return count;
}

/** Behind the code point at `at`. */
function step(text: string, at: number): number {
  return at + ((text.codePointAt(at) ?? 0) > 0xffff ? 2 : 1);
}

/** Offset of the code point with this index. */
function offsetOf(text: string, index: number): number {
  let at = 0;
  for (let i = 0; i < index && at < text.length; i++) at = step(text, at);
  return at;
}

/** Index of the code point that a position names: from 1, from the end where negative; 0 is 1. */
function indexOf(position: number, length: number): number {
  const index = position > 0 ? position - 1 : position < 0 ? length + position : 0;
  return Math.min(Math.max(0, index), length);
}

function slice(text: string, from: number, to: number): string {
  return text.slice(offsetOf(text, from), offsetOf(text, to));
}

function substring(text: string, position: number, length: number | undefined): string | null {
  if (length !== undefined && length < 0) return null;
  const all = codePoints(text);
  const from = indexOf(position, all);
  return slice(text, from, length === undefined ? all : from + length);
}

function locate(text: string, part: string, position = 0): bigint {
  const from = indexOf(position, codePoints(text));
  const found = text.indexOf(part, offsetOf(text, from));
  return found === -1 ? 0n : long(1 + codePoints(text.slice(0, found)));
}

/** By code points; Elasticsearch keeps grapheme clusters together. */
function reverse(text: string): string {
  return [...text].reverse().join('');
}

function repeat(text: string, count: number): string | null {
  return count < 0 || text.length * count > MAX_TEXT ? null : text.repeat(count);
}

/** Text first, then numbers. */
function withCounts(
  least: number,
  most: number,
  apply: (text: string, counts: readonly number[]) => Known,
): EsqlFunction {
  return single(least, most, (first, ...rest) => {
    const text = first === undefined ? undefined : textOf(first);
    const counts = rest.flatMap((value) => countOf(value) ?? []);
    return text === undefined || counts.length < rest.length ? null : apply(text, counts);
  });
}

/** Any number of texts. */
function concat(...args: readonly Scalar[]): Known {
  const texts = args.flatMap((arg) => textOf(arg) ?? []);
  return texts.length < args.length ? null : bounded(texts.join(''));
}

/** The pattern has to be known when the rule is loaded, so that it is compiled once. */
const replace: EsqlFunction = {
  least: 3,
  most: 3,
  prepare([, pattern]) {
    if (typeof pattern !== 'string') {
      const reason = 'the pattern of REPLACE is not a constant text';
      return { reason, remedy: 'Write the pattern out.' };
    }
    const regex = readRegex(pattern);
    if (regex.kind === 'refused') return regex;
    return singly((...args) => {
      const [text, , by] = args.map(textOf);
      if (text === undefined || by === undefined) return null;
      return regex.replaceAll(text, by, MAX_TEXT);
    });
  },
};

const split: EsqlFunction = {
  least: 2,
  most: 2,
  prepare([, delimiter]) {
    if (typeof delimiter === 'string' && Buffer.byteLength(delimiter) !== 1) {
      const reason = 'the delimiter of SPLIT is not one byte';
      return { reason, remedy: 'Use one ASCII character.' };
    }
    return singly((text, by) => {
      if (typeof text !== 'string' || typeof by !== 'string' || by.length !== 1) return null;
      return manyOf(text.split(by));
    });
  },
};

function cased(change: (text: string) => string): EsqlFunction {
  return each((value) => (isTyped(value, 'object') ? null : change(textOf(value) ?? '')));
}

export const TEXT_FUNCTIONS: Functions = {
  CONCAT: single(1, 200, concat),
  LENGTH: ofTexts(1, (text = '') => long(codePoints(text))),
  BYTE_LENGTH: ofTexts(1, (text = '') => long(Buffer.byteLength(text))),
  BIT_LENGTH: ofTexts(1, (text = '') => long(8 * Buffer.byteLength(text))),
  SUBSTRING: withCounts(2, 3, (text, [position = 1, length]) => substring(text, position, length)),
  LEFT: withCounts(2, 2, (text, [count = 0]) => slice(text, 0, Math.max(0, count))),
  RIGHT: withCounts(2, 2, (text, [count = 0]) => {
    const length = codePoints(text);
    return slice(text, length - Math.min(Math.max(0, count), length), length);
  }),
  TRIM: ofTexts(1, (text = '') => trimEnd(trimStart(text))),
  LTRIM: ofTexts(1, (text = '') => trimStart(text)),
  RTRIM: ofTexts(1, (text = '') => trimEnd(text)),
  TO_LOWER: cased((text) => text.toLowerCase()),
  TO_UPPER: cased((text) => text.toUpperCase()),
  REPLACE: replace,
  SPLIT: split,
  LOCATE: single(2, 3, (text, part, position = 0n) => {
    const from = countOf(position);
    if (typeof text !== 'string' || typeof part !== 'string' || from === undefined) return null;
    return locate(text, part, from);
  }),
  REVERSE: ofTexts(1, (text = '') => reverse(text)),
  REPEAT: withCounts(2, 2, (text, [count = 0]) => repeat(text, count)),
  SPACE: single(1, 1, (count) => repeat(' ', countOf(count) ?? -1)),
  STARTS_WITH: ofTexts(2, (text = '', part = '') => text.startsWith(part)),
  ENDS_WITH: ofTexts(2, (text = '', part = '') => text.endsWith(part)),
  CONTAINS: ofTexts(2, (text = '', part = '') => text.includes(part)),
};
