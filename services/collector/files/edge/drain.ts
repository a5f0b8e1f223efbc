/**
 * Owns: reading what was found: lines into bodies of about one part, into the log, and then the
 * place in the file moves. Older files first.
 * Does not own: finding files (survey.ts), where lines may be cut (cut.ts).
 */
import type { Body, Delivery } from '../../inputs/edge/deliver.ts';
import { KEPT_BYTES } from '../../inputs/edge/deliver.ts';
import { countLines, isLegacy, wholeLines } from '../../../../shared/domain/line-cut.ts';
import { fits, HEAD_BYTES, type Print, printOf, tailOf } from '../identity.ts';
import { type ByteSource, openByteSource } from './byte-source.ts';
import { type Family, type Followed, release, replaced } from './family.ts';

export interface DrainParts {
  readonly delivery: Delivery;
  readonly signal: AbortSignal;
  readonly limits: DrainLimits;
  /** One long line in memory at a time, over all files. */
  large<T>(action: () => Promise<T>): Promise<T>;
  now(): number;
  refused(path: string, error: NodeJS.ErrnoException): void;
  legacy(path: string): void;
  /** The place in a file has moved. */
  moved(family: Family): void;
}

export interface DrainLimits {
  readonly bodyBytes: number;
  /** A longer line is refused. */
  readonly lineBytes: number;
}

/** A rotated file may still be written to for a moment, by who has it open. */
const QUIET_MS = 2_000;
/** Bodies of one family, then others have their turn. */
const TURNS = 16;
const FIRST_READ_BYTES = 64 * 1024;
const NEWLINE = 0x0a;

type Block =
  | { readonly kind: 'replaced' | 'long' }
  | { readonly kind: 'end'; readonly isFinal: boolean }
  | { readonly kind: 'lines'; readonly bytes: Buffer };

function isPacked({ position, source }: Followed): boolean {
  return source === undefined ? position.isZipped : source.isZipped;
}

function isFinal(file: Followed, nowMs: number): boolean {
  const { isRotated, modifiedMs } = file.position;
  return isPacked(file) || (isRotated && nowMs - modifiedMs >= QUIET_MS);
}

/** Whether there may be something to take. */
export function hasWork(file: Followed, nowMs: number): boolean {
  const { isDone, knownBytes, offset } = file.position;
  if (isDone || file.position.id === '') return false;
  if (isPacked(file)) return true;
  if (isFinal(file, nowMs)) return true;
  return knownBytes !== offset && knownBytes !== file.triedBytes;
}

/** Most files grow by a few lines at a time: no need for a whole body's memory. */
function firstAsked({ position }: Followed, source: ByteSource, bodyBytes: number): number {
  const ahead = Math.max(FIRST_READ_BYTES, position.knownBytes - position.offset);
  return source.isZipped ? bodyBytes : Math.min(bodyBytes, ahead);
}

async function readBlock(
  file: Followed,
  source: ByteSource,
  asked: number,
  nowMs: number,
): Promise<Block> {
  const { offset, tail } = file.position;
  const bytes = await source.readAt(offset - tail.bytes, tail.bytes + asked);
  if (!fits(tail, bytes)) return { kind: 'replaced' };
  const fresh = bytes.subarray(tail.bytes);
  const isEnd = fresh.length < asked;
  const whole = wholeLines(fresh);
  if (whole > 0 && !isEnd) return { kind: 'lines', bytes: fresh.subarray(0, whole) };
  const last = isEnd && isFinal(file, nowMs);
  if (last && fresh.length > 0) return { kind: 'lines', bytes: fresh };
  if (whole > 0) return { kind: 'lines', bytes: fresh.subarray(0, whole) };
  return isEnd ? { kind: 'end', isFinal: last } : { kind: 'long' };
}

/** Ever more, until a line is whole. `long`: it is longer than may be. */
async function readLong(
  file: Followed,
  source: ByteSource,
  { bodyBytes, lineBytes }: DrainLimits,
  nowMs: number,
): Promise<Block> {
  for (let asked = bodyBytes; ; asked = Math.min(asked * 4, lineBytes)) {
    const block = await readBlock(file, source, asked, nowMs);
    if (block.kind !== 'long' || asked >= lineBytes) return block;
  }
}

interface Skipped {
  readonly end: number;
  readonly tail: Print;
}

/** The end of the line at `offset`; undefined: it has none yet. */
async function skipLine(
  file: Followed,
  source: ByteSource,
  blockBytes: number,
  nowMs: number,
): Promise<Skipped | undefined> {
  for (let at = file.position.offset; ; ) {
    const block = await source.readAt(at, blockBytes);
    const newline = block.indexOf(NEWLINE);
    if (newline >= 0) {
      return { end: at + newline + 1, tail: tailOf(block.subarray(0, newline + 1)) };
    }
    at += block.length;
    if (block.length === blockBytes) continue;
    return isFinal(file, nowMs) ? { end: at, tail: tailOf(block) } : undefined;
  }
}

