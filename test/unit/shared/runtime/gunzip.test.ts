import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { DamagedGzipError, gunzipped, isGzip } from '../../../../shared/runtime/gunzip.ts';

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

interface Unpacked {
  readonly text: string;
  readonly error: unknown;
}

async function unpack(bytes: Buffer, size = 1000): Promise<Unpacked> {
  const chunks: Buffer[] = [];
  let error: unknown;
  try {
    for await (const chunk of gunzipped(inChunks(bytes, size))) chunks.push(chunk);
  } catch (thrown) {
    error = thrown;
  }
  return { text: Buffer.concat(chunks).toString(), error };
}

const lines = Array.from({ length: 20_000 }, (_, i) => `line ${i} ${Math.sin(i)}\n`).join('');

describe('gunzipped', () => {
  it.each([7, 1000, 1_000_000])(
    'unpacks members one after the other, in chunks of %d',
    async (size) => {
      const [a, b] = [lines.slice(0, 50_000), lines.slice(50_000, 60_000)];
      const done = await unpack(Buffer.concat([gzipSync(a), gzipSync(b)]), size);
      expect(done).toStrictEqual({ text: a + b, error: undefined });
    },
  );

  it('gives out what is readable of a torn file, and then says so', async () => {
    const packed = gzipSync(lines);
    const { error, text } = await unpack(packed.subarray(0, packed.length - 9));
    expect(error).toBeInstanceOf(DamagedGzipError);
    expect(lines.startsWith(text)).toBe(true);
    expect(text.length).toBeGreaterThan(lines.length * 0.98);
  });

  it('gives out what is before damage in the middle', async () => {
    const packed = Buffer.from(gzipSync(lines));
    const middle = Math.floor(packed.length / 2);
    packed.fill(0xff, middle, middle + 50);
    const { error, text } = await unpack(packed);
    expect(error).toBeInstanceOf(DamagedGzipError);
    expect(text.length).toBeGreaterThan(lines.length * 0.4);
    expect(lines.startsWith(text.slice(0, Math.floor(lines.length * 0.4)))).toBe(true);
  });

  it('takes nothing for nothing', async () => {
    expect((await unpack(Buffer.alloc(0))).text).toBe('');
  });

  it('can be left early', async () => {
    for await (const chunk of gunzipped(inChunks(gzipSync(lines), 1000))) {
      expect(chunk.length).toBeGreaterThan(0);
      break;
    }
  });
});

it('knows gzip by its first bytes', () => {
  expect(isGzip(gzipSync('x'))).toBe(true);
  expect(isGzip(Buffer.from('x'))).toBe(false);
  expect(isGzip(Buffer.alloc(0))).toBe(false);
});
