/**
 * Owns: when to look again: after a while, or as soon as a folder is said to have changed. What
 * fs.watch says is a hint only: it may be missing, late, or not to be had at all.
 */
import { type FSWatcher, watch } from 'node:fs';

export interface Wake {
  /** Resolves after `ms`, or sooner on a hint, but not before `leastMs`; at once when closed. */
  wait(leastMs: number, ms: number): Promise<void>;
  hint(): void;
  /** Watches these folders from now on. */
  watch(folders: Iterable<string>): void;
  close(): void;
}

/** Watches are a scarce good of the system; other folders are looked at by the clock alone. */
const MAX_WATCHED = 64;

export function createWake(): Wake {
  const watchers = new Map<string, FSWatcher>();
  let isHinted = false;
  let isClosed = false;
  let resume: (() => void) | undefined;

  const hint = (): void => {
    isHinted = true;
    resume?.();
  };

  const forget = (folder: string): void => {
    watchers.get(folder)?.close();
    watchers.delete(folder);
  };

  const begin = (folder: string): void => {
    try {
      const watcher = watch(folder, { persistent: false }, hint);
      watcher.on('error', () => forget(folder));
      watchers.set(folder, watcher);
    } catch {
      // No such folder yet, or no watches left: the clock is enough.
    }
  };

  const pause = (ms: number, isEarly: boolean): Promise<void> =>
    new Promise((resolve) => {
      const done = (): void => {
        clearTimeout(timer);
        resume = undefined;
        resolve();
      };
      const timer = setTimeout(done, ms);
      if (isEarly) resume = done;
    });

  return {
    async wait(leastMs, ms) {
      if (!isClosed) await pause(leastMs, false);
      if (!isHinted && !isClosed) await pause(ms - leastMs, true);
      isHinted = false;
    },
    hint,
    watch(folders) {
      const wanted = new Set([...folders].slice(0, MAX_WATCHED));
      for (const folder of watchers.keys()) if (!wanted.has(folder)) forget(folder);
      for (const folder of wanted) if (!watchers.has(folder)) begin(folder);
    },
    close() {
      isClosed = true;
      for (const folder of [...watchers.keys()]) forget(folder);
      resume?.();
    },
  };
}
