/**
 * Owns: one followed path and the files that its earlier contents went to, as they are held in
 * memory. A `Followed` is one content, wherever it lies and whatever it is called now.
 * Does not own: finding them (survey.ts), reading them (drain.ts).
 */
import { basename } from 'node:path';
import { NOTHING } from '../identity.ts';
import type { Checkpoint, Position } from '../position.ts';
import type { ByteSource } from './byte-source.ts';

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] };

export interface Followed {
  readonly position: Mutable<Position>;
  /** Held open, so that nobody can take the bytes away. Of the plain file, also where it was zipped. */
  source: ByteSource | undefined;
  /** Surveys in a row that did not find it. */
  missing: number;
  /** Found since this process started. */
  wasSeen: boolean;
  /** knownBytes when there was nothing to take: no need to look again before it grows. */
  triedBytes: number;
  isLegacy: boolean;
}

/** What is done with a file that nothing is known of. */
export type FirstSight = 'read' | 'skipRotated' | 'skipAll';

export interface Family {
  /** The name that is written to, without links on the way. */
  readonly path: string;
  /** Rotated files that the pattern names themselves. */
  readonly wanted: Set<string>;
  firstSight: FirstSight;
  /** Oldest first. */
  files: readonly Followed[];
  isDraining: boolean;
  /** Copies of what is still being read under its own name, with the time they were seen first. */
  readonly copies: Map<string, number>;
  /** Paths of rotated files that were gone before they could be opened. */
  readonly slipped: Map<string, { readonly bytes: number; surveys: number }>;
}

export function createFamily(
  path: string,
  firstSight: FirstSight,
  files: readonly Position[] = [],
): Family {
  return {
    path,
    wanted: new Set(),
    firstSight,
    files: files.map((position) => followed({ ...position }, undefined)),
    isDraining: false,
    copies: new Map(),
    slipped: new Map(),
  };
}

export function followed(position: Mutable<Position>, source: ByteSource | undefined): Followed {
  return {
    position,
    source,
    missing: 0,
    wasSeen: source !== undefined,
    triedBytes: -1,
    isLegacy: false,
  };
}

export function checkpointOf({ files, path }: Family): Checkpoint {
  return { path, files: files.map(({ position }) => ({ ...position })) };
}

export function nameOf({ path }: Family): string {
  return basename(path);
}

/**
 * The bytes under `file` are others now (truncated, or an inode that was given away): from here on
 * it is a new content. What it was is looked for elsewhere, as in the copy that copytruncate made.
 */
export function replaced(family: Family, file: Followed): void {
  const { position } = file;
  const former = followed({ ...position, id: '', isRotated: true }, undefined);
  former.wasSeen = true;
  position.offset = 0;
  position.knownBytes = position.isZipped ? 0 : position.sizeBytes;
  position.head = NOTHING;
  position.tail = NOTHING;
  position.isDone = false;
  file.triedBytes = -1;
  file.isLegacy = false;
  const at = family.files.indexOf(file);
  family.files = family.files.toSpliced(Math.max(at, 0), 0, former);
}

/** Closes what is open and forgets it. */
export async function release(file: Followed): Promise<void> {
  const { source } = file;
  file.source = undefined;
  await source?.close();
}

/** Bytes that are known to be there and not in the log; of a packed file, its packed size. */
export function lagOf({ position, source }: Followed): number {
  if (position.isDone) return 0;
  const isPacked = source === undefined ? position.isZipped : source.isZipped;
  if (isPacked) return position.sizeBytes;
  return Math.max(0, position.knownBytes - position.offset);
}
