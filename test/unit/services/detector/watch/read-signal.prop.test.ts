import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Signal } from '../../../../../schemas/generated/avro.ts';
import { readSignal } from '../../../../../services/detector/watch/read-signal.ts';
import { batch, createLane, START_MS, tick } from './lane.ts';

const kinds = fc.constantFrom('source', 'source', 'collector', 'session');
const fields = fc.record(
  {
    what: fc.constantFrom('batch', 'batch', 'lost', 'sequence', 7),
    source: fc.oneof(
      { weight: 9, arbitrary: fc.string({ unit: 'binary', minLength: 1 }) },
      { weight: 1, arbitrary: fc.constant(null) },
    ),
    sender: fc.oneof(fc.string({ unit: 'binary', minLength: 1 }), fc.constant('__proto__')),
    records: fc.oneof({ weight: 1, arbitrary: fc.double() }, { weight: 5, arbitrary: fc.nat() }),
    newest: fc.oneof(fc.double(), fc.integer(), fc.constant(null)),
    hash: fc.string(),
    sequence: fc.oneof(fc.double(), fc.maxSafeInteger()),
    refused: fc.oneof(fc.array(fc.oneof(fc.maxSafeInteger(), fc.string())), fc.constant('x')),
    bytes: fc.maxSafeInteger(),
    reason: fc.string(),
  },
  { requiredKeys: [] },
);
const signals = fc.record({
  kind: kinds,
  key: fc.oneof(fc.string({ unit: 'binary' }), fc.constant('c/audit/file:x')),
  cluster: fc.constantFrom('c', ''),
  time: fc.oneof(
    { weight: 9, arbitrary: fc.integer({ min: START_MS, max: START_MS + 1e8 }) },
    { weight: 1, arbitrary: fc.maxSafeInteger() },
  ),
  body: fc
    .oneof({ weight: 9, arbitrary: fields }, { weight: 1, arbitrary: fc.jsonValue() })
    .map((value) => Buffer.from(JSON.stringify(value) ?? ''))
    .chain((body) =>
      fc.oneof(
        fc.constant(body),
        fc.uint8Array().map((b) => Buffer.from(b)),
      ),
    ),
});

describe('any signal', () => {
  it('is read, refused or passed over, and never ends the worker', async () => {
    const read = { reading: 0, fault: 0, other: 0 };
    await fc.assert(
      fc.asyncProperty(fc.array(signals, { maxLength: 12 }), async (all: readonly Signal[]) => {
        for (const signal of all) {
          const reading = readSignal(signal);
          if (reading === undefined) read.other++;
          else if ('code' in reading) read.fault++;
          else read.reading++;
        }
        await createLane().take([...all, tick(START_MS + 1e8), ...all]);
      }),
      { numRuns: 300 },
    );
    expect(Math.min(read.reading, read.fault, read.other)).toBeGreaterThan(50);
  });

  it('that is cut is refused', () => {
    const whole = batch(START_MS);
    const cut = { ...whole, body: whole.body.subarray(0, 10) };
    expect(readSignal(whole)).toMatchObject({ kind: 'batch' });
    expect(readSignal(cut)).toMatchObject({ code: 'corrupt_record' });
  });
});
