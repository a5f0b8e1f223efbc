/**
 * Owns: sessions as a table: who is in which pod, one line each, within the width of the terminal.
 */
import type { SessionDetails } from './details.ts';
import { podOf } from './summary.ts';
import { formatDuration, formatSince } from './times.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { type Column, formatTable } from '../output/table.ts';

/** Enough of an id to name it to `session show`. */
const ID_LENGTH = 10;
/** What is left to the last command where a terminal is narrow. */
const MIN_COMMAND = 10;
/** What is worth leaving out other columns for. */
const GOOD_COMMAND = 30;
const MAX_COMMAND = 100;
const GAP = 2;

/** A session as a row, without the document that it was read from. */
export interface Row {
  readonly id: string;
  readonly sinceMs: number | undefined;
  readonly endedMs: number | undefined;
  readonly user: string;
  readonly kind: string;
  readonly where: string;
  readonly state: string;
  readonly commands: string;
  readonly lastCommand: string;
  readonly sure: string;
  readonly findings: string;
}

/** `prod-eu payments/pay-0 app`: cluster, pod or node, container. */
export function whereOf(session: SessionDetails): string {
  const { cluster, container, node } = session;
  const place = podOf(session) ?? (node === undefined ? undefined : `node ${node}`);
  return [cluster, place, container].filter((part) => part !== undefined).join(' ');
}

/** The command that has the latest time; of several the last that is listed. */
function lastCommandOf({ commands }: SessionDetails): string {
  const last = commands.reduce<(typeof commands)[number] | undefined>(
    (best, next) =>
      best === undefined || (next.timeMs ?? -Infinity) >= (best.timeMs ?? -Infinity) ? next : best,
    undefined,
  );
  return last?.commandLine ?? last?.executable ?? '';
}

function findingsOf({ findingCount, maxLevel }: SessionDetails): string {
  if (findingCount === 0) return '';
  return maxLevel === undefined ? String(findingCount) : `${findingCount} ${maxLevel}`;
}

/** In place of the last command, what was asked for, as long as nothing ran. */
export function rowOf(session: SessionDetails): Row {
  const { commandCount, confidence, endedMs, id, kind, requestedMs, startedMs } = session;
  const { requestedCommand, state, user } = session;
  const asked = requestedCommand === undefined ? '' : `(asked for) ${requestedCommand}`;
  return {
    ...{ id: id ?? '', sinceMs: startedMs ?? requestedMs, endedMs },
    ...{ user: user ?? '', kind: kind ?? '', where: whereOf(session), state: state ?? '' },
    commands: String(commandCount),
    lastCommand: lastCommandOf(session) || asked,
    sure: commandCount === 0 ? '' : (confidence ?? ''),
    findings: findingsOf(session),
  };
}

function ageOf({ endedMs, sinceMs }: Row, nowMs: number): string {
  return sinceMs === undefined ? '' : formatDuration((endedMs ?? nowMs) - sinceMs);
}

type Columns = readonly Column<Row>[];

function columnsAt(nowMs: number): Columns {
  const column = (title: string, maxWidth: number, cell: (row: Row) => string) => ({
    ...{ title, maxWidth, cell },
  });
  return [
    { title: 'ID', maxWidth: ID_LENGTH, cell: ({ id }) => id.slice(0, ID_LENGTH) },
    column('SINCE', 17, ({ sinceMs }) => formatSince(sinceMs, nowMs)),
    column('FOR', 8, (row) => ageOf(row, nowMs)),
    column('USER', 24, ({ user }) => user),
    column('KIND', 12, ({ kind }) => kind),
    column('WHERE', 60, ({ where }) => where),
    column('STATE', 8, ({ state }) => state),
    column('COMMANDS', 8, ({ commands }) => commands),
    column('SURE', 9, ({ sure }) => sure),
    column('FINDINGS', 16, ({ findings }) => findings),
  ];
}

/** Width that columns take, with the gap to what comes after them. */
function widthOf(columns: Columns, rows: readonly Row[]): number {
  return columns.reduce((sum, { cell, maxWidth, title }) => {
    const widest = rows.reduce(
      (most, row) => Math.max(most, Math.min(escapeForTerminal(cell(row)).length, maxWidth)),
      title.length,
    );
    return sum + widest + GAP;
  }, 0);
}

function without(title: string): (columns: Columns) => Columns {
  return (columns) => columns.filter((column) => column.title !== title);
}

function narrowed(widths: Readonly<Record<string, number>>): (columns: Columns) => Columns {
  return (columns) =>
    columns.map((column) => ({ ...column, maxWidth: widths[column.title] ?? column.maxWidth }));
}

/** What a narrow terminal goes without, the first to go first. */
const STEPS: readonly ((columns: Columns) => Columns)[] = [
  without('STATE'),
  without('FOR'),
  narrowed({ USER: 16, WHERE: 36 }),
  without('COMMANDS'),
  without('KIND'),
  without('SURE'),
  without('FINDINGS'),
  narrowed({ USER: 10, WHERE: 22 }),
];

/** The columns before the last command, as many as leave room for it. */
function fitting(columns: Columns, rows: readonly Row[], width: number): Columns {
  let fitted = columns;
  for (const step of STEPS) {
    if (widthOf(fitted, rows) + GOOD_COMMAND <= width) return fitted;
    fitted = step(fitted);
  }
  return fitted;
}

/**
 * Lines without a trailing line break. The last command is the last column: it is the longest, and
 * what follows it in a line would be for its author to forge.
 */
export function formatRows(rows: readonly Row[], nowMs: number, width?: number): string {
  const all = columnsAt(nowMs);
  const columns = width === undefined ? all : fitting(all, rows, width);
  const left = width === undefined ? MAX_COMMAND : width - widthOf(columns, rows);
  const last: Column<Row> = {
    title: 'LAST COMMAND',
    maxWidth: Math.max(left, MIN_COMMAND),
    cell: ({ lastCommand }) => lastCommand,
  };
  return formatTable([...columns, last], rows);
}
