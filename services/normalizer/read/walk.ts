/**
 * Owns: the state of going through a text document by document, and the steps that every way of
 * reading one has in common.
 */
import type { Span } from '../../../shared/domain/json-items.ts';
import { parseJson } from '../../../shared/domain/json-numbers.ts';
import type { CutPath } from './salvage.ts';
import type { Source } from './source.ts';

/** Where the elements of a document's outer list stand, if the document is not as it should be. */
export interface KnownList {
  readonly key: string | undefined;
  readonly elements: readonly Span[];
}

export type Piece = Span &
  (
    | {
        readonly kind: 'json';
        readonly value: unknown;
        readonly cut?: CutPath;
        readonly list?: KnownList;
        /** What of a document that ends early is in no member that was read. */
        readonly rest?: Span;
      }
    /** A line, or all lines of a document that is damaged. */
    | { readonly kind: 'text' }
  );

export interface Walk {
  readonly source: Source;
  readonly end: number;
  readonly pieces: Piece[];
  at: number;
  /** Scans that cross a line end and fail may cost this many characters in all. */
  budget: number;
  /** Up to here the line is known to hold more than one document. */
  severalUntil: number;
  /** The last line end that was looked for. */
  newline: number;
}

const BETWEEN = new Set([' ', '\n', '\r', '\t', ',', '\x1e', '\0', '\ufeff']);

/** To the next document or line; a byte order mark may stand before any of them. */
export function skipBetween(walk: Walk): void {
  const { chars } = walk.source;
  while (walk.at < walk.end) {
    if (BETWEEN.has(chars[walk.at] as string)) walk.at += 1;
    else if (chars.startsWith('ï»¿', walk.at)) walk.at += 3;
    else return;
  }
}

export function trimEnd(chars: string, start: number, end: number): number {
  let last = end;
  while (last > start && chars.charCodeAt(last - 1) <= 0x20) last--;
  return last;
}

/** Where the line that `at` is in ends; many documents on one line look for it once. */
export function lineEnd(walk: Walk, at: number): number {
  if (at > walk.newline || walk.newline < 0) {
    const newline = walk.source.chars.indexOf('\n', at);
    walk.newline = newline < 0 ? walk.source.chars.length : newline;
  }
  return Math.min(walk.newline, walk.end);
}

export function text(walk: Walk, end: number): void {
  // Blanks at the end of a line may be in the middle of a text that a runtime split.
  const last = walk.source.chars[end - 1] === '\r' ? end - 1 : end;
  walk.pieces.push({ kind: 'text', start: walk.at, end: last });
  walk.at = end;
}

/** Can a text from here to there be a document? An exception for every line costs too much. */
function isClosed(chars: string, start: number, end: number): boolean {
  const last = chars[trimEnd(chars, start + 1, end) - 1];
  return last === (chars[start] === '{' ? '}' : ']');
}

export function takeParsed(walk: Walk, end: number): boolean {
  const { source, at: start } = walk;
  if (!isClosed(source.chars, start, end)) return false;
  const parsed = parseJson(source.text(start, end));
  if (parsed === undefined) return false;
  walk.pieces.push({ kind: 'json', value: parsed.value, start, end });
  walk.at = end;
  return true;
}

export function skipComma(chars: string, at: number, end: number): number {
  let i = at;
  while (i < end && BETWEEN.has(chars[i] as string)) i++;
  return i;
}

export function startsDocument(chars: string, at: number): boolean {
  return chars[at] === '{' || chars[at] === '[';
}
