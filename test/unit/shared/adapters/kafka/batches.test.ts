import fc from 'fast-check';
import { expect, it } from 'vitest';
import { batchesOf } from '../../../../../shared/adapters/kafka/batches.ts';
import type { LogRecord } from '../../../../../shared/ports/log.ts';

function record(size: number, offset: number): LogRecord {
  const value = Buffer.alloc(size);
  return {
    topic: 't',
    partition: 0,
    offset: BigInt(offset),
    key: null,
    value,
    headers: {},
    timestampMs: 0,
  };
}

it('keeps both limits and the order, and gives a larger record alone', () => {
  const sizes = fc.array(fc.integer({ min: 0, max: 50 }), { maxLength: 40 });
  const limit = fc.integer({ min: 1, max: 40 });
  fc.assert(
    fc.property(sizes, limit, limit, (all, maxBatchRecords, maxBatchBytes) => {
      const records = all.map(record);
      const batches = [...batchesOf(records, { maxBatchRecords, maxBatchBytes })];
      expect(batches.flat()).toEqual(records);
      for (const batch of batches) {
        const bytes = batch.reduce((sum, r) => sum + (r.value?.length ?? 0), 0);
        expect(batch.length).toBeGreaterThan(0);
        expect(batch.length).toBeLessThanOrEqual(maxBatchRecords);
        expect(bytes <= maxBatchBytes || batch.length === 1).toBe(true);
      }
    }),
  );
});
