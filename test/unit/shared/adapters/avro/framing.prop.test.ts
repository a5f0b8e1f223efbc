import avsc from 'avsc';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  AVRO_SCHEMAS,
  type AvroRecords,
  type SchemaName,
} from '../../../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../../../schemas/raw-batch.ts';
import { createCodec } from '../../../../../shared/adapters/avro/codec.ts';
import { singleObjectHeader } from '../../../../../shared/adapters/avro/fingerprint.ts';
import {
  createFrame,
  registryHeader,
  registryId,
  unframeOf,
} from '../../../../../shared/adapters/avro/framing.ts';
import { createSplicedEncoder } from '../../../../../shared/adapters/avro/spliced.ts';
import { joined } from '../../../../../shared/domain/bytes.ts';

const NAMES = Object.keys(AVRO_SCHEMAS) as SchemaName[];
const anyId = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** A value of a version of a schema, in single-object encoding. */
function anyValue(name: SchemaName): fc.Arbitrary<readonly [version: number, value: Buffer]> {
  const types = AVRO_SCHEMAS[name].map((text) => avsc.Type.forSchema(JSON.parse(text)));
  return fc.nat({ max: types.length - 1 }).map((version) => {
    const type = types[version] as avsc.Type;
    const header = singleObjectHeader(AVRO_SCHEMAS[name][version] as string);
    return [version, Buffer.concat([header, type.toBuffer(type.random())])] as const;
  });
}

describe.each(NAMES)('%s', (name) => {
  const texts = AVRO_SCHEMAS[name];

  it('goes into the frame of a registry and back, whatever its version', () => {
    fc.assert(
      fc.property(anyValue(name), anyId, ([version, value], id) => {
        const ids = texts.map((_, i) => (i === version ? id : undefined));
        const framed = joined(createFrame(name, ids)(value));
        expect(framed.subarray(0, 5)).toStrictEqual(registryHeader(id));
        expect(framed.subarray(5)).toStrictEqual(value.subarray(10));
        expect(registryId(framed)).toBe(id);
        expect(unframeOf(name, texts[version] as string)?.(framed)).toStrictEqual(value);
      }),
      { numRuns: 30 },
    );
  });

  it('is read where a later release wrote it', () => {
    const newest = JSON.parse(texts.at(-1) as string) as { fields: object[] };
    const fields = [...newest.fields, { name: 'later', type: 'string', default: '' }];
    const later = { ...newest, fields };
    const type = avsc.Type.forSchema(later as unknown as avsc.Schema);
    const unframe = unframeOf(name, JSON.stringify(later));
    const codec = createCodec(name);
    fc.assert(
      fc.property(anyId, (id) => {
        const bare = type.toBuffer(type.random());
        const value = unframe?.(Buffer.concat([registryHeader(id), bare]));
        expect(value && codec.decode(value).ok).toBe(true);
        const cut = Buffer.concat([registryHeader(id), bare.subarray(0, -1)]);
        expect(unframe?.(cut)).toBeUndefined();
      }),
      { numRuns: 20 },
    );
  });

  it.each([
    ['text that is no JSON', 'no'],
    ['JSON that is no schema', '{"type":"nope"}'],
    ['a schema of another shape', '"string"'],
    ['a schema that lies about its name', '{"type":"record","name":"Other","fields":[]}'],
  ])('is not read by %s', (_, text) => {
    expect(unframeOf(name, text)).toBeUndefined();
  });
});

it('what is in no version stays as it is', () => {
  const frame = createFrame('Finding', [7]);
  for (const value of [Buffer.alloc(0), Buffer.from('{"a":1}'), Buffer.alloc(20)]) {
    expect(joined(frame(value))).toStrictEqual(value);
  }
  const finding = createCodec('Finding');
  const unregistered = createFrame('Finding', [undefined]);
  const value = finding.encode({ ...emptyFinding });
  expect(unregistered(value)).toBe(value);
});

it('a large body is framed without being copied', () => {
  const body = Buffer.alloc(1_000_000, 'x');
  const encode = createSplicedEncoder('RawBatch', 'body');
  const pieces = createFrame('RawBatch', [1, 2, 3])(encode(rawBatch({ ...sender, body })));
  expect(pieces).toContain(body);
});

it.each([
  ['nothing', Buffer.alloc(0)],
  ['too little', Buffer.from([0, 0, 0, 1])],
  ['single-object encoding', Buffer.from([0xc3, 1, 0, 0, 0, 1, 2, 3, 4, 5, 6])],
  ['JSON', Buffer.from('{"a":123}')],
])('%s has no id', (_, value) => {
  expect(registryId(value)).toBeUndefined();
});

it('a codec without a registry says what it lacks', () => {
  const decoded = createCodec('Finding').decode(Buffer.from([0, 0, 0, 1, 2, 3]));
  expect(decoded).toMatchObject({
    ok: false,
    fault: { code: 'unknown_schema', message: expect.stringContaining('schemaRegistry') as string },
  });
});

const sender = { source: 'audit', cluster: 'c' };
const emptyFinding: AvroRecords['Finding'] = {
  ...{
    id: 'f',
    cluster: 'c',
    time: 0,
    ruleId: 'r',
    ruleName: 'R',
    mode: 'active',
    level: 'LOW',
    events: [],
  },
  ...{ userName: null, message: 'm', document: Buffer.from('{}') },
};
