/**
 * Owns: how cells and timers lie in a lane's state: keys, and the text of values.
 * Does not own: which of the two forms a cell has, and when it is written (writes.ts).
 *
 *   c/<cell>                a small cell as a whole, a line for each part and timer; or APART
 *   p/<cell>!v<name>        one part of a large cell, as one line
 *   p/<cell>!t<name>        one timer of a large cell, likewise
 *   t/<time>/<cell>!<name>  the timers of all cells in the order in which they fire
 *
 * A line is `v` or `t`, the name as JSON, a tab, the value as JSON: JSON holds no raw tab or newline,
 * so lines are told apart without being parsed, and values are parsed when somebody asks for them.
 * `!` is lower than all that keys of cells are made of: it ends them, and the order of (cell, name)
 * is that of the whole.
 */
import { nameKey } from './cell-key.ts';
import type { CellKey, Timer } from './model.ts';

export type LineKind = 'v' | 't';

export interface Line {
  readonly kind: LineKind;
  readonly name: string;
  /** JSON of the part's value, or the timer's time. */
  readonly text: string;
}

/** Value under `c/` of a cell whose lines lie under keys of their own. */
export const APART = 'apart';
export const TIMERS_PREFIX = 't/';

const TIME_DIGITS = 15;
const LAST_TIME_MS = 10 ** TIME_DIGITS - 1;

export function cellStateKey(cell: CellKey): string {
  return `c/${cell}`;
}

export function linesPrefix(cell: CellKey): string {
  return `p/${cell}!`;
}

export function lineStateKey(cell: CellKey, kind: LineKind, name: string): string {
  return `p/${cell}!${kind}${nameKey(name)}`;
}

export function lineText({ kind, name, text }: Line): string {
  return `${kind}${JSON.stringify(name)}\t${text}`;
}

/** Throws SyntaxError on what is no line: the state is damaged. */
export function parseLine(line: string): Line {
  const tab = line.indexOf('\t');
  const name: unknown = JSON.parse(line.slice(1, tab));
  return { kind: line.startsWith('t') ? 't' : 'v', name: String(name), text: line.slice(tab + 1) };
}

/** Any number as a time that a key can hold; what is none is due at once, rather than never. */
export function timerTime(atMs: number): number {
  if (Number.isNaN(atMs)) return 0;
  return Math.min(Math.max(Math.ceil(atMs), 0), LAST_TIME_MS);
}

/** `atMs` is a timerTime. */
export function timerStateKey({ atMs, cell, name }: Timer): string {
  const time = String(atMs).padStart(TIME_DIGITS, '0');
  return `${TIMERS_PREFIX}${time}/${cell}!${nameKey(name)}`;
}

/** What the key and the value of a timer say. Throws SyntaxError where the state is damaged. */
export function parseTimer(key: string, value: Buffer): Timer {
  const start = TIMERS_PREFIX.length;
  const name: unknown = JSON.parse(value.toString('utf8'));
  return {
    atMs: Number(key.slice(start, start + TIME_DIGITS)),
    cell: key.slice(start + TIME_DIGITS + 1, key.lastIndexOf('!')) as CellKey,
    name: String(name),
  };
}
