/**
 * Owns: where tables and keys stand in a TOML file; the parser tells only where it fails.
 */
import type { Position } from '../position.ts';

interface KeyPlace {
  readonly at: Position;
  /** Where the text of the value begins, behind its quotes. */
  readonly valueAt: Position;
}

const HEADER = /^\s*\[\[?\s*([^\]]+?)\s*\]/;
const KEY = /^\s*([A-Za-z0-9_-]+)\s*=\s*/;
const LONG = ["'''", '"""'];

/** Places of tables (`rule`) and keys (`rule.query`): the first of each name. */
export function keyPlaces(text: string): ReadonlyMap<string, KeyPlace> {
  const places = new Map<string, KeyPlace>();
  const lines = text.split('\n');
  for (const { index, name, valueStart } of entriesOf(lines)) {
    if (!places.has(name)) places.set(name, placeOf(lines[index] ?? '', index, valueStart));
  }
  return places;
}

interface Entry {
  readonly name: string;
  /** Of the line. */
  readonly index: number;
  readonly valueStart: number;
}

function* entriesOf(lines: readonly string[]): Generator<Entry> {
  let table = '';
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const header = HEADER.exec(line)?.[1];
    if (header !== undefined) {
      table = header;
      yield { name: table, index, valueStart: 0 };
      continue;
    }
    const [start = '', key] = KEY.exec(line) ?? [];
    if (key === undefined) continue;
    yield { name: `${table}.${key}`, index, valueStart: start.length };
    index = lastLine(lines, index, start.length);
  }
}

/** The line on which a value ends that begins there, as far as it is a text. */
function lastLine(lines: readonly string[], from: number, start: number): number {
  const line = lines[from] ?? '';
  const quotes = LONG.find((mark) => line.startsWith(mark, start));
  if (quotes === undefined || line.includes(quotes, start + quotes.length)) return from;
  const end = lines.findIndex((later, i) => i > from && later.includes(quotes));
  return end < 0 ? lines.length : end;
}

function placeOf(line: string, index: number, valueStart: number): KeyPlace {
  const at = { line: index + 1, column: line.length - line.trimStart().length + 1 };
  const quotes = LONG.find((mark) => line.startsWith(mark, valueStart));
  if (quotes === undefined) return { at, valueAt: { line: index + 1, column: valueStart + 2 } };
  // A line break right behind the quotes is no part of the text.
  const begin = valueStart + quotes.length;
  const isBroken = line.slice(begin).trim() === '';
  const valueAt = isBroken
    ? { line: index + 2, column: 1 }
    : { line: index + 1, column: begin + 1 };
  return { at, valueAt };
}
