import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { AVRO_SCHEMAS, type RawBatch } from '../../../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../../../schemas/raw-batch.ts';
import { createCodec } from '../../../../../shared/adapters/avro/codec.ts';
import { createSplicedEncoder } from '../../../../../shared/adapters/avro/spliced.ts';

const codec = createCodec('RawBatch');
const encode = createSplicedEncoder('RawBatch', 'body');
const type = avsc.Type.forSchema(
  JSON.parse(AVRO_SCHEMAS.RawBatch.at(-1) as string) as avsc.Schema,
  { wrapUnions: false },
);

describe('the spliced encoder', () => {
  it('gives the bytes of the codec', () => {
    for (let run = 0; run < 300; run++) {
      const batch = type.random() as unknown as RawBatch;
      expect(Buffer.concat(encode(batch))).toEqual(codec.encode(batch));
    }
  });

  it('hands the field on as it is', () => {
    const body = Buffer.alloc(3000);
    const pieces = encode(rawBatch({ source: 'audit', cluster: 'c', body }));
    expect(pieces[1]).toBe(body);
  });

  it('refuses a value that is not of the schema', () => {
    const bad = rawBatch({ source: 'audit', cluster: 'c', body: Buffer.alloc(1), part: 0.5 });
    expect(() => encode(bad)).toThrow();
  });

  it('refuses a field that is no bytes', () => {
    expect(() => createSplicedEncoder('RawBatch', 'cluster' as 'body')).toThrow(/no bytes/);
  });
});

describe('the codec around its scratch space', () => {
  it('is right on both sides of its end', () => {
    const sizes = fc.integer({ min: 65_300, max: 65_600 });
    fc.assert(
      fc.property(sizes, (size) => {
        const batch = rawBatch({ source: 'audit', cluster: 'c', body: Buffer.alloc(size, 'b') });
        expect(codec.encode(batch).subarray(10).equals(type.toBuffer(batch))).toBe(true);
      }),
    );
  });

  it('keeps nothing of a value in the next one', () => {
    const of = (text: string) =>
      codec.encode(rawBatch({ source: 'audit', cluster: text, body: Buffer.from(text) }));
    const first = of('first');
    const copy = Buffer.from(first);
    of('second');
    expect(first).toEqual(copy);
  });
});
