/**
 * Owns: one look at a followed path and the files beside it: which content lies where now. Everything
 * new is opened at once, because it may be gone at the next look.
 * Does not own: how names and contents are judged (identity.ts), what is there (look.ts), reading (drain.ts).
 */
import { fits, HEAD_BYTES, NOTHING, type Print, printOf, tailOf, TAIL_BYTES } from '../identity.ts';
import { type ByteSource, openByteSource } from './byte-source.ts';
import { type Family, type Followed, followed, release, replaced } from './family.ts';
import {
  look,
  type LookParts,
  MISSING_SURVEYS,
  type Seen,
  settleSlipped,
  slipped,
} from './look.ts';

export interface SurveyParts extends LookParts {
  now(): number;
  /** Something that a person may have to change: rights, the number of open files. */
  refused(path: string, error: NodeJS.ErrnoException): void;
}

/** Longer than a copy takes before what it was made of is truncated. */
const COPY_PATIENCE_MS = 10_000;
/** Shorter beginnings may be equal by chance. */
const TELLING_BYTES = 64;

function isUnchanged({ position, source }: Followed, seen: Seen): boolean {
  if (source !== undefined && source.id === seen.id) return true;
  if (position.id !== seen.id) return false;
  return position.sizeBytes === seen.sizeBytes && position.modifiedMs === seen.modifiedMs;
}

function settle(file: Followed, seen: Seen): void {
  const { position, source } = file;
  file.missing = 0;
  file.wasSeen = true;
  const isPlain =
    source === undefined ? !position.isZipped : source.id === seen.id && !source.isZipped;
  position.path = seen.path;
  position.id = seen.id;
  position.sizeBytes = seen.sizeBytes;
  position.modifiedMs = seen.modifiedMs;
  position.isRotated = seen.isRotated;
  if (isPlain) position.knownBytes = seen.sizeBytes;
  if (position.knownBytes > position.offset && isPlain) position.isDone = false;
}

/** Where the line begins in which the file ends now. */
async function lastLineStart(source: ByteSource, sizeBytes: number): Promise<number> {
  const block = 64 * 1024;
  for (let end = sizeBytes; end > 0; end -= block) {
    const start = Math.max(0, end - block);
    const bytes = await source.readAt(start, end - start);
    const newline = bytes.lastIndexOf(0x0a);
    if (newline >= 0) return start + newline + 1;
  }
  return 0;
}

interface Start {
  readonly offset: number;
  readonly tail: Print;
  readonly isDone: boolean;
}

async function startOf(family: Family, seen: Seen, source: ByteSource): Promise<Start> {
  const { firstSight, wanted } = family;
  const skips = seen.isRotated && firstSight === 'skipRotated' && !wanted.has(seen.path);
  if (firstSight !== 'skipAll' && !skips) return { offset: 0, tail: NOTHING, isDone: false };
  if (source.isZipped) return { offset: 0, tail: NOTHING, isDone: true };
  const offset = seen.isRotated ? seen.sizeBytes : await lastLineStart(source, seen.sizeBytes);
  const before = Math.min(offset, TAIL_BYTES);
  const tail = tailOf(await source.readAt(offset - before, before));
  return { offset, tail, isDone: seen.isRotated };
}

async function newFile(
  family: Family,
  seen: Seen,
  source: ByteSource,
  head: Buffer,
): Promise<Followed> {
  const start = await startOf(family, seen, source);
  const { isZipped } = source;
  const knownBytes = isZipped ? start.offset : seen.sizeBytes;
  return followed({ ...seen, ...start, isZipped, knownBytes, head: printOf(head) }, source);
}

/** Whether `head` is a copy that somebody is about to finish: then its original is read on. */
function isYoungCopy(family: Family, seen: Seen, head: Buffer, parts: SurveyParts): boolean {
  const original = family.files.find(
    ({ missing, position }) =>
      missing === 0 && position.head.bytes >= TELLING_BYTES && fits(position.head, head),
  );
  if (original === undefined || !seen.isRotated) return false;
  const firstMs = family.copies.get(seen.id) ?? parts.now();
  family.copies.set(seen.id, firstMs);
  return parts.now() - firstMs < COPY_PATIENCE_MS;
}

/** The one among `free` whose content this is. */
function contentOf(free: readonly Followed[], seen: Seen, head: Buffer): Followed | undefined {
  const fitting = free.filter(({ position }) => fits(position.head, head));
  return (
    fitting.find(({ position }) => position.id === seen.id) ??
    fitting.find(({ position }) => position.head.bytes >= TELLING_BYTES)
  );
}

