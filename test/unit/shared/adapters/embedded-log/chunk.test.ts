import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  decodeChunk,
  encodeChunk,
  encodedBytes,
} from '../../../../../shared/adapters/embedded-log/chunk.ts';
import type { OutRecord } from '../../../../../shared/ports/log.ts';

const bytes = fc.option(fc.uint8Array({ maxLength: 40 }).map((array) => Buffer.from(array)));
const record: fc.Arbitrary<OutRecord> = fc.record({
  topic: fc.constant('t'),
  key: bytes,
  value: bytes,
  headers: fc.dictionary(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'grapheme' })),
  timestampMs: fc.integer({ min: 0, max: 8.64e15 }),
});
const records = fc.array(record, { minLength: 1, maxLength: 8 });
const place = { topic: 't', partition: 3, base: 1000n };

function encoded(list: readonly OutRecord[]): Buffer {
  return encodeChunk(
    list,
    list.reduce((sum, item) => sum + encodedBytes(item), 0),
  );
}

it('gives back every record as it was', () => {
  fc.assert(
    fc.property(records, (list) => {
      const decoded = decodeChunk(encoded(list), place);
      expect(decoded).toEqual(
        list.map((item, i) => ({
          ...item,
          headers: { ...item.headers },
          partition: 3,
          offset: 1000n + BigInt(i),
        })),
      );
    }),
  );
});

it('keeps a header that is named like a property of all objects', () => {
  const headers = JSON.parse('{"__proto__":"a","constructor":"b"}') as Record<string, string>;
  const item = { topic: 't', key: null, value: null, timestampMs: 0, headers };
  const [decoded] = decodeChunk(encoded([item]), place);
  expect(Object.entries(decoded?.headers ?? {})).toEqual([
    ['__proto__', 'a'],
    ['constructor', 'b'],
  ]);
});

it('reports any changed byte, any cut, and anything behind the end', () => {
  fc.assert(
    fc.property(records, fc.nat(), fc.integer({ min: 1, max: 255 }), (list, at, change) => {
      const chunk = encoded(list);
      const changed = Buffer.from(chunk);
      const i = at % chunk.length;
      changed[i] = (changed[i] ?? 0) ^ change;
      const damage = expect.objectContaining({ code: 'data_dir_damaged' }) as Error;
      expect(() => decodeChunk(changed, place)).toThrow(damage);
      expect(() => decodeChunk(chunk.subarray(0, i), place)).toThrow(damage);
      expect(() => decodeChunk(Buffer.concat([chunk, Buffer.of(0)]), place)).toThrow(damage);
    }),
  );
});
