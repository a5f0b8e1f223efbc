/**
 * Owns: documents that are not whole: one that ends too early, one in whose list something is no
 * JSON. What is good in them is kept, each element with its own bytes.
 */
import type { Span } from '../../../shared/domain/json-items.ts';
import { skipNestedText } from './brackets.ts';
import { parseJson } from '../../../shared/domain/json-numbers.ts';
import { keyAt, salvage } from './salvage.ts';
import type { Scan } from './scan.ts';
import { type KnownList, lineEnd, skipComma, startsDocument, text, type Walk } from './walk.ts';

function known(walk: Walk, scan: Scan): KnownList | undefined {
  if (scan.list === undefined) return undefined;
  const { key, elements } = scan.list;
  return { key: key && keyAt(walk.source, key), elements };
}

/** A document that ends early: with what is left of it. */
export function takeCut(walk: Walk, scan: Scan, end: number): void {
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
export function takeDamaged(walk: Walk, { list }: Scan, end: number): void {
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