/** Opens what lies there and says which content it is; undefined: not to be told yet. */
async function identify(
  family: Family,
  seen: Seen,
  free: readonly Followed[],
  parts: SurveyParts,
): Promise<Followed | undefined> {
  const source = await openByteSource(seen.path);
  let file: Followed | undefined;
  try {
    // Another file took the name between the two looks.
    if (source.id !== seen.id) return undefined;
    const head = await source.readAt(0, HEAD_BYTES);
    file = contentOf(free, seen, head);
    if (file === undefined) {
      if (isYoungCopy(family, seen, head, parts)) return undefined;
      file = await newFile(family, seen, source, head);
    } else {
      if (file.source === undefined && !family.isDraining) file.source = source;
      if (file.position.head.bytes < head.length) file.position.head = printOf(head);
      file.position.isZipped = source.isZipped;
      settle(file, seen);
    }
    return file;
  } finally {
    if (file?.source !== source) await source.close();
    else if (file.position.isDone) await release(file);
  }
}

/** `blind`: it is there, and can't be read. */
async function identified(
  family: Family,
  seen: Seen,
  free: readonly Followed[],
  parts: SurveyParts,
): Promise<Followed | 'blind' | undefined> {
  try {
    return await identify(family, seen, free, parts);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    if (code !== 'ENOENT') {
      parts.refused(seen.path, error as NodeJS.ErrnoException);
      return 'blind';
    }
    if (seen.isRotated) slipped(family, seen.path, seen.sizeBytes);
    return undefined;
  }
}

/** What was not found: unlinked but held open, or gone for good. */
async function unfound(file: Followed, parts: SurveyParts): Promise<boolean> {
  const { position, source } = file;
  file.missing++;
  if (source !== undefined) {
    const { isLinked, modifiedMs, sizeBytes } = await source.look();
    position.modifiedMs = modifiedMs;
    if (!source.isZipped) position.knownBytes = sizeBytes;
    if (!isLinked || file.missing >= MISSING_SURVEYS) position.isRotated = true;
    return !position.isDone;
  }
  if (file.missing < MISSING_SURVEYS) return true;
  const mayMiss = position.knownBytes > position.offset || !file.wasSeen || position.isZipped;
  if (!position.isDone && mayMiss) {
    await parts.lost(position.path, Math.max(0, position.knownBytes - position.offset));
  }
  return false;
}

interface Placing {
  readonly places: ReadonlyMap<Seen, Followed>;
  readonly isBlind: boolean;
}

/** Which content each of `seen` is: those that are known without opening them first. */
async function place(family: Family, seen: readonly Seen[], parts: SurveyParts): Promise<Placing> {
  const places = new Map<Seen, Followed>();
  const taken = new Set<Followed>();
  let isBlind = false;
  for (const one of seen) {
    const same = family.files.find((file) => !taken.has(file) && isUnchanged(file, one));
    if (same === undefined) continue;
    taken.add(same);
    places.set(one, same);
    settle(same, one);
  }
  for (const one of seen) {
    if (places.has(one)) continue;
    const free = family.files.filter((file) => !taken.has(file));
    const file = await identified(family, one, free, parts);
    if (file === 'blind') isBlind = true;
    else if (file !== undefined) {
      taken.add(file);
      places.set(one, file);
    }
  }
  return { places, isBlind };
}

/** Brings `family.files` up to date. Throws what the system says about the folder. */
export async function survey(family: Family, parts: SurveyParts): Promise<void> {
  const known = family.files;
  const seen = await look(family, parts);
  const { isBlind, places } = await place(family, seen, parts);
  const placed = seen.flatMap((one) => places.get(one) ?? []);
  const gone: Followed[] = [];
  for (const file of known) {
    if (placed.includes(file) || isBlind) continue;
    if (!(await unfound(file, parts))) gone.push(file);
  }
  // Whoever reads meanwhile may have added what was replaced.
  const others = family.files.filter((file) => !placed.includes(file) && !gone.includes(file));
  family.files = [...others, ...placed];
  family.firstSight = 'read';
  if (!family.isDraining) truncated(family);
  await settleSlipped(family, seen, parts);
  for (const id of family.copies.keys()) {
    if (!seen.some((one) => one.id === id)) family.copies.delete(id);
  }
}

/** A file that is open and shorter than what was read of it holds something else now. */
function truncated(family: Family): void {
  for (const file of family.files) {
    const { position, source } = file;
    const isPlain = source !== undefined && !source.isZipped;
    if (isPlain && position.knownBytes < position.offset) replaced(family, file);
  }
}
