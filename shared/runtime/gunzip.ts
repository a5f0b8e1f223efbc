/**
 * Owns: unpacking a stream of gzip, with all that was readable given out before the damage is told.
 * Node's own pipes lose what they hold when a stream ends too early.
 */
import { createGunzip } from 'node:zlib';

/** The packed bytes end too early, or are damaged; what came before has been given out. */
export class DamagedGzipError extends Error {
  override readonly name = 'DamagedGzipError';
}

/** One of these may unpack to a thousand times its size before anything can be given out. */
const BLOCK_BYTES = 16 * 1024;
const UNPACK_BLOCK_BYTES = 32 * 1024;

export function isGzip(start: Buffer): boolean {
  return start[0] === 0x1f && start[1] === 0x8b;
}

/** The unpacked bytes of one gzip file, which may have several members. Throws DamagedGzipError. */
export async function* gunzipped(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  const gunzip = createGunzip({ chunkSize: UNPACK_BLOCK_BYTES });
  const ready: Buffer[] = [];
  let damage: Error | undefined;
  const ended = new Promise<void>((resolve) => {
    gunzip.on('end', resolve);
    gunzip.on('close', resolve);
  });
  gunzip.on('error', (error) => {
    damage = error;
  });
  gunzip.on('data', (chunk: Buffer) => ready.push(chunk));
  /** Resolves when the block is unpacked, or can not be. */
  const write = (block: Buffer): Promise<void> =>
    new Promise((resolve) => {
      gunzip.once('close', resolve);
      gunzip.write(block, () => {
        gunzip.off('close', resolve);
        resolve();
      });
    });
  try {
    for await (const chunk of chunks) {
      for (let at = 0; at < chunk.length && damage === undefined; at += BLOCK_BYTES) {
        await write(chunk.subarray(at, at + BLOCK_BYTES));
        yield* ready.splice(0);
      }
      if (damage !== undefined) break;
    }
    gunzip.end();
    await ended;
    yield* ready.splice(0);
    if (damage !== undefined) {
      throw new DamagedGzipError('gzip ends too early or is damaged', { cause: damage });
    }
  } finally {
    gunzip.destroy();
  }
}
