/**
 * Owns: what is in folders now: globs to paths, and lists of names that are read again only when the
 * folder has changed, so that thousands of quiet files cost little.
 */
import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { type Glob, isWild, matchesName } from '../glob.ts';

export interface Names {
  readonly files: readonly string[];
  readonly folders: readonly string[];
}

export interface Folders {
  /** Names in a folder; empty where there is no such folder. Throws what else the system says. */
  list(folder: string): Promise<Names>;
  /** Paths of files, or links to something, that match now. What can't be read goes to `refused`. */
  match(
    glob: Glob,
    refused: (folder: string, error: NodeJS.ErrnoException) => void,
  ): Promise<readonly string[]>;
}

const EMPTY: Names = { files: [], folders: [] };
/** A folder's time may have steps of some milliseconds: within them it can change unseen. */
const SETTLED_MS = 1_000;
const MAX_DEPTH = 16;

function isAway(error: unknown): boolean {
  const { code } = error as NodeJS.ErrnoException;
  return code === 'ENOENT' || code === 'ENOTDIR';
}

interface Listing {
  readonly names: Names;
  readonly changedMs: number;
  readonly readAtMs: number;
}

async function read(folder: string): Promise<Names> {
  const entries = await readdir(folder, { withFileTypes: true });
  const files: string[] = [];
  const folders: string[] = [];
  for (const entry of entries) {
    if (entry.isDirectory()) folders.push(entry.name);
    else if (entry.isFile() || entry.isSymbolicLink()) files.push(entry.name);
  }
  return { files: files.sort(), folders: folders.sort() };
}

type Refused = (folder: string, error: NodeJS.ErrnoException) => void;

interface Place {
  readonly folder: string;
  readonly segments: readonly string[];
  readonly depth: number;
}

/** Where a pattern leads from one folder, whose names are these: on into folders, or to files. */
function stepsFrom({ depth, folder, segments }: Place, names: Names) {
  const [segment = '', ...rest] = segments;
  const into = (name: string, left: readonly string[]): Place => ({
    folder: join(folder, name),
    segments: left,
    depth: depth + 1,
  });
  if (segment === '**') {
    const deeper = names.folders.map((name) => into(name, segments));
    const here = rest.length === 0 ? names.files : [];
    const skipped = rest.length === 0 ? [] : [{ folder, segments: rest, depth }];
    return { places: [...skipped, ...deeper], files: here };
  }
  const matching = (all: readonly string[]) => all.filter((name) => matchesName(segment, name));
  if (rest.length === 0) return { places: [], files: matching(names.files) };
  // A link may be one to a folder.
  const places = matching([...names.folders, ...names.files]).map((name) => into(name, rest));
  return { places, files: [] };
}

export function createFolders(now: () => number): Folders {
  const listings = new Map<string, Listing>();

  const list = async (folder: string): Promise<Names> => {
    try {
      const { mtimeMs } = await stat(folder);
      const known = listings.get(folder);
      if (known?.changedMs === mtimeMs && known.readAtMs - mtimeMs > SETTLED_MS) return known.names;
      const readAtMs = now();
      const names = await read(folder);
      listings.set(folder, { names, changedMs: mtimeMs, readAtMs });
      return names;
    } catch (error) {
      listings.delete(folder);
      if (isAway(error)) return EMPTY;
      throw error;
    }
  };

  const listed = async (folder: string, refused: Refused): Promise<Names> => {
    try {
      return await list(folder);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === undefined) throw error;
      refused(folder, error as NodeJS.ErrnoException);
      return EMPTY;
    }
  };

  return {
    list,
    async match({ routes }, refused) {
      const paths = new Set<string>();
      const open: Place[] = routes.map(({ root, segments }) => ({
        folder: root,
        segments,
        depth: 0,
      }));
      for (let place = open.pop(); place !== undefined; place = open.pop()) {
        if (place.depth > MAX_DEPTH) continue;
        const [segment = '', ...rest] = place.segments;
        if (rest.length > 0 && !isWild(segment)) {
          const { depth, folder } = place;
          open.push({ folder: join(folder, segment), segments: rest, depth: depth + 1 });
          continue;
        }
        const steps = stepsFrom(place, await listed(place.folder, refused));
        open.push(...steps.places);
        for (const name of steps.files) paths.add(join(place.folder, name));
      }
      return [...paths].sort();
    },
  };
}
