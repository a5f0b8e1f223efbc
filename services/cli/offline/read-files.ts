/**
 * Owns: files as bodies: one per line, gzip detected by its first bytes, never by the name.
 */
import { open } from 'node:fs/promises';
import { pipeline } from 'node:stream';
import { createGunzip } from 'node:zlib';
import { FatalError } from '../../../shared/errors/fault.ts';

const GZIP_MAGIC = Buffer.from([0x1f, 0x8b]);
const NEWLINE = 0x0a;

async function* chunksOf(path: string): AsyncGenerator<Buffer> {
  if (path === '-') {
    yield* process.stdin as AsyncIterable<Buffer>;
    return;
  }
  const handle = await open(path);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(2), 0, 2, 0);
    const raw = handle.createReadStream({ start: 0, autoClose: false });
    if (bytesRead < 2 || !buffer.equals(GZIP_MAGIC)) yield* raw as AsyncIterable<Buffer>;
    else yield* pipeline(raw, createGunzip(), () => {}) as unknown as AsyncIterable<Buffer>;
  } finally {
    await handle.close();
  }
}

async function* linesOf(chunks: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  let rest: Buffer[] = [];
  for await (const chunk of chunks) {
    let start = 0;
    for (let end = chunk.indexOf(NEWLINE); end >= 0; end = chunk.indexOf(NEWLINE, start)) {
      yield Buffer.concat([...rest, chunk.subarray(start, end)]);
      rest = [];
      start = end + 1;
    }
    if (start < chunk.length) rest.push(chunk.subarray(start));
  }
  if (rest.length > 0) yield Buffer.concat(rest);
}

/** The non-blank lines of a file, or of standard input for `-`. */
export async function* readLines(path: string): AsyncGenerator<Buffer> {
  try {
    for await (const line of linesOf(chunksOf(path))) {
      if (line.some((byte) => byte > 0x20)) yield line;
    }
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === undefined) throw error;
    throw new FatalError(`Can't read ${path} (${code})`, {
      code: 'unreadable_input',
      cause: error,
    });
  }
}
