/**
 * Owns: a live view on a terminal: the table above, what happened last below it, redrawn in place on a
 * screen of its own, which is given back as it was.
 */
import { escapeForTerminal } from '../output/escape.ts';
import { type Column, formatTable } from '../output/table.ts';
import type { Happening, Live } from './live.ts';
import { formatRows } from './table.ts';
import { formatSince } from './times.ts';
import type { WatchView } from './watch.ts';

export interface Terminal {
  readonly columns: number;
  readonly rows: number;
  write(text: string): Promise<void>;
}

/** The other screen, no cursor, no wrapping of long lines: what does not fit is not shown. */
const ENTER = '\u001b[?1049h\u001b[?25l\u001b[?7l';
/** Also written by whoever ends the process without closing the view. */
export const LEAVE = '\u001b[?7h\u001b[?25h\u001b[?1049l';
const HOME = '\u001b[H';
const REST_OF_LINE = '\u001b[K';
const REST_OF_SCREEN = '\u001b[J';

/** Happenings that are kept to be shown. */
const MAX_KEPT = 200;
const MIN_FEED = 4;

function columnsAt(nowMs: number): readonly Column<Happening>[] {
  return [
    {
      ...{ title: 'TIME', maxWidth: 17 },
      cell: ({ timeMs }) => (timeMs === undefined ? '' : formatSince(timeMs, nowMs)),
    },
    { title: 'WHAT', maxWidth: 7, cell: ({ what }) => what },
    { title: 'USER', maxWidth: 24, cell: ({ user }) => user },
    { title: 'WHERE', maxWidth: 60, cell: ({ where }) => where },
    { title: 'SURE', maxWidth: 9, cell: ({ confidence }) => confidence },
    { title: 'COMMAND', maxWidth: 1_000, cell: ({ text }) => text },
  ];
}

/** One happening as one line, for what is no terminal. */
export function happeningLine(happening: Happening, nowMs: number): string {
  const cells = columnsAt(nowMs).map(({ cell }) => cell(happening));
  const [time = '', what = '', ...rest] = cells;
  const id = happening.id.slice(0, 10);
  const said = [time, what, id, ...rest].filter((cell) => cell !== '');
  return `${said.map(escapeForTerminal).join('  ')}\n`;
}

export interface Picture {
  readonly live: Live;
  readonly happened: readonly Happening[];
  readonly nowMs: number;
  readonly columns: number;
  readonly rows: number;
}

/** The lines of the screen, none longer than it is wide. */
export function frameOf({ columns, happened, live, nowMs, rows }: Picture): readonly string[] {
  const shown = live.rows();
  const feedHeight = Math.min(happened.length, Math.max(MIN_FEED, Math.floor(rows / 3)));
  const tableHeight = Math.max(rows - feedHeight - 5, 1);
  const clock = formatSince(nowMs, nowMs);
  const count = shown.length === 1 ? '1 session' : `${shown.length} sessions`;
  const hidden = shown.length - tableHeight;
  const table = formatRows(shown.slice(0, tableHeight), nowMs, columns).split('\n');
  const feed = formatTable(columnsAt(nowMs), happened.slice(happened.length - feedHeight));
  const lines = [
    `podwitness sessions  ${clock}  ${count}${hidden > 0 ? `, ${hidden} not shown` : ''}  (Ctrl-C ends)`,
    '',
    ...table,
    '',
    ...(feedHeight === 0 ? [] : feed.split('\n')),
  ];
  return lines.slice(0, rows).map((line) => line.slice(0, columns));
}

export function createScreen(live: Live, terminal: Terminal): WatchView {
  const happened: Happening[] = [];
  let drawn = '';
  const draw = async (nowMs: number): Promise<void> => {
    const { columns, rows } = terminal;
    const lines = frameOf({ live, happened, nowMs, columns, rows });
    const picture = lines.map((line) => `${line}${REST_OF_LINE}`).join('\r\n');
    if (picture === drawn) return;
    drawn = picture;
    await terminal.write(`${HOME}${picture}${REST_OF_SCREEN}`);
  };
  return {
    async open(nowMs) {
      await terminal.write(ENTER);
      await draw(nowMs);
    },
    async tell(news) {
      happened.push(...news);
      if (happened.length > MAX_KEPT) happened.splice(0, happened.length - MAX_KEPT);
    },
    refresh: draw,
    async close(nowMs) {
      // What was last seen stays behind, as of any other command.
      await terminal.write(`${LEAVE}${formatRows(live.rows(), nowMs, terminal.columns)}\n`);
    },
  };
}
