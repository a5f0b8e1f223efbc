/**
 * Owns: files as bodies of about a megabyte, cut where no record is torn; gzip detected by its first
 * bytes, never by the name.
 * Does not own: where they may be cut (cut-documents.ts), what is in them.
 */
import { open } from 'node:fs/promises';
import { FatalError } from '../../../shared/errors/fault.ts';
import { wholeLines } from '../../../shared/domain/line-cut.ts';
import { DamagedGzipError, gunzipped, isGzip } from '../../../shared/runtime/gunzip.ts';
import { wholeDocuments } from './cut-documents.ts';

export interface FileBody {
  readonly bytes: Buffer;
  /** How much of the file is read, packed where it is packed. */
  readonly readBytes: number;
}

export interface FileReading {
  /** Undefined: not known, as for standard input. */
  readonly totalBytes: number | undefined;
  readonly bodies: AsyncIterable<FileBody>;
}

const BODY_BYTES = 1024 * 1024;
const BLOCK_BYTES = 256 * 1024;
/** A document that is longer is read line by line. */
const MAX_DOCUMENT_BYTES = 256 * 1024 * 1024;
const LOOKED_AT_BYTES = 512;

function unreadable(path: string, error: unknown): unknown {
  const { code } = error as NodeJS.ErrnoException;
  if (code === undefined) return error;
  return new FatalError(`Can't read ${path} (${code})`, { code: 'unreadable_input', cause: error });
}

/** Control characters that stand in no text, or a beginning that no UTF-8 has: msgpack, say. */
function isBinary(start: Buffer): boolean {
  const first = start[0] ?? 0x20;
  if (first >= 0x80 && first < 0xc0) return true;
  return start
    .subarray(0, LOOKED_AT_BYTES)
    .some((byte) => byte < 0x09 || (byte > 0x0d && byte < 0x1b));
}

class Counted {
  bytes = 0;

  async *of(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
    for await (const chunk of chunks) {
      this.bytes += chunk.length;
      yield chunk;
    }
  }
}

/** The first bytes decide what it is; they are given out again with the others. */
async function* unpacked(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const rest = chunks[Symbol.asyncIterator]();
  let start = Buffer.alloc(0);
  for (let next = await rest.next(); next.done !== true; next = await rest.next()) {
    start = Buffer.concat([start, next.value]);
    if (start.length > 1) break;
  }
  async function* all(): AsyncGenerator<Buffer> {
    if (start.length > 0) yield start;
    yield* { [Symbol.asyncIterator]: () => rest };
  }
  yield* isGzip(start) ? gunzipped(all()) : all();
}

/** What of `held` may go: what is too long for one document goes in lines. */
function cutOf(held: Buffer, isText: boolean): number {
  if (!isText) return held.length > MAX_DOCUMENT_BYTES ? held.length : 0;
  const whole = wholeDocuments(held);
  if (whole > 0 || held.length < MAX_DOCUMENT_BYTES) return whole;
  return wholeLines(held);
}

async function* bodiesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let held: Buffer[] = [];
  let heldBytes = 0;
  let lookAtBytes = BODY_BYTES;
  let isText: boolean | undefined;
  for await (const chunk of chunks) {
    held.push(chunk);
    heldBytes += chunk.length;
    if (heldBytes < lookAtBytes) continue;
    const all = Buffer.concat(held);
    isText ??= !isBinary(all);
    const cut = cutOf(all, isText);
    if (cut > 0) yield all.subarray(0, cut);
    const rest = all.subarray(cut);
    held = [rest];
    heldBytes = rest.length;
    // A document that goes on is looked at again when there is twice as much of it.
    lookAtBytes = Math.max(BODY_BYTES, cut > 0 ? 0 : heldBytes * 2);
  }
  const last = Buffer.concat(held);
  if (last.length > 0) yield last;
}

/** Whole bodies also of what is damaged: the damage is told after them. */
async function* untilDamage(chunks: AsyncIterable<Buffer>, damaged: () => void) {
  try {
    yield* chunks;
  } catch (error) {
    if (!(error instanceof DamagedGzipError)) throw error;
    damaged();
  }
}

async function* readChunks(
  path: string,
  counted: Counted,
  chunks: AsyncIterable<Buffer>,
  damaged: () => void,
): AsyncGenerator<FileBody> {
  try {
    for await (const bytes of bodiesOf(untilDamage(unpacked(counted.of(chunks)), damaged))) {
      if (bytes.some((byte) => byte > 0x20)) yield { bytes, readBytes: counted.bytes };
    }
  } catch (error) {
    throw unreadable(path, error);
  }
}

/**
 * Reads a file, or standard input for `-`. Throws FatalError (`unreadable_input`) where the system
 * refuses; `damaged` is called where packed bytes end too early, after what could be read of them.
 */
export async function readBodies(path: string, damaged: () => void): Promise<FileReading> {
  const counted = new Counted();
  if (path === '-') {
    const chunks = process.stdin as AsyncIterable<Buffer>;
    return { totalBytes: undefined, bodies: readChunks(path, counted, chunks, damaged) };
  }
  try {
    const handle = await open(path);
    const { size } = await handle.stat();
    const chunks = handle.createReadStream({ highWaterMark: BLOCK_BYTES });
    return {
      totalBytes: size,
      bodies: readChunks(path, counted, chunks as AsyncIterable<Buffer>, damaged),
    };
  } catch (error) {
    throw unreadable(path, error);
  }
}
