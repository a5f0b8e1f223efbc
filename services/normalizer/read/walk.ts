/**
 * Owns: the state of going through a text document by document, and the steps that every way of
 * reading one has in common.
 */
import type { Span } from '../../../shared/domain/json-items.ts';
import { parseJson } from './numbers.ts';
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

export function lineEnd({ source, end }: Walk, at: number): number {
  const newline = source.chars.indexOf('\n', at);
  return newline < 0 || newline > end ? end : newline;
}

export function text(walk: Walk, end: number): void {
  const last = trimEnd(walk.source.chars, walk.at, end);
  walk.pieces.push({ kind: 'text', start: walk.at, end: last });
  walk.at = end;
}

export function takeParsed(walk: Walk, end: number): boolean {
  const parsed = parseJson(walk.source.text(walk.at, end));
  if (parsed === undefined) return false;
  walk.pieces.push({ kind: 'json', value: parsed.value, start: walk.at, end });
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
