/**
 * Owns: bytes of one open file from a place on, unpacked where it is gzip. The descriptor is kept
 * open: a file that is renamed or deleted meanwhile is read to its end.
 */
import { constants } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { DamagedGzipError, gunzipped, isGzip } from '../../../../shared/runtime/gunzip.ts';

export interface ByteSource {
  readonly isZipped: boolean;
  /** `dev:ino` of what is open. */
  readonly id: string;
  /** Up to `bytes` bytes from `offset` on; fewer only at what is the end now. */
  readAt(offset: number, bytes: number): Promise<Buffer>;
  /** What was given out so far ends where the packed bytes are damaged or end too early. */
  isDamaged(): boolean;
  look(): Promise<FileLook>;
  close(): Promise<void>;
}

export interface FileLook {
  readonly id: string;
  readonly sizeBytes: number;
  readonly modifiedMs: number;
  /** False: deleted, or replaced by another. */
  readonly isLinked: boolean;
}

const MAGIC_BYTES = 2;
const PACKED_BLOCK_BYTES = 64 * 1024;

async function lookAt(handle: FileHandle): Promise<FileLook> {
  const { dev, ino, mtimeMs, nlink, size } = await handle.stat({ bigint: true });
  return {
    id: `${dev}:${ino}`,
    sizeBytes: Number(size),
    modifiedMs: Number(mtimeMs),
    isLinked: nlink > 0n,
  };
}

async function readPlain(handle: FileHandle, offset: number, bytes: number): Promise<Buffer> {
  const buffer = Buffer.allocUnsafe(bytes);
  let filled = 0;
  while (filled < bytes) {
    const { bytesRead } = await handle.read(buffer, filled, bytes - filled, offset + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

async function* blocksOf(handle: FileHandle): AsyncGenerator<Buffer> {
  for (let offset = 0; ; ) {
    const block = await readPlain(handle, offset, PACKED_BLOCK_BYTES);
    if (block.length === 0) return;
    yield block;
    offset += block.length;
  }
}

/** The unpacked bytes, in order; begins anew when it is asked for what it has passed. */
class Unpacked {
  readonly #handle: FileHandle;
  #chunks: AsyncGenerator<Buffer> | undefined;
  #kept: Buffer = Buffer.alloc(0);
  #keptFrom = 0;
  #isDamaged = false;

  constructor(handle: FileHandle) {
    this.#handle = handle;
  }

  async readAt(offset: number, bytes: number): Promise<Buffer> {
    if (this.#chunks === undefined || offset < this.#keptFrom) await this.#begin();
    const kept: Buffer[] = [this.#kept];
    let end = this.#keptFrom + this.#kept.length;
    while (end < offset + bytes) {
      const chunk = await this.#next();
      if (chunk === undefined) break;
      end += chunk.length;
      // What lies before the place is passed over, not collected.
      if (end <= offset) kept.length = 0;
      kept.push(chunk);
    }
    const all = Buffer.concat(kept);
    this.#keptFrom = Math.min(Math.max(end - all.length, offset), end);
    this.#kept = all.subarray(all.length - (end - this.#keptFrom));
    return end < offset ? Buffer.alloc(0) : this.#kept.subarray(0, bytes);
  }

  isDamaged(): boolean {
    return this.#isDamaged;
  }

  async #next(): Promise<Buffer | undefined> {
    try {
      const next = await this.#chunks?.next();
      return next === undefined || next.done === true ? undefined : next.value;
    } catch (error) {
      if (!(error instanceof DamagedGzipError)) throw error;
      this.#isDamaged = true;
      return undefined;
    }
  }

  async #begin(): Promise<void> {
    await this.close();
    this.#isDamaged = false;
    this.#chunks = gunzipped(blocksOf(this.#handle));
    this.#kept = Buffer.alloc(0);
    this.#keptFrom = 0;
  }

  async close(): Promise<void> {
    await this.#chunks?.return(undefined);
  }
}

/** Throws what the system says: ENOENT, EACCES, EMFILE. */
export async function openByteSource(path: string): Promise<ByteSource> {
  // What is no file (a pipe, say) must not hold up the opening.
  const handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const { id } = await lookAt(handle);
    const isZipped = isGzip(await readPlain(handle, 0, MAGIC_BYTES));
    const unpacked = isZipped ? new Unpacked(handle) : undefined;
    return {
      isZipped,
      id,
      readAt: (offset, bytes) =>
        unpacked === undefined ? readPlain(handle, offset, bytes) : unpacked.readAt(offset, bytes),
      isDamaged: () => unpacked?.isDamaged() === true,
      look: () => lookAt(handle),
      async close() {
        await unpacked?.close();
        await handle.close();
      },
    };
  } catch (error) {
    await handle.close();
    throw error;
  }
}
