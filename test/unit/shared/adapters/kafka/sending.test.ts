import fc from 'fast-check';
import { type Message, Partitioners, type RecordMetadata } from 'kafkajs';
import { describe, expect, it } from 'vitest';
import { partitioner, portionsOf, sendAll } from '../../../../../shared/adapters/kafka/sending.ts';
import { FatalError, TransientError } from '../../../../../shared/errors/fault.ts';
import type { OutRecord } from '../../../../../shared/ports/log.ts';

const record = (rest: Partial<OutRecord> = {}): OutRecord => ({
  topic: 't',
  key: null,
  value: Buffer.from('v'),
  timestampMs: 1,
  ...rest,
});

function metadata(count: number) {
  return Array.from({ length: count }, (_, partitionId) => ({
    partitionId,
    partitionErrorCode: 0,
    leader: 1,
    replicas: [1],
    isr: [1],
  }));
}

describe('partitioner', () => {
  it('agrees with the one of kafkajs on every key', () => {
    const [ours, theirs] = [partitioner(), Partitioners.DefaultPartitioner()];
    const bytes = fc.uint8Array({ maxLength: 70 }).map((b) => Buffer.from(b));
    fc.assert(
      fc.property(bytes, fc.integer({ min: 1, max: 64 }), (key, count) => {
        const args = () => ({
          topic: 't',
          partitionMetadata: metadata(count),
          message: { key, value: '' },
        });
        expect(ours(args())).toBe(theirs(args()));
      }),
    );
  });

  it('keeps its choice in the message, so that a repeat goes to the same place', () => {
    const message: Message = { key: null, value: 'v' };
    const choose = partitioner();
    const args = { topic: 't', partitionMetadata: metadata(16), message };
    const first = choose(args);
    expect([choose(args), choose(args), choose(args)]).toEqual([first, first, first]);
  });

  it('refuses a partition that does not exist', () => {
    const message: Message = { value: 'v', partition: 4 };
    const args = { topic: 't', partitionMetadata: metadata(2), message };
    expect(() => partitioner()(args)).toThrow(FatalError);
  });
});

describe('portions', () => {
  it('stay below a mebibyte, keep the order, and lose nothing', () => {
    const sizes = fc.array(fc.integer({ min: 0, max: 700_000 }), { maxLength: 12 });
    fc.assert(
      fc.property(sizes, (all) => {
        const records = all.map((size) => record({ value: Buffer.alloc(size) }));
        const portions = [...portionsOf(records)];
        expect(portions.flat()).toEqual(records);
        for (const portion of portions) {
          const bytes = portion.reduce((sum, r) => sum + (r.value?.length ?? 0), 0);
          expect(portion.length === 1 || bytes < 1_048_576).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  it('hold a large record alone, and count headers', () => {
    const large = record({ value: Buffer.alloc(2_000_000) });
    expect([...portionsOf([record(), large, record()])].map((p) => p.length)).toEqual([1, 1, 1]);
    const headers = { h: 'x'.repeat(500_000) };
    const records = [record({ headers }), record({ headers })];
    expect([...portionsOf(records)]).toHaveLength(2);
  });
});

describe('acknowledgements', () => {
  const sender = (answer: () => Partial<RecordMetadata>[]) => ({
    sendBatch: async () => answer() as RecordMetadata[],
  });

  it('tells the offset after the last record of each partition', async () => {
    const records = [record({ partition: 0 }), record({ partition: 1 }), record({ partition: 0 })];
    const ends = await sendAll(
      sender(() => [
        { topicName: 't', partition: 0, errorCode: 0, baseOffset: '40' },
        { topicName: 't', partition: 1, errorCode: 0, baseOffset: '7' },
      ]),
      records,
    );
    expect([...ends]).toEqual([
      ['t/0', 42n],
      ['t/1', 8n],
    ]);
  });

  it('misses a partition that is not in the answer', async () => {
    const records = [record({ partition: 0 }), record({ partition: 1 })];
    const only = sender(() => [{ topicName: 't', partition: 0, errorCode: 0, baseOffset: '0' }]);
    await expect(sendAll(only, records)).rejects.toBeInstanceOf(TransientError);
  });
});
