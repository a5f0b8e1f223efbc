/**
 * Owns: a session as text for a terminal. What an attacker may have written is escaped and stands
 * last in its line; where the width is known, no line of it begins at the margin.
 */
import { escapeForTerminal } from '../output/escape.ts';
import type { SessionDetails } from './details.ts';
import { foldTimeline } from './fold.ts';
import { type Fact, summaryOf, titleOf } from './summary.ts';
import { type Entry, timelineOf } from './timeline.ts';
import { formatClock, formatDuration, formatOffset, formatTime } from './times.ts';

const INDENT = '  ';
/** Less is left to the text of a line on no terminal. */
const MIN_TEXT = 20;

/** Where a line of at most `width` units ends: behind a blank, and not in half a character. */
function lineEnd(text: string, at: number, width: number): number {
  const end = at + width;
  if (end >= text.length) return text.length;
  const blank = text.lastIndexOf(' ', end - 1);
  if (blank > at + width / 2) return blank + 1;
  return /[\ud800-\udbff]/.test(text.charAt(end - 1)) ? end - 1 : end;
}

/** In lines of at most `width` UTF-16 units. */
function pieces(text: string, width: number): readonly string[] {
  const lines: string[] = [];
  for (let at = 0; at < text.length; ) {
    const end = lineEnd(text, at, width);
    lines.push(text.slice(at, end).trimEnd());
    at = end;
  }
  return lines;
}

/** `prefix` and the text, which goes on below itself behind a bar. */
function hanging(prefix: string, text: string, width: number | undefined): readonly string[] {
  const safe = escapeForTerminal(text);
  const room = width === undefined ? safe.length : Math.max(width - prefix.length, MIN_TEXT);
  if (safe.length <= room) return [`${prefix}${safe}`.trimEnd()];
  const [first = '', ...rest] = pieces(safe, room - 2);
  return [`${prefix}${first}`, ...rest.map((piece) => `${' '.repeat(prefix.length)}| ${piece}`)];
}

function headLines(facts: readonly Fact[], width: number | undefined): readonly string[] {
  const column = Math.max(...facts.map(({ label }) => label.length)) + INDENT.length;
  return facts.flatMap(({ label, lines }) =>
    lines.flatMap((line, i) => {
      const name = (i === 0 ? label : '').padEnd(column);
      return hanging(`${INDENT}${name}`, line, width);
    }),
  );
}

/** What is ours to say of an entry: it comes before the text. */
function ours({ confidence, facts, level, times, timeMs, untilMs }: Entry): string {
  const isSpan = untilMs !== undefined && timeMs !== undefined;
  const span = isSpan ? ` in ${formatDuration(untilMs - timeMs)}` : '';
  const parts = [
    ...(times === undefined ? [] : [`${times} times${span}`]),
    ...(level === undefined || confidence === undefined ? [] : [level]),
    ...facts,
  ];
  return parts.map(escapeForTerminal).join(' ');
}

const TITLES = ['OFFSET', 'TIME', 'WHAT', 'SURE', '', ''];

/** Longer ones do not fit into a column. */
const MAX_CELL = 24;

/** Cells are short: what is longer may be somebody's text, and would push what is ours aside. */
function cellsOf(entry: Entry): readonly string[] {
  const { confidence, kind, level = '', offsetMs, timeMs } = entry;
  const sure = escapeForTerminal(confidence ?? level);
  const own = ours(entry);
  return [
    offsetMs === undefined ? '?' : formatOffset(offsetMs),
    timeMs === undefined ? '' : formatClock(timeMs),
    kind,
    sure.length > MAX_CELL ? `${sure.slice(0, MAX_CELL - 1)}…` : sure,
    own.length > MAX_CELL ? '' : own,
  ];
}

/** Sentences below an entry; also what was too long for its cell. */
function notesOf(entry: Entry): readonly string[] {
  const own = ours(entry);
  return own.length > MAX_CELL ? [own, ...entry.notes] : entry.notes;
}

function widthsOf(rows: readonly (readonly string[])[]): readonly number[] {
  return TITLES.map((_, column) =>
    rows.reduce((most, cells) => Math.max(most, cells[column]?.length ?? 0), 0),
  );
}

function timelineLines(entries: readonly Entry[], width: number | undefined): readonly string[] {
  const rows = entries.map(cellsOf);
  const widths = widthsOf([TITLES, ...rows]);
  const row = (cells: readonly string[]) =>
    INDENT + cells.map((cell, i) => `${cell.padEnd(widths[i] ?? 0)}  `).join('');
  const note = ' '.repeat(row(['', '', '']).length);
  return [
    row(TITLES).trimEnd(),
    ...entries.flatMap((entry, i) => [
      ...hanging(row(rows[i] ?? []), entry.text, width),
      ...notesOf(entry).flatMap((text) => hanging(`${note}^ `, text, width)),
    ]),
  ];
}

/** With a trailing line break. `width`: columns of the terminal; absent: lines as long as they are. */
export function formatSession(session: SessionDetails, width?: number): string {
  const { id = '(no id)', requestedMs, startedMs, state } = session;
  const zero = requestedMs ?? startedMs;
  const from = zero === undefined ? '' : `, from ${formatTime(zero)}`;
  return [
    ...hanging('Session ', `${id}: ${titleOf(session)}`, width),
    '',
    ...headLines(summaryOf(session), width),
    '',
    `Timeline${from}`,
    '',
    ...timelineLines(foldTimeline(timelineOf(session)), width),
    ...(state === 'open' ? [`${INDENT}it is still open`] : []),
    '',
  ].join('\n');
}
