/**
 * Owns: the loop of a live view: what is stored first, then what comes, until it is stopped.
 * Does not own: how it is shown (screen.ts for a terminal, lines below for all else).
 */
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import type { Clock } from '../../../shared/ports/telemetry.ts';
import type { Happening, Live } from './live.ts';

export interface WatchView {
  /** When all that is stored is known. */
  open(nowMs: number): Promise<void>;
  /** What an update brought; `document` is the new state. */
  tell(news: readonly Happening[], document: StoredDocument, nowMs: number): Promise<void>;
  /** Several times a second. */
  refresh(nowMs: number): Promise<void>;
  /** Whatever happened before; what was changed on the terminal is undone. */
  close(nowMs: number): Promise<void>;
}

export interface WatchParts {
  readonly live: Live;
  readonly view: WatchView;
  readonly stored: readonly StoredDocument[];
  /** Ends when `signal` does. */
  readonly updates: (signal: AbortSignal) => AsyncIterable<StoredDocument>;
  readonly clock: Pick<Clock, 'now' | 'sleep'>;
  readonly signal: AbortSignal;
}

const REFRESH_MS = 250;

/** Resolves when it is stopped. Throws what the updates throw, the view closed. */
export async function watch(parts: WatchParts): Promise<void> {
  const { clock, live, view } = parts;
  for (const document of parts.stored) live.update(document);
  const failed = new AbortController();
  const signal = AbortSignal.any([parts.signal, failed.signal]);
  const follow = async (): Promise<void> => {
    for await (const document of parts.updates(signal)) {
      const news = live.update(document);
      if (news !== undefined) await view.tell(news, document, clock.now());
    }
  };
  const paint = async (): Promise<void> => {
    while (!signal.aborted) {
      await clock.sleep(REFRESH_MS, signal);
      if (!signal.aborted) await view.refresh(clock.now());
    }
  };
  try {
    await view.open(clock.now());
    const tasks = [follow(), paint()].map((task) => task.finally(() => failed.abort()));
    // Both have ended before the view is closed, also where one of them threw.
    const ended = await Promise.allSettled(tasks);
    for (const task of ended) if (task.status === 'rejected') throw task.reason;
  } finally {
    await view.close(clock.now());
  }
}
