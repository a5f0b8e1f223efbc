import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createBodyPool } from '../../../../../services/collector/door/body-pool.ts';

const KIB = 1024;

function memoryOf(body: Buffer): ArrayBufferLike {
  return body.buffer;
}

describe('the buffers of bodies', () => {
  it('hold what was joined, whatever was in them before', () => {
    const pool = createBodyPool();
    const sizes = fc.array(fc.integer({ min: 0, max: 300 * KIB }), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(sizes, fc.boolean(), (lengths, isGivenBack) => {
        const parts = lengths.map((length, i) => Buffer.alloc(length, 97 + i));
        const bytes = lengths.reduce((sum, length) => sum + length, 0);
        const body = pool.join(parts, bytes);
        expect(body.equals(Buffer.concat(parts))).toBe(true);
        if (isGivenBack) pool.giveBack(body);
      }),
      { numRuns: 60 },
    );
  });

  it('are used again once they were given back, and never before', () => {
    const pool = createBodyPool();
    const join = () => pool.join([Buffer.alloc(100 * KIB)], 100 * KIB);
    const [first, second] = [join(), join()];
    expect(memoryOf(first)).not.toBe(memoryOf(second));
    pool.giveBack(first);
    pool.giveBack(first);
    const [third, fourth] = [join(), join()];
    expect(memoryOf(third)).toBe(memoryOf(first));
    expect(memoryOf(fourth)).not.toBe(memoryOf(third));
    expect(memoryOf(fourth)).not.toBe(memoryOf(second));
  });

  it('are not kept where they are many, small, or very large', () => {
    const pool = createBodyPool();
    const many = Array.from({ length: 40 }, () => pool.join([Buffer.alloc(900 * KIB)], 900 * KIB));
    for (const body of many) pool.giveBack(body);
    const again = many.map(() => pool.join([Buffer.alloc(900 * KIB)], 900 * KIB));
    const before = new Set(many.map(memoryOf));
    expect(again.filter((body) => before.has(memoryOf(body)))).toHaveLength(16);
    for (const bytes of [10 * KIB, 3000 * KIB]) {
      const body = pool.join([Buffer.alloc(bytes)], bytes);
      pool.giveBack(body);
      expect(memoryOf(pool.join([Buffer.alloc(bytes)], bytes))).not.toBe(memoryOf(body));
    }
  });
});
