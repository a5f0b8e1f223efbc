/**
 * Owns: how dead letters look: a table of them, everything of one, what a replay did.
 */
import type { DeadLetter } from '../../../schemas/generated/avro.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { type Column, formatTable } from '../output/table.ts';
import type { Listing, Summary } from './list.ts';
import type { Replay } from './replay.ts';

function column(
  title: string,
  maxWidth: number,
  cell: (letter: Summary) => string | number,
): Column<Summary> {
  return { title, maxWidth, cell: (letter) => String(cell(letter)) };
}

const COLUMNS: readonly Column<Summary>[] = [
  column('RECEIVED', 24, ({ firstAt }) => timeText(firstAt)),
  column('ID', 27, ({ id }) => id),
  column('STAGE', 16, ({ stage }) => stage),
  column('CODE', 18, ({ code }) => code),
  column('SOURCE', 9, ({ source }) => source),
  column('CLUSTER', 24, ({ cluster }) => cluster),
  column('SENDER', 30, ({ sender, senderId }) => (senderId === '' ? sender : senderId)),
  column('TRIES', 5, ({ attempts }) => attempts),
  column('BYTES', 9, ({ byteCount }) => byteCount),
  column('REASON', 100, ({ reason }) => reason),
];

/** RFC 3339; a time that no calendar has, from a record that anybody may have written, as a number. */
export function timeText(timeMs: number): string {
  const time = new Date(timeMs);
  return Number.isNaN(time.getTime()) ? String(timeMs) : time.toISOString();
}

export function formatListing({ letters, matched }: Listing, format: 'table' | 'ndjson'): string {
  if (format === 'ndjson') return letters.map((letter) => `${JSON.stringify(letter)}\n`).join('');
  if (letters.length === 0) return 'No dead letters.\n';
  const rest = matched > letters.length ? `\nThe newest ${letters.length} of ${matched}.\n` : '';
  return `${formatTable(COLUMNS, letters)}\n${rest}`;
}

/** Everything of a letter, each line safe for a terminal. */
export function formatLetter(letter: DeadLetter, body: 'text' | 'hex'): string {
  const { bytes, ...facts } = letter;
  const shown = {
    ...facts,
    receivedAt: timeText(facts.receivedAt),
    index: facts.index ?? 'the whole record',
    replayOf: facts.replayOf ?? '',
  };
  const head = Object.entries(shown).map(
    ([name, value]) => `${name.padEnd(11)} ${escapeForTerminal(String(value))}`,
  );
  const lines = body === 'hex' ? hexLines(bytes) : bytes.toString('utf8').split('\n');
  return [...head, `bytes       ${bytes.length}`, '', ...lines.map(escapeForTerminal), ''].join(
    '\n',
  );
}

const HEX_ROW_BYTES = 16;

function hexLines(bytes: Buffer): readonly string[] {
  const rows = Math.ceil(bytes.length / HEX_ROW_BYTES);
  return Array.from({ length: rows }, (_, row) => {
    const start = row * HEX_ROW_BYTES;
    const part = bytes.subarray(start, start + HEX_ROW_BYTES);
    const hex = [...part].map((byte) => byte.toString(16).padStart(2, '0')).join(' ');
    const text = part.toString('latin1').replace(/[^\x20-\x7e]/g, '.');
    return `${start.toString(16).padStart(8, '0')}  ${hex.padEnd(47)}  ${text}`;
  });
}

const REPLAY_COLUMNS: readonly Column<Replay>[] = [
  { title: 'ID', maxWidth: 27, cell: ({ id }) => id },
  { title: 'WHAT', maxWidth: 12, cell: ({ action }) => action.replace('_', ' ') },
  { title: 'TO', maxWidth: 40, cell: ({ topic }) => topic },
  { title: 'BYTES', maxWidth: 9, cell: ({ byteCount }) => String(byteCount) },
  { title: 'TRY', maxWidth: 5, cell: ({ attempt }) => String(attempt) },
  { title: 'SOURCE', maxWidth: 9, cell: ({ source }) => source },
  { title: 'CLUSTER', maxWidth: 24, cell: ({ cluster }) => cluster },
  { title: 'SENDER', maxWidth: 30, cell: ({ sender }) => sender },
  { title: 'WHY', maxWidth: 100, cell: ({ reason = '' }) => reason },
];

export function formatReplays(replays: readonly Replay[]): string {
  if (replays.length === 0) return 'No dead letters.\n';
  return `${formatTable(REPLAY_COLUMNS, replays)}\n`;
}
