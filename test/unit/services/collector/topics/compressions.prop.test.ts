import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { DECOMPRESSIONS } from '../../../../../services/collector/topics/compressions.ts';
import { unlz4 } from '../../../../../services/collector/topics/lz4.ts';

const HEADER = [0x04, 0x22, 0x4d, 0x18, 0x60, 0x40, 0x82];
const END = [0, 0, 0, 0];

function sized(bytes: readonly number[], isStored = false): readonly number[] {
  return [bytes.length & 0xff, bytes.length >> 8, 0, isStored ? 0x80 : 0, ...bytes];
}

describe('lz4', () => {
  it('unpacks literals, repeats that reach into themselves, and stored blocks', () => {
    // "ab", then 10 bytes from 2 back, then "c" as the last literal.
    const block = [0x26, 0x61, 0x62, 2, 0, 0x10, 0x63];
    const stored = [0x64, 0x65];
    const frame = [...HEADER, ...sized(block), ...sized(stored, true), ...END];
    expect(unlz4(Buffer.from([...frame, ...frame]), 100)?.toString()).toBe(
      'ababababababcde'.repeat(2),
    );
  });

  it('takes lengths that go on', () => {
    const literals = Array.from({ length: 300 }, () => 0x78);
    const block = [0xf0, 255, 300 - 15 - 255, ...literals];
    expect(unlz4(Buffer.from([...HEADER, ...sized(block), ...END]), 300)?.length).toBe(300);
  });

  it('gives no more than is allowed', () => {
    const bomb = [...HEADER, ...sized([0x1f, 0x61, 1, 0, 255, 255, 255, 0, 0x10, 0x63]), ...END];
    expect(unlz4(Buffer.from(bomb), 10_000)?.length).toBeGreaterThan(700);
    expect(unlz4(Buffer.from(bomb), 100)).toBeUndefined();
  });
});

describe('whatever the bytes are', () => {
  const bytes = fc.oneof(
    fc.uint8Array({ maxLength: 80 }),
    fc.uint8Array({ maxLength: 80 }).map((rest) => Uint8Array.from([...HEADER, ...rest])),
    fc
      .uint8Array({ maxLength: 80 })
      .map((rest) => Uint8Array.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0, ...rest])),
  );

  it.each(['snappy', 'lz4', 'zstd'] as const)('%s gives bytes or nothing', (name) => {
    fc.assert(
      fc.property(bytes, (given) => {
        const got = DECOMPRESSIONS[name](Buffer.from(given));
        expect(got === undefined || Buffer.isBuffer(got)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });
});