async function advance(file: Followed, end: number, tail: Print): Promise<void> {
  const { position, source } = file;
  position.offset = end;
  position.tail = tail;
  position.knownBytes = Math.max(position.knownBytes, end);
  const wanted = Math.min(HEAD_BYTES, end);
  if (source === undefined || position.head.bytes >= wanted) return;
  position.head = printOf(await source.readAt(0, wanted));
}

class Drain {
  readonly #family: Family;
  readonly #parts: DrainParts;

  constructor(family: Family, parts: DrainParts) {
    this.#family = family;
    this.#parts = parts;
  }

  /** True: there is more. */
  async run(): Promise<boolean> {
    const { now, signal } = this.#parts;
    let turns = TURNS;
    for (const file of this.#family.files) {
      while (hasWork(file, now()) && !signal.aborted) {
        if (turns-- === 0) return true;
        if (!(await this.#step(file))) break;
      }
    }
    return false;
  }

  async #open(file: Followed): Promise<ByteSource | undefined> {
    if (file.source !== undefined) return file.source;
    try {
      const source = await openByteSource(file.position.path);
      if (source.id === file.position.id && file.source === undefined) {
        file.source = source;
        file.position.isZipped = source.isZipped;
      } else await source.close(); // The next survey tells what it is.
      return file.source;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === undefined) throw error;
      if (code !== 'ENOENT')
        this.#parts.refused(file.position.path, error as NodeJS.ErrnoException);
      return undefined;
    }
  }

  /** True: the place in the file has moved, or there is another reason to look again at once. */
  async #step(file: Followed): Promise<boolean> {
    const { large, limits, now } = this.#parts;
    const source = await this.#open(file);
    if (source === undefined) return false;
    const asked = firstAsked(file, source, limits.bodyBytes);
    const block = await readBlock(file, source, asked, now());
    if (block.kind !== 'long') return this.#use(file, source, block);
    return large(async () => this.#use(file, source, await readLong(file, source, limits, now())));
  }

  async #use(file: Followed, source: ByteSource, block: Block): Promise<boolean> {
    const family = this.#family;
    switch (block.kind) {
      case 'replaced':
        replaced(family, file);
        this.#parts.moved(family);
        return true;
      case 'end':
        file.triedBytes = file.position.knownBytes;
        if (block.isFinal) await this.#finish(file, source);
        return false;
      case 'long':
        return this.#skip(file, source);
      case 'lines':
        await this.#hand(file, block.bytes);
        return true;
    }
  }

  async #hand(file: Followed, bytes: Buffer): Promise<void> {
    const { delivery, legacy, moved, signal } = this.#parts;
    const { position } = file;
    const { id: inode, offset, path } = position;
    if (!file.isLegacy && isLegacy(bytes)) {
      file.isLegacy = true;
      legacy(path);
    }
    const origin = { path, offset, inode };
    const body: Body = {
      ...{ bytes, records: countLines(bytes), origin },
      ...(isPacked(file) ? { contentEncoding: 'gzip' } : {}),
    };
    if (!(await delivery.hand(body, signal))) {
      const head = bytes.subarray(0, KEPT_BYTES);
      const oversize = { head, bytes: bytes.length, where: path, offset, origin, isCounted: true };
      await delivery.refuse(oversize, signal);
    }
    await advance(file, offset + bytes.length, tailOf(bytes));
    moved(this.#family);
  }

  /** The line is longer than may be in memory. */
  async #skip(file: Followed, source: ByteSource): Promise<boolean> {
    const { delivery, limits, moved, now, signal } = this.#parts;
    const { id: inode, offset, path } = file.position;
    const head = Buffer.from(await source.readAt(offset, KEPT_BYTES));
    const skipped = await skipLine(file, source, limits.bodyBytes, now());
    if (skipped === undefined) {
      file.triedBytes = file.position.knownBytes;
      return false;
    }
    const bytes = skipped.end - offset;
    const origin = { path, offset, inode };
    await delivery.refuse({ head, bytes, where: path, offset, origin, isCounted: false }, signal);
    await advance(file, skipped.end, skipped.tail);
    moved(this.#family);
    return true;
  }

  async #finish(file: Followed, source: ByteSource): Promise<void> {
    const { delivery, moved, signal } = this.#parts;
    if (source.isDamaged()) {
      const { offset, path } = file.position;
      await delivery.lost({ reason: 'damaged', known: {}, where: { path, offset } }, signal);
    }
    file.position.isDone = true;
    await release(file);
    moved(this.#family);
  }
}

/** Takes what is there into the log. Returns whether there is more. */
export function drain(family: Family, parts: DrainParts): Promise<boolean> {
  return new Drain(family, parts).run();
}
