/**
 * Owns: how far each file is read, and how that is written down. Pure.
 * Does not own: the disk (edge/checkpoints.ts).
 */
import type { Print } from './identity.ts';

export interface Position {
  /** Where it was seen last. */
  readonly path: string;
  /** Device and inode, as text: inodes of some file systems are larger than a double holds. */
  readonly id: string;
  /** Of what lies at `path`, which may be packed. */
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  readonly isZipped: boolean;
  /** Bytes of it, unpacked, that the log has. */
  readonly offset: number;
  /** The most bytes of it, unpacked, that are known to have been there. */
  readonly knownBytes: number;
  readonly head: Print;
  readonly tail: Print;
  /** It has another name than the one that is written to. */
  readonly isRotated: boolean;
  /** All of it is in the log, and nothing more is expected. */
  readonly isDone: boolean;
}

export interface Checkpoint {
  /** The name that is written to. */
  readonly path: string;
  /** Oldest first. */
  readonly files: readonly Position[];
}

const VERSION = 1;

export function encodeCheckpoint({ files, path }: Checkpoint): string {
  return `${JSON.stringify({ version: VERSION, path, files })}\n`;
}

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isCount(value: unknown): value is number {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;
}

function isPrint(value: unknown): value is Print {
  return isMembers(value) && isCount(value['bytes']) && typeof value['sha256'] === 'string';
}

function isPosition(value: unknown): value is Position {
  if (!isMembers(value)) return false;
  const {
    head,
    id,
    isDone,
    isRotated,
    isZipped,
    knownBytes,
    modifiedMs,
    offset,
    path,
    sizeBytes,
    tail,
  } = value;
  return (
    [path, id].every((text) => typeof text === 'string') &&
    [offset, knownBytes, sizeBytes].every(isCount) &&
    [isDone, isRotated, isZipped].every((flag) => typeof flag === 'boolean') &&
    typeof modifiedMs === 'number' &&
    isPrint(head) &&
    isPrint(tail) &&
    tail.bytes <= Number(offset)
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // No JSON: torn, or somebody else's.
  }
}

/** Undefined: these are not the bytes that encodeCheckpoint gave. */
export function decodeCheckpoint(text: string): Checkpoint | undefined {
  const value = parse(text);
  if (!isMembers(value) || value['version'] !== VERSION) return undefined;
  const { files, path } = value;
  if (typeof path !== 'string' || !Array.isArray(files) || !files.every(isPosition)) {
    return undefined;
  }
  return { path, files };
}
