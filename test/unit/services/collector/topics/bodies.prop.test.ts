import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bodiesOf } from '../../../../../services/collector/topics/bodies.ts';
import type { LogRecord } from '../../../../../shared/ports/log.ts';

function records(values: readonly (Buffer | null)[]): readonly LogRecord[] {
  return values.map((value, i) => ({
    ...{ topic: 't', partition: 0, offset: BigInt(i), key: null, value },
    ...{ headers: {}, timestampMs: 0 },
  }));
}

const line = fc.json().map((json) => Buffer.from(json.replaceAll('\n', ' ')));
const packed = fc.uint8Array({ minLength: 1, maxLength: 20 }).map((bytes) => Buffer.from(bytes));
const value = fc.oneof(line, packed, fc.constant(null), fc.constant(Buffer.alloc(0)));

describe('bodiesOf', () => {
  it('keeps every byte of every message, in order', () => {
    fc.assert(
      fc.property(
        fc.array(value, { maxLength: 30 }),
        fc.integer({ min: 1, max: 100 }),
        (values, most) => {
          const bodies = bodiesOf(records(values), most);
          const given = values.filter((v) => v !== null && v.length > 0);
          expect(bodies.reduce((sum, { messages }) => sum + messages, 0)).toBe(given.length);
          const without = (bytes: Buffer): string => bytes.toString('latin1').replaceAll('\n', '');
          expect(bodies.map(({ bytes }) => without(bytes)).join('')).toBe(
            given.map((v) => without(v ?? Buffer.alloc(0))).join(''),
          );
          const offsets = bodies.flatMap(({ firstOffset, lastOffset }) => [
            firstOffset,
            lastOffset,
          ]);
          expect(offsets).toStrictEqual(offsets.toSorted((a, b) => Number(a - b)));
        },
      ),
    );
  });

  it('makes lines of texts, and bodies of their own of what is none', () => {
    const bodies = bodiesOf(
      records(
        ['{"a":1}', '{"b":2}\n', '\u0081\u00a1a\u0001', '{"c":3}', '{\n"d":4}', '{"e":5}'].map(
          (t) => Buffer.from(t, 'latin1'),
        ),
      ),
      1000,
    );
    expect(bodies.map(({ bytes }) => bytes.toString('latin1'))).toStrictEqual([
      '{"a":1}\n{"b":2}\n',
      '\u0081\u00a1a\u0001',
      '{"c":3}',
      '{\n"d":4}',
      '{"e":5}',
    ]);
    expect(bodies[0]).toMatchObject({ messages: 2, firstOffset: 0n, lastOffset: 1n });
  });

  it('makes bodies of about the size that is asked for', () => {
    const bodies = bodiesOf(records(Array.from({ length: 100 }, () => Buffer.alloc(10, 'x'))), 50);
    for (const { bytes } of bodies) expect(bytes.length).toBeLessThanOrEqual(55);
    expect(bodies.length).toBe(25);
  });
});
