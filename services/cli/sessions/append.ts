/**
 * Owns: a live view that is no terminal's: lines that are appended, for people or as NDJSON.
 */
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import type { Live } from './live.ts';
import { happeningLine } from './screen.ts';
import { formatRows } from './table.ts';
import type { WatchView } from './watch.ts';

type Write = (text: string) => Promise<void>;

const nothing = async (): Promise<void> => {};

/** The table once, then one line for each session that opens or ends, and each command. */
export function createLines(live: Live, write: Write): WatchView {
  return {
    open: (nowMs) => write(`${formatRows(live.rows(), nowMs)}\n\n`),
    tell: async (news, _document, nowMs) => {
      if (news.length > 0) await write(news.map((one) => happeningLine(one, nowMs)).join(''));
    },
    refresh: nothing,
    close: nothing,
  };
}

/** Each state of a session as one line of JSON. What was stored before is `stored`. */
export function createNdjson(stored: readonly StoredDocument[], write: Write): WatchView {
  return {
    open: () => write(stored.map((document) => `${JSON.stringify(document)}\n`).join('')),
    tell: (_news, document) => write(`${JSON.stringify(document)}\n`),
    refresh: nothing,
    close: nothing,
  };
}
