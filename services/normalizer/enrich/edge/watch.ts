/**
 * Owns: looking at a file again and again: when it is another one, and has come to rest, it is read.
 * Does not own: what it is read as.
 * By its metadata: a threat list or a database has many megabytes. What mounts a ConfigMap or a Secret
 * swaps links, and then the file behind the path is another one.
 */
import { readFile, stat } from 'node:fs/promises';

/** What tells one state of a file from another; of a file that can't be looked at, why. */
async function stateOf(path: string): Promise<string> {
  try {
    const { ctimeNs, dev, ino, mtimeNs, size } = await stat(path, { bigint: true });
    return [dev, ino, size, mtimeNs, ctimeNs].join();
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code ?? error);
  }
}

export interface WatchedFile {
  /** Looks once; true: what is there now was taken. */
  look(): Promise<boolean>;
}

export interface FileParts {
  readonly path: string;
  /** Uses the content. False: it is of no use, and what was read before still holds. */
  take(bytes: Buffer): boolean;
  /** It can't be read; `code` as the file system has it, such as ENOENT. */
  unreadable(code: string): void;
  /** What was taken last is there again. */
  back(): void;
}

/** `code` of what the file system raised; anything else is a bug. */
async function readWhole(path: string): Promise<Buffer | string> {
  try {
    return await readFile(path);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    return code;
  }
}

/**
 * The first look reads at once. Later ones read a file that was the same at two looks in a row, and
 * while it was read: whoever writes it in place may be half through. Each state is judged once.
 */
export function watchedFile({ back, path, take, unreadable }: FileParts): WatchedFile {
  let taken: string | undefined;
  let seen: string | undefined;
  let refused: string | undefined;
  const judge = async (state: string, isFirst: boolean): Promise<boolean> => {
    const content = await readWhole(path);
    // There is nothing to go on with yet; what changes now is another state at the next look.
    if (!isFirst && (await stateOf(path)) !== state) return false;
    const isTaken = typeof content !== 'string' && take(content);
    if (typeof content === 'string') unreadable(content);
    taken = isTaken ? state : taken;
    refused = isTaken ? undefined : state;
    return isTaken;
  };
  return {
    async look() {
      const state = await stateOf(path);
      const isFirst = seen === undefined;
      const isAtRest = isFirst || state === seen;
      seen = state;
      if (!isAtRest || state === refused) return false;
      if (state !== taken) return judge(state, isFirst);
      if (refused !== undefined) back();
      refused = undefined;
      return false;
    },
  };
}
