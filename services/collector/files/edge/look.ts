/**
 * Owns: what lies at a followed path and beside it at one moment, and what was listed and then gone.
 * Does not own: which content it is (survey.ts).
 */
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { rotatedOf } from '../rotation.ts';
import { type Family, nameOf } from './family.ts';
import type { Folders } from './folders.ts';

export interface LookParts {
  readonly folders: Folders;
  /** Lines that were there can't be had any more. */
  lost(path: string, bytes: number): Promise<void>;
}

export interface Seen {
  readonly path: string;
  readonly id: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly isRotated: boolean;
}

/** A rename is not seen at one moment by whoever lists a folder. */
export const MISSING_SURVEYS = 3;

async function seenAt(path: string, isRotated: boolean): Promise<Seen | undefined> {
  try {
    const found = await stat(path, { bigint: true });
    if (!found.isFile()) return undefined;
    const { dev, ino, mtimeMs, size } = found;
    return {
      ...{ path, isRotated, id: `${dev}:${ino}` },
      ...{ sizeBytes: Number(size), modifiedMs: Number(mtimeMs) },
    };
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

export async function look(family: Family, parts: LookParts): Promise<readonly Seen[]> {
  const folder = dirname(family.path);
  const { files } = await parts.folders.list(folder);
  const rotated = rotatedOf(nameOf(family), files).map(async (name) => {
    const seen = await seenAt(join(folder, name), true);
    if (seen === undefined) slipped(family, join(folder, name), 0);
    return seen;
  });
  const all = await Promise.all([...rotated, seenAt(family.path, false)]);
  const found = all.filter((one) => one !== undefined);
  // Renamed between two of these looks: by now it is the rotated one.
  return found.filter((one, i) => !found.slice(0, i).some(({ id }) => id === one.id));
}

/**
 * A rotated file that was listed could not be opened any more: it has to turn up under another name,
 * unless it is known by this one.
 */
export function slipped(family: Family, path: string, bytes: number): void {
  const isKnown = family.files.some(
    ({ position }) => position.path === path || `${position.path}.gz` === path,
  );
  if (!isKnown && !family.slipped.has(path)) family.slipped.set(path, { bytes, surveys: 0 });
}

export async function settleSlipped(
  family: Family,
  seen: readonly Seen[],
  parts: LookParts,
): Promise<void> {
  for (const [path, slip] of family.slipped) {
    slip.surveys++;
    const isBack = seen.some((one) => one.path === path || one.path === `${path}.gz`);
    if (!isBack && slip.surveys <= MISSING_SURVEYS) continue;
    family.slipped.delete(path);
    if (!isBack) await parts.lost(path, slip.bytes);
  }
}
