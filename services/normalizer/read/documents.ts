/**
 * Owns: which JSON documents a text holds, however they follow each other: one, one per line, over
 * several lines, one after the other with nothing between, behind record separators (RFC 7464); what
 * between them is no JSON; and what is left of those that are torn or damaged.
 * Does not own: what a document or a line means (read-text.ts).
 */
import { skipNestedText } from './brackets.ts';
import { parseJson } from './numbers.ts';
import { type CutPath, keyAt, salvage } from './salvage.ts';
import { type Scan, scanValue } from './scan.ts';
import type { Source } from './source.ts';
import type { Span } from '../../../shared/domain/json-items.ts';

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

/** CloudWatch ends a message of 256 KiB with it. */
const TRUNCATED = '[Truncated...]';

interface Walk {
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
function skipBetween(walk: Walk): void {
  const { chars } = walk.source;
  while (walk.at < walk.end) {
    if (BETWEEN.has(chars[walk.at] as string)) walk.at += 1;
    else if (chars.startsWith('ï»¿', walk.at)) walk.at += 3;
    else return;
  }
}

function trimEnd(chars: string, start: number, end: number): number {
  let last = end;
  while (last > start && chars.charCodeAt(last - 1) <= 0x20) last--;
  return last;
}

function lineEnd({ source, end }: Walk, at: number): number {
  const newline = source.chars.indexOf('\n', at);
  return newline < 0 || newline > end ? end : newline;
}

function text(walk: Walk, end: number): void {
  const last = trimEnd(walk.source.chars, walk.at, end);
  walk.pieces.push({ kind: 'text', start: walk.at, end: last });
  walk.at = end;
}

function takeParsed(walk: Walk, end: number): boolean {
  const parsed = parseJson(walk.source.text(walk.at, end));
  if (parsed === undefined) return false;
  walk.pieces.push({ kind: 'json', value: parsed.value, start: walk.at, end });
  walk.at = end;
  return true;
}

function known(walk: Walk, scan: Scan): KnownList | undefined {
  if (scan.list === undefined) return undefined;
  const { key, elements } = scan.list;
  return { key: key && keyAt(walk.source, key), elements };
}

/** A document that ends early: with what is left of it. */
function takeCut(walk: Walk, scan: Scan, end: number): void {
  const { source, at: start } = walk;
  const found = salvage(source, start, scan);
  if (found === undefined) {
    text(walk, end);
    return;
  }
  walk.at = end;
  const list = known(walk, scan);
  if (scan.list === undefined || list === undefined) {
    walk.pieces.push({ kind: 'json', ...found, start, end, rest: { start, end } });
    return;
  }
  const last = scan.list.elements.at(-1)?.end ?? scan.list.open + 1;
  // The element in which the cut fell, as far as it goes.
  const rest = { start: skipComma(source.chars, last, end), end };
  const elements = scan.isListOpen ? [...list.elements, rest] : list.elements;
  walk.pieces.push({ kind: 'json', ...found, start, end, rest, list: { ...list, elements } });
}

function skipComma(chars: string, at: number, end: number): number {
  let i = at;
  while (i < end && BETWEEN.has(chars[i] as string)) i++;
  return i;
}

/** After the element at `at`, by its brackets; a scalar goes to the next comma. -1: it has no end. */
function elementEnd(chars: string, at: number, end: number): number {
  if (startsDocument(chars, at) || chars[at] === '"') return skipNestedText(chars, at, end);
  let i = at;
  while (i < end && chars[i] !== ',' && chars[i] !== ']') i++;
  return i < end ? i : -1;
}

/** Elements of the list that opens at `open` by their brackets alone; the last may be the rest. */
function elementsOf({ source: { chars } }: Walk, open: number, end: number): readonly Span[] {
  const elements: Span[] = [];
  let at = skipComma(chars, open + 1, end);
  while (at < end && chars[at] !== ']') {
    const after = elementEnd(chars, at, end);
    const next = after < 0 ? end : skipComma(chars, after, end);
    const isElement = after >= 0 && (next > after || chars[next] === ']');
    elements.push({ start: at, end: isElement ? after : end });
    at = isElement ? next : end;
  }
  return elements;
}

/** Members that hold records; other lists are part of a record. */
const RECORD_LISTS = new Set([
  ...['items', 'records', 'Records', 'logEvents', 'receivedMessages', 'resourceLogs'],
]);

/** A document in whose list of records something is no JSON: the others are not lost for that. */
function takeDamaged(walk: Walk, { list }: Scan, end: number): void {
  const { source, at: start } = walk;
  const key = list?.key && keyAt(source, list.key);
  const head = list && `${source.text(start, list.open)}[]${list.key ? '}' : ''}`;
  const wrapper =
    head && (key === undefined || RECORD_LISTS.has(key)) ? parseJson(head) : undefined;
  if (list === undefined || wrapper === undefined) {
    text(walk, end);
    return;
  }
  const elements = elementsOf(walk, list.open, end);
  const values = elements.map((span) => parseJson(source.text(span.start, span.end))?.value);
  // A line of a log may begin with a bracket.
  if (!values.some((value) => typeof value === 'object')) {
    text(walk, Math.max(end, lineEnd(walk, start)));
    return;
  }
  const value = key === undefined ? values : { ...(wrapper.value as object), [key]: values };
  const rest = { start: elements.at(-1)?.end ?? list.open, end };
  // The wrapper itself is none that could be taken for a whole record.
  walk.pieces.push({ kind: 'json', value, cut: [], start, end, rest, list: { key, elements } });
  walk.at = end;
}

function startsDocument(chars: string, at: number): boolean {
  return chars[at] === '{' || chars[at] === '[';
}

/** Where a document that is no JSON and has no end of its own ends: before the next one. */
function endOfDamage(walk: Walk, scan: Scan): number {
  const { chars } = walk.source;
  let end = lineEnd(walk, walk.at);
  if (scan.end <= end) return end;
  while (end < walk.end && !startsDocument(chars, end + 1)) end = lineEnd(walk, end + 1);
  return end;
}

/** By brackets alone: on this line, or further on if it was JSON up to there. */
function closingOf(walk: Walk, scan: Scan, line: number): number {
  const { chars } = walk.source;
  const closes = skipNestedText(chars, walk.at, line);
  if (closes >= 0 || scan.end <= line || walk.budget <= 0) return closes;
  const further = skipNestedText(chars, walk.at, walk.end);
  walk.budget -= (further < 0 ? walk.end : further) - walk.at;
  return further;
}

function takeScanned(walk: Walk, line: number): void {
  const { chars } = walk.source;
  const limit = walk.budget > 0 ? walk.end : line;
  const scan = scanValue(chars, walk.at, limit);
  if (scan.kind === 'whole' && takeParsed(walk, scan.end)) {
    if (scan.end < line) walk.severalUntil = line;
    return;
  }
  if (scan.kind === 'whole') takeDamaged(walk, scan, scan.end);
  else if (scan.kind === 'cut' && limit === walk.end) takeCut(walk, scan, walk.end);
  else takeWrong(walk, scan, line);
}

/** A document that is no JSON from some place on. */
function takeWrong(walk: Walk, scan: Scan, line: number): void {
  walk.budget -= scan.end - walk.at;
  const closes = closingOf(walk, scan, line);
  if (closes >= 0) {
    takeDamaged(walk, scan, closes);
    return;
  }
  const end = endOfDamage(walk, scan);
  const alone = scanValue(walk.source.chars, walk.at, end);
  if (alone.kind === 'cut') takeCut(walk, alone, end);
  else takeDamaged(walk, alone, end);
}

/** A line that says at its end that it was truncated. */
function takeTruncated(walk: Walk, line: number): boolean {
  const { chars } = walk.source;
  const suffix = trimEnd(chars, walk.at, line) - TRUNCATED.length;
  if (suffix <= walk.at || !chars.startsWith(TRUNCATED, suffix)) return false;
  const scan = scanValue(chars, walk.at, suffix);
  if (scan.kind === 'cut') takeCut(walk, scan, line);
  else if (scan.kind === 'wrong' || !takeParsed(walk, suffix)) return false;
  walk.at = line;
  return true;
}

/** The next document or line. */
function take(walk: Walk): void {
  const line = lineEnd(walk, walk.at);
  if (!startsDocument(walk.source.chars, walk.at)) text(walk, line);
  else if (!takeWhole(walk, line) && !takeTruncated(walk, line)) takeScanned(walk, line);
}

function takeWhole(walk: Walk, line: number): boolean {
  if (walk.at < walk.severalUntil) return false;
  if (takeParsed(walk, line)) return true;
  // A document over several lines is most often the only one.
  return walk.pieces.length === 0 && line < walk.end && takeParsed(walk, walk.end);
}

/** Everything in a range of a source, in its order. Linear in its length. */
export function documents(source: Source, start = 0, end = source.chars.length): readonly Piece[] {
  const walk: Walk = {
    ...{ source, end, pieces: [], at: start, budget: 4 * (end - start), severalUntil: start },
  };
  skipBetween(walk);
  while (walk.at < end) {
    take(walk);
    skipBetween(walk);
  }
  return walk.pieces;
}
