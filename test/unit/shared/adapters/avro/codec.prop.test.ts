import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AVRO_SCHEMAS,
  type AvroRecords,
  type SchemaName,
} from '../../../../../schemas/generated/avro.ts';
import { type Codec, createCodec } from '../../../../../shared/adapters/avro/codec.ts';
import { singleObjectHeader } from '../../../../../shared/adapters/avro/fingerprint.ts';

const NAMES = Object.keys(AVRO_SCHEMAS) as SchemaName[];

function typeOf(text: string): avsc.Type {
  return avsc.Type.forSchema(JSON.parse(text) as avsc.Schema, { wrapUnions: false });
}

function randomOf(type: avsc.Type): AvroRecords[SchemaName] {
  return type.random() as unknown as AvroRecords[SchemaName];
}

function plain(value: unknown): unknown {
  return { ...(value as object) };
}

describe.each(NAMES)('%s', (name) => {
  const codec: Codec<AvroRecords[SchemaName]> = createCodec(name);
  const newest = AVRO_SCHEMAS[name].at(-1) as string;

  it('comes back as it went in', () => {
    const type = typeOf(newest);
    for (let run = 0; run < 200; run++) {
      const value = randomOf(type);
      const decoded = codec.decode(codec.encode(value));
      expect(decoded.ok && plain(decoded.value)).toStrictEqual(plain(value));
    }
  });

  it('reads what every released version wrote', () => {
    for (const text of AVRO_SCHEMAS[name]) {
      const written = typeOf(text);
      const bytes = Buffer.concat([singleObjectHeader(text), written.toBuffer(written.random())]);
      expect(codec.decode(bytes).ok).toBe(true);
    }
  });

  it('finds every truncation and every trailing byte', () => {
    const type = typeOf(newest);
    const bytes = codec.encode(randomOf(type));
    for (let length = 0; length < bytes.length; length++) {
      const code = length < 10 ? 'unknown_schema' : 'corrupt_record';
      expect(codec.decode(bytes.subarray(0, length))).toMatchObject({ fault: { code } });
    }
    const longer = Buffer.concat([bytes, Buffer.from([0])]);
    expect(codec.decode(longer)).toMatchObject({ fault: { code: 'corrupt_record' } });
  });

  it('never throws on damaged bytes, and is soon done with them', () => {
    const type = typeOf(newest);
    const bytes = codec.encode(randomOf(type));
    const damage = fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 5 });
    fc.assert(
      fc.property(damage, (changes) => {
        const damaged = Buffer.from(bytes);
        for (const [at, byte] of changes) damaged[at % damaged.length] = byte;
        expect(typeof codec.decode(damaged).ok).toBe('boolean');
      }),
      { numRuns: 300 },
    );
  });

  it('knows no foreign bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 40 }), (bytes) => {
        expect(codec.decode(Buffer.from(bytes))).toMatchObject({
          fault: { code: 'unknown_schema' },
        });
      }),
    );
    for (const other of NAMES.filter((n) => n !== name)) {
      const foreign = AVRO_SCHEMAS[other].at(-1) as string;
      const type = typeOf(foreign);
      const bytes = Buffer.concat([singleObjectHeader(foreign), type.toBuffer(type.random())]);
      expect(codec.decode(bytes)).toMatchObject({ fault: { code: 'unknown_schema' } });
    }
  });
});

// avsc allocates and reads as many items as the bytes claim, past their end.
it('does not believe a count of items that the bytes can not hold', () => {
  const codec = createCodec('Finding');
  const finding = randomOf(typeOf(AVRO_SCHEMAS.Finding.at(-1) as string)) as AvroRecords['Finding'];
  const bytes = codec.encode({ ...finding, events: ['event-0'] });
  const at = bytes.indexOf('event-0') - 2;
  const long = avsc.Type.forSchema('long');
  for (const count of [2 ** 31, 2 ** 52, -(2 ** 40)]) {
    const claim = Buffer.concat([bytes.subarray(0, at), long.toBuffer(count), bytes.subarray(at)]);
    expect(codec.decode(claim)).toMatchObject({ fault: { code: 'corrupt_record' } });
  }
});
