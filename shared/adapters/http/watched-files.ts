/**
 * Owns: files that are read again while the process runs, since certificates and tokens are renewed
 * under it. They are compared by content: what mounts secrets swaps links, and times say little.
 */
import { readFile } from 'node:fs/promises';

export type Contents = ReadonlyMap<string, string>;

export interface WatchedFilesParts<T> {
  readonly paths: readonly string[];
  /** Makes sense of the contents; throws where they make none. */
  parse(contents: Contents): T;
  /** Called with what is new and good. */
  changed(value: T): void;
  /** Each time that it becomes good or bad. */
  judged(isGood: boolean, error: unknown): void;
}

export interface WatchedFiles {
  /** Looks at once. */
  check(): Promise<void>;
  stop(): void;
}

export const WATCH_INTERVAL_MS = 5_000;

/** All of them, read now. Throws what the file system throws. */
export async function readAll(paths: readonly string[]): Promise<Contents> {
  const entries = paths.map(async (path) => [path, await readFile(path, 'utf8')] as const);
  return new Map(await Promise.all(entries));
}

function isSame(left: Contents, right: Contents): boolean {
  return [...left].every(([path, text]) => right.get(path) === text);
}

/**
 * `first` is what the process started with. What can't be read or used leaves things as they are;
 * it is told when it is still so at the next look: files of one pair are not renewed at once.
 */
export function watchFiles<T>(
  first: Contents,
  parts: WatchedFilesParts<T>,
  intervalMs = WATCH_INTERVAL_MS,
): WatchedFiles {
  let used = first;
  let wasBad = false;
  let isToldBad = false;
  const judge = (isGood: boolean, error: unknown): void => {
    if (isGood ? isToldBad : wasBad && !isToldBad) {
      isToldBad = !isGood;
      parts.judged(isGood, error);
    }
    wasBad = !isGood;
  };
  const look = async (): Promise<void> => {
    try {
      const contents = await readAll(parts.paths);
      if (!isSame(used, contents)) {
        parts.changed(parts.parse(contents));
        used = contents;
      }
      judge(true, undefined);
    } catch (error) {
      judge(false, error); // What was read before still holds.
    }
  };
  let looking = Promise.resolve();
  const check = (): Promise<void> => {
    looking = looking.then(look);
    return looking;
  };
  const timer = setInterval(() => void check(), intervalMs).unref();
  return { check, stop: () => clearInterval(timer) };
}
