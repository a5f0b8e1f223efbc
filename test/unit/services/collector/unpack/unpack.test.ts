import { deflateRawSync, deflateSync, gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { crc32c } from '../../../../../services/collector/unpack/crc32c.ts';
import { unpack } from '../../../../../services/collector/unpack/edge/unpack.ts';
import {
  type Coding,
  packingOf,
  stillPacked,
} from '../../../../../services/collector/unpack/layers.ts';
import { zstdFrames } from '../../../../../services/collector/unpack/zstd-frames.ts';

const MIB = 1024 * 1024;

/** What unpacking gave, and how many bytes it holds after it; the most it held in between. */
async function open(
  packed: Buffer,
  layers: readonly Coding[],
  maxBytes = MIB,
  roomBytes = Infinity,
) {
  let held = 0;
  let most = 0;
  const grow = (bytes: number): boolean => {
    if (bytes > 0 && held + bytes > roomBytes) return false;
    held += bytes;
    most = Math.max(most, held);
    return true;
  };
  const result = await unpack(packed, layers, { maxBytes, grow });
  const text = result.ok ? result.body.toString('latin1') : result.why;
  return { ok: result.ok, text, held, most };
}

/** zstd: one frame, without checksum; `RAW` blocks as they are, `RUN` blocks of one byte. */
function zstdFrame(blocks: readonly { readonly run?: number; readonly raw?: string }[]): Buffer {
  const parts = blocks.map(({ raw = 'a', run }, index) => {
    const header = Buffer.alloc(3);
    const isLast = Number(index === blocks.length - 1);
    header.writeUIntLE(
      ((run ?? raw.length) << 3) | ((run === undefined ? 0 : 1) << 1) | isLast,
      0,
      3,
    );
    return Buffer.concat([header, Buffer.from(raw, 'latin1')]);
  });
  // Window descriptor 0x38: 128 KiB.
  return Buffer.concat([Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38]), ...parts]);
}

/** Snappy's framing of one uncompressed chunk. */
function snappyFrames(text: string): Buffer {
  const data = Buffer.from(text, 'latin1');
  const crc = crc32c(data);
  const header = Buffer.alloc(8);
  header[0] = 1;
  header.writeUIntLE(data.length + 4, 1, 3);
  header.writeUInt32LE((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0, 4);
  return Buffer.concat([Buffer.from('ff060000734e61507059', 'hex'), header, data]);
}

const HELLO = 'hello hello hello hello hello hello';
/** Made with `zstd -3` (Zstandard 1.5) and with google/snappy's own encoder. */
const MADE_ELSEWHERE: readonly (readonly [Coding, string, string])[] = [
  ['snappy', 'AA==', ''],
  ['snappy', 'AQBh', 'a'],
  ['snappy', 'IxRoZWxsbyByBgA=', HELLO],
  ['snappy', 'yAEAeP4BAP4BAP4BAA0B', 'x'.repeat(200)],
  ['zstd', 'KLUv/QRYZQAAMGhlbGxvIAEAuUsRK+Fo5w==', HELLO],
  ['zstd', 'KLUv/SQAAQAAmenYUQ==', ''],
];

describe('what others packed', () => {
  it.each(MADE_ELSEWHERE)('%s %s', async (coding, base64, text) => {
    expect(await open(Buffer.from(base64, 'base64'), [coding])).toMatchObject({
      ...{ ok: true, text, held: text.length },
    });
  });

  it('has the checksum of the standard', () => {
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
  });
});

const PACKERS: readonly (readonly [string, Coding, (text: string) => Buffer])[] = [
  ['gzip', 'gzip', (text) => gzipSync(Buffer.from(text, 'latin1'))],
  ['zlib', 'deflate', (text) => deflateSync(Buffer.from(text, 'latin1'))],
  ['raw deflate', 'deflate', (text) => deflateRawSync(Buffer.from(text, 'latin1'))],
  ['zstd', 'zstd', (text) => zstdFrame([{ raw: text }])],
  ['framed snappy', 'snappy', snappyFrames],
];

describe.each(PACKERS)('%s', (_, coding, pack) => {
  it('comes out as it went in', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 200 }),
        async (text) => {
          expect(await open(pack(text), [coding])).toMatchObject({ text, held: text.length });
        },
      ),
      { numRuns: 50 },
    );
  });

  it('that ends too early is damaged, wherever', async () => {
    const packed = pack(HELLO);
    for (let length = 1; length < packed.length; length++) {
      // What is left of frames may be whole frames.
      const isWhole = coding === 'snappy' && length === 10;
      const opened = await open(packed.subarray(0, length), [coding]);
      expect(opened, String(length)).toMatchObject(isWhole ? { text: '' } : { text: 'damaged' });
      expect(opened.held).toBe(0);
    }
  });

  it('of which something is left over is damaged: it would get lost', async () => {
    const packed = Buffer.concat([pack(HELLO), Buffer.from('more')]);
    expect(await open(packed, [coding])).toMatchObject({ text: 'damaged', held: 0 });
  });

  it('that would be too large is not unpacked further than that', async () => {
    const opened = await open(pack('x'.repeat(50_000)), [coding], 40_000);
    expect(opened).toMatchObject({ text: 'too_large', held: 0 });
    expect(opened.most).toBeLessThanOrEqual(40_000);
  });

  it('for which there is no room now holds nothing', async () => {
    const opened = await open(pack('x'.repeat(50_000)), [coding], MIB, 40_000);
    expect(opened).toMatchObject({ text: 'no_room', held: 0 });
  });
});

