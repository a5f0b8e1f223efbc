import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Checkpoint,
  decodeCheckpoint,
  encodeCheckpoint,
} from '../../../../../services/collector/files/position.ts';

const print = fc.record({ bytes: fc.nat(300), sha256: fc.string() });
const checkpoint: fc.Arbitrary<Checkpoint> = fc.record({
  path: fc.string(),
  files: fc.array(
    fc.record({
      path: fc.string(),
      id: fc.string(),
      sizeBytes: fc.nat(),
      modifiedMs: fc.nat(),
      isZipped: fc.boolean(),
      offset: fc.integer({ min: 300, max: 2 ** 50 }),
      knownBytes: fc.nat(),
      head: print,
      tail: print,
      isRotated: fc.boolean(),
      isDone: fc.boolean(),
    }),
    { maxLength: 3 },
  ),
});

it('comes back as it was', () => {
  fc.assert(
    fc.property(checkpoint, (given) => {
      expect(decodeCheckpoint(encodeCheckpoint(given))).toEqual(given);
    }),
  );
});

it('is refused when it is torn, and never throws', () => {
  fc.assert(
    fc.property(checkpoint, fc.nat(), (given, at) => {
      const text = encodeCheckpoint(given);
      expect(decodeCheckpoint(text.slice(0, at % (text.length - 2)))).toBeUndefined();
    }),
  );
  fc.assert(
    fc.property(fc.json(), (json) => {
      expect(() => decodeCheckpoint(json)).not.toThrow();
    }),
  );
});

it.each([
  '{"version":1,"path":"a","files":[{}]}',
  '{"version":2,"path":"a","files":[]}',
  '{"version":1,"path":1,"files":[]}',
  '[]',
])('refuses %s', (text) => {
  expect(decodeCheckpoint(text)).toBeUndefined();
});
