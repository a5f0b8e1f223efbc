/**
 * Against another implementation of MessagePack, and on bytes that are none.
 */
import { gzipSync } from 'node:zlib';
import { encode, ExtData } from '@msgpack/msgpack';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packedAt, unpack } from '../../../../../services/normalizer/read/msgpack.ts';
import { anyJson } from '../../../../support/odd-json.ts';
import { EVENT, leaves, SPO, tell } from './bodies.ts';

const pack = (value: unknown): Buffer => Buffer.from(encode(value, { useBigInt64: true }));

function unpackAll(bytes: Buffer): unknown {
  const found = packedAt(bytes, 0);
  expect(found?.end).toBe(bytes.length);
  return found && unpack(bytes, found);
}

it('gives what was packed', () => {
  const anything = fc.oneof(
    anyJson,
    fc.integer(),
    // The other implementation writes -0 as 0.
    fc.double().map((value) => value + 0),
    fc.string({ unit: 'grapheme', maxLength: 400 }),
    fc.array(fc.maxSafeInteger(), { maxLength: 70 }),
  );
  fc.assert(
    fc.property(anything, (value) => {
      // What UTF-8 can not say is replaced on the way there.
      fc.pre(typeof value !== 'string' || Buffer.from(value).toString('utf8') === value);
      expect(unpackAll(pack(value))).toStrictEqual(value);
    }),
    { numRuns: 500 },
  );
});

it.each([
  [2n ** 63n - 1n, '9223372036854775807'],
  [-(2n ** 63n), '-9223372036854775808'],
  [2n ** 64n - 1n, '18446744073709551615'],
  [5n, 5],
])('gives %s, a number of 64 bits, as exactly as it can', (value, expected) => {
  expect(unpackAll(pack({ value }))).toStrictEqual({ value: expected });
});

it('gives all lengths of texts, lists, maps and binaries', () => {
  for (const length of [0, 1, 15, 16, 31, 32, 255, 256, 65_535, 65_536]) {
    const text = 'x'.repeat(length);
    expect(unpackAll(pack(text))).toBe(text);
    expect(unpackAll(pack(Buffer.from(text)))).toBe(text);
    const list = Array.from({ length }, (_, i) => i % 3);
    expect(unpackAll(pack(list))).toStrictEqual(list);
  }
  const map = Object.fromEntries(Array.from({ length: 300 }, (_, i) => [`k${i}`, i]));
  expect(unpackAll(pack(map))).toStrictEqual(map);
});

it('takes no bytes that are not all there, nor any that are none', () => {
  const bytes = pack({ a: [1, 'text', { b: 2 ** 40 }] });
  for (let length = 0; length < bytes.length; length++) {
    expect(packedAt(bytes.subarray(0, length), 0)).toBeUndefined();
  }
  expect(packedAt(Buffer.from([0xc1]), 0)).toBeUndefined();
  expect(packedAt(Buffer.from([0xdd, 0xff, 0xff, 0xff, 0xff, 0]), 0)).toBeUndefined();
});

describe('records', () => {
  const time = new ExtData(0, Buffer.alloc(8, 1));
  const log = JSON.stringify(EVENT);

  it('that are torn leave the others', () => {
    const body = Buffer.concat([pack([time, { log }]), pack([time, SPO]), pack([time, { log }])]);
    const found = tell(body.subarray(0, -5));
    expect(found.slice(0, 2)).toStrictEqual(['audit', 'spo']);
    expect(found).toHaveLength(3);
    expect(found[2]).toMatch(/^unreadable_item/);
  });

  it('that are bad leave the others, and have their own bytes', () => {
    const body = pack(['tag', [[1, { log }], [1, { x: 'y' }], 7, [1, { log }]]]);
    const bad = pack({ x: 'y' }).toString('utf8');
    expect(tell(body)).toStrictEqual([
      'audit',
      `unreadable_item: ${bad}`,
      'unreadable_item: \x07',
      'audit',
    ]);
  });

  it('keep the tag of their chunk', () => {
    const entries = Buffer.concat([pack([1, { log }]), pack([time, SPO])]);
    for (const chunk of [entries, gzipSync(entries)]) {
      const found = leaves(pack(['kube.audit', chunk, { size: 2 }]));
      expect(found.map(({ format }) => format)).toStrictEqual(['audit', 'spo']);
      expect(found[0]?.envelope).toMatchObject({
        via: ['fluent-forward'],
        fields: { tag: 'kube.audit' },
      });
    }
  });

  it('may be followed by text', () => {
    expect(tell(Buffer.concat([pack([time, { log }]), Buffer.from(log)]))).toStrictEqual([
      'audit',
      'audit',
    ]);
  });

  it('nested too deep are bad alone', () => {
    const deep = Buffer.concat([Buffer.alloc(500, 0x91), Buffer.from([0xc0])]);
    const body = Buffer.concat([
      pack([1, { log }]),
      Buffer.from([0x92, 0x01, 0x81, 0xa1, 0x61]),
      deep,
    ]);
    expect(tell(body)[0]).toBe('audit');
    expect(tell(body)).toHaveLength(2);
  });
});