describe('bytes from anywhere', () => {
  it('are damaged or unpacked, and nothing else happens', async () => {
    const codings: readonly Coding[] = ['gzip', 'deflate', 'zstd', 'snappy'];
    const hostile = fc.tuple(
      fc.constantFrom(...codings),
      fc.constantFrom(
        Buffer.alloc(0),
        zstdFrame([{ raw: HELLO }, { run: 9 }]),
        snappyFrames(HELLO),
        gzipSync(HELLO),
      ),
      fc.uint8Array({ maxLength: 30 }),
      fc.nat(60),
    );
    await fc.assert(
      fc.asyncProperty(hostile, async ([coding, base, noise, at]) => {
        const packed = Buffer.concat([
          base.subarray(0, at),
          noise,
          base.subarray(at + noise.length),
        ]);
        const { ok, held, text } = await open(packed, [coding]);
        expect(held).toBe(ok ? text.length : 0);
        if (!ok) expect(['damaged', 'too_large']).toContain(text);
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('layers', () => {
  it('are taken off from the last to the first', async () => {
    const packed = gzipSync(zstdFrame([{ raw: HELLO }]));
    expect(await open(packed, ['zstd', 'gzip'])).toMatchObject({ text: HELLO, held: HELLO.length });
    expect(await open(packed, ['gzip', 'zstd'])).toMatchObject({ text: 'damaged', held: 0 });
  });

  it('hold no more than the limit, all together', async () => {
    const nested = gzipSync(gzipSync(Buffer.alloc(20 * MIB)));
    const opened = await open(nested, ['gzip', 'gzip'], MIB);
    expect(opened).toMatchObject({ text: 'too_large', held: 0 });
    expect(opened.most).toBeLessThanOrEqual(MIB);
  });
});

describe('zstd', () => {
  it('may have several frames, and some to be skipped', async () => {
    const skipped = Buffer.from('502a4d18030000006c6f67', 'hex');
    const packed = Buffer.concat([
      zstdFrame([{ raw: 'a' }]),
      skipped,
      zstdFrame([{ raw: 'b' }, { run: 3 }]),
    ]);
    expect(await open(packed, ['zstd'])).toMatchObject({ text: 'abaaa', held: 5 });
  });

  it('is a bomb that goes off step by step', async () => {
    const blocks = Array.from({ length: 5_000 }, () => ({ run: 128 * 1024 }));
    const opened = await open(zstdFrame(blocks), ['zstd'], 8 * MIB);
    expect(opened).toMatchObject({ text: 'too_large', held: 0 });
    expect(opened.most).toBeLessThanOrEqual(8 * MIB + 128 * 1024);
  });

  it('with a window that nobody needs is refused before it is set aside', async () => {
    const packed = zstdFrame([{ raw: 'a' }]);
    packed[5] = 0xf8; // 2 TiB.
    expect(zstdFrames(packed)?.[0]?.windowBytes).toBe(2 ** 41);
    expect(await open(packed, ['zstd'])).toMatchObject({ text: 'too_large', most: 0 });
  });
});

describe('names', () => {
  it.each<[string | undefined, string | undefined, readonly Coding[] | undefined, string]>([
    [undefined, undefined, [], ''],
    ['identity', 'chunked', [], ''],
    ['', undefined, [], ''],
    ['GZIP', undefined, ['gzip'], 'gzip'],
    ['x-gzip, identity', undefined, ['gzip'], 'x-gzip'],
    ['deflate,gzip', undefined, ['deflate', 'gzip'], 'deflate, gzip'],
    ['zstd', 'gzip, chunked', ['zstd', 'gzip'], 'zstd, gzip'],
    ['gzip, gzip, gzip', undefined, undefined, 'gzip, gzip, gzip'],
    ['br', undefined, undefined, 'br'],
    ['"><script>', undefined, undefined, 'unknown'],
    ['x'.repeat(65), undefined, undefined, 'unknown'],
  ])('%s and %s', (content, transfer, layers, label) => {
    expect(packingOf(content, transfer)).toStrictEqual({ layers, label });
    expect(stillPacked({ layers, label })).toBe(`${label}!`);
  });
});
