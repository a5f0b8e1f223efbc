import { describe, expect, it } from 'vitest';
import {
  canonicalForm,
  crc64Avro,
  singleObjectHeader,
} from '../../../../../shared/adapters/avro/fingerprint.ts';

// Schema, canonical form, fingerprint: vectors that the Avro project publishes for all
// implementations (share/test/data/schema-tests.txt).
const VECTORS: readonly (readonly [string, string, bigint])[] = [
  ['"null"', '"null"', 7195948357588979594n],
  ['{"type":"boolean"}', '"boolean"', -6970731678124411036n],
  ['"int"', '"int"', 8247732601305521295n],
  ['"long"', '"long"', -3434872931120570953n],
  ['"bytes"', '"bytes"', 5746618253357095269n],
  ['"string"', '"string"', -8142146995180207161n],
  ['[  ]', '[]', -1241056759729112623n],
  ['[ "int" , {"type":"boolean"} ]', '["int","boolean"]', 5392556393470105090n],
  [
    '{"fields":[], "type":"record", "name":"foo", "namespace":"x.y"}',
    '{"name":"x.y.foo","type":"record","fields":[]}',
    5916914534497305771n,
  ],
  [
    '{"fields":[], "type":"record", "name":"a.b.foo", "namespace":"x.y"}',
    '{"name":"a.b.foo","type":"record","fields":[]}',
    -4616218487480524110n,
  ],
  [
    '{"fields":[{"type":"boolean", "aliases":[], "name":"f1", "default":true}, {"order":"descending","name":"f2","doc":"Hello","type":"int"}], "type":"record", "name":"foo", "doc":"d"}',
    '{"name":"foo","type":"record","fields":[{"name":"f1","type":"boolean"},{"name":"f2","type":"int"}]}',
    -4860222112080293046n,
  ],
  [
    '{"namespace":"x.y.z", "type":"enum", "name":"foo", "doc":"foo bar", "symbols":["A1", "A2"]}',
    '{"name":"x.y.z.foo","type":"enum","symbols":["A1","A2"]}',
    -4448647247586288245n,
  ],
  [
    '{"namespace":"x.y.z", "type":"fixed", "name":"foo", "doc":"foo bar", "size":32}',
    '{"name":"x.y.z.foo","type":"fixed","size":32}',
    -3064184465700546786n,
  ],
  [
    '{ "items":{"type":"null"}, "type":"array"}',
    '{"type":"array","items":"null"}',
    -589620603366471059n,
  ],
  ['{ "values":"string", "type":"map"}', '{"type":"map","values":"string"}', -8732877298790414990n],
  [
    '{"name":"PigValue","type":"record", "fields":[{"name":"value", "type":["null", "int", "long", "PigValue"]}]}',
    '{"name":"PigValue","type":"record","fields":[{"name":"value","type":["null","int","long","PigValue"]}]}',
    -1759257747318642341n,
  ],
];

describe.each(VECTORS)('%s', (schema, canonical, fingerprint) => {
  it('has the published canonical form and fingerprint', () => {
    expect(canonicalForm(schema)).toBe(canonical);
    expect(BigInt.asIntN(64, crc64Avro(Buffer.from(canonical)))).toBe(fingerprint);
  });

  it('has a header of C3 01 and the fingerprint, least byte first', () => {
    const header = singleObjectHeader(schema);
    expect(header.subarray(0, 2).toString('hex')).toBe('c301');
    expect(header.readBigInt64LE(2)).toBe(fingerprint);
    expect(header).toHaveLength(10);
  });
});

describe('canonicalForm', () => {
  it('gives names inside a record its namespace, unless they have their own', () => {
    const inner = (extra: string) =>
      `{"type":"record","name":"A","namespace":"n","fields":[{"name":"f","type":{"type":"enum","name":"E"${extra},"symbols":["X"]}},{"name":"g","type":"E"}]}`;
    expect(canonicalForm(inner(''))).toContain('{"name":"n.E"');
    expect(canonicalForm(inner(''))).toContain('{"name":"g","type":"n.E"}');
    expect(canonicalForm(inner(',"namespace":"m"'))).toContain('{"name":"m.E"');
    expect(canonicalForm(inner(',"namespace":""'))).toContain('{"name":"E"');
  });

  it('drops logical types: two versions may share one fingerprint', () => {
    expect(canonicalForm('{"type":"long","logicalType":"timestamp-millis"}')).toBe('"long"');
  });

  it('writes escaped names as they are', () => {
    expect(canonicalForm('{"type":"fixed","name":"\\u0041","size":1}')).toBe(
      '{"name":"A","type":"fixed","size":1}',
    );
  });
});

it('fingerprints no bytes as the starting value', () => {
  expect(crc64Avro(Buffer.alloc(0))).toBe(0xc15d213aa4d7a795n);
});
