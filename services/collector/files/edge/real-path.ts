/**
 * Owns: where a path leads over its links, looked up again only when it leads to another file.
 */
import { realpath, stat } from 'node:fs/promises';

/** Undefined: it is gone, or no file. `refused` is told what else went wrong. */
export type RealPath = (path: string) => Promise<string | undefined>;

export function createRealPath(
  refused: (path: string, error: NodeJS.ErrnoException) => void,
): RealPath {
  const found = new Map<string, { readonly id: string; readonly path: string }>();
  return async (path) => {
    try {
      const { dev, ino } = await stat(path, { bigint: true });
      const id = `${dev}:${ino}`;
      const known = found.get(path);
      if (known?.id === id) return known.path;
      const real = await realpath(path);
      found.set(path, { id, path: real });
      return real;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (code !== 'ENOENT') refused(path, error as NodeJS.ErrnoException);
      return undefined;
    }
  };
}
