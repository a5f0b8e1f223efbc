import avsc from 'avsc';
import { expect, it } from 'vitest';
import { AVRO_SCHEMAS } from '../../../../../schemas/generated/avro.ts';
import { createBoundsCheck } from '../../../../../shared/adapters/avro/bounds.ts';

const OWN = Object.values(AVRO_SCHEMAS).flat();
const OTHERS = [
  '["null","boolean","float","double","long",{"type":"array","items":["null","string"]}]',
  '{"type":"array","items":{"type":"array","items":"bytes"}}',
  '{"type":"record","name":"R","fields":[{"name":"e","type":{"type":"enum","name":"E","symbols":["A","B"]}},{"name":"d","type":"double"}]}',
];

it.each([...OWN, ...OTHERS])('passes whole values and no part of them: %.80s', (text) => {
  const type = avsc.Type.forSchema(JSON.parse(text) as avsc.Schema);
  const isInBounds = createBoundsCheck(text);
  for (let run = 0; run < 30; run++) {
    const bytes = type.toBuffer(type.random());
    expect(isInBounds(bytes, 0)).toBe(true);
    expect(isInBounds(Buffer.concat([Buffer.from('head'), bytes]), 4)).toBe(true);
    for (let length = 0; length < bytes.length; length++) {
      expect(isInBounds(bytes.subarray(0, length), 0)).toBe(false);
    }
  }
});

it('passes blocks that state their size', () => {
  const isInBounds = createBoundsCheck('{"type":"array","items":"long"}');
  const long = (value: number): Buffer => avsc.Type.forSchema('long').toBuffer(value);
  const bytes = Buffer.concat([long(-2), long(2), long(7), long(8), long(0)]);
  expect(isInBounds(bytes, 0)).toBe(true);
  expect(isInBounds(bytes.subarray(0, -1), 0)).toBe(false);
});

it('ends with numbers that never end, unknown branches and negative lengths', () => {
  expect(createBoundsCheck('"long"')(Buffer.alloc(20, 0xff), 0)).toBe(false);
  expect(createBoundsCheck('["null"]')(Buffer.from([2]), 0)).toBe(false);
  expect(createBoundsCheck('["null"]')(Buffer.from([1]), 0)).toBe(false);
  expect(createBoundsCheck('"string"')(Buffer.from([1, 0]), 0)).toBe(false);
});
