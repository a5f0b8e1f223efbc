import { describe, expect, it } from 'vitest';
import {
  decodeProduced,
  encodeProduce,
} from '../../../../../shared/adapters/kafka/produce-request.ts';
import type { BatchRecord } from '../../../../../shared/adapters/kafka/record-batch.ts';

const record: BatchRecord = { key: null, value: Buffer.from('v'), headers: [], timestampMs: 5 };

function topic(name: string, ...partitions: Buffer[]): Buffer {
  const count = Buffer.alloc(4);
  count.writeInt32BE(partitions.length);
  const length = Buffer.alloc(2);
  length.writeInt16BE(name.length);
  return Buffer.concat([length, Buffer.from(name), count, ...partitions]);
}

function answer(partition: number, errorCode: number, baseOffset: bigint): Buffer {
  const bytes = Buffer.alloc(30, 0xff);
  bytes.writeInt32BE(partition, 0);
  bytes.writeInt16BE(errorCode, 4);
  bytes.writeBigInt64BE(baseOffset, 6);
  return bytes;
}

describe('a produce request', () => {
  it('names topics and partitions, with the size of each batch', () => {
    const partitions = [
      { partition: 3, records: [record] },
      { partition: 1, records: [record, record] },
    ];
    const { bytes, parts } = encodeProduce([{ topic: 'täg', partitions }], {
      acks: -1,
      timeout: 9000,
    });
    const whole = Buffer.concat(parts);
    expect(whole.length).toBe(bytes);
    // No transactional id, acks of all, the time-out, one topic of four bytes, two partitions.
    expect(whole.subarray(0, 22).toString('hex')).toBe(
      `ffff${'ffff'}${'00002328'}${'00000001'}${'0004'}${Buffer.from('täg').toString('hex')}${'00000002'}`,
    );
    expect(whole.readInt32BE(22)).toBe(3);
    const size = whole.readInt32BE(26);
    expect(whole.readInt32BE(30 + size)).toBe(1);
    expect(30 + size + 8 + whole.readInt32BE(34 + size)).toBe(bytes);
  });
});

describe('the answer', () => {
  it('is read for all topics and partitions', () => {
    const payload = Buffer.concat([
      Buffer.from([0, 0, 0, 2]),
      topic('a', answer(0, 0, 12n), answer(7, 6, -1n)),
      topic('bb', answer(1, 0, 2n ** 40n)),
      Buffer.from([0, 0, 1, 0]),
    ]);
    expect(decodeProduced(payload)).toEqual({
      partitions: [
        { topic: 'a', partition: 0, errorCode: 0, baseOffset: 12n },
        { topic: 'a', partition: 7, errorCode: 6, baseOffset: -1n },
        { topic: 'bb', partition: 1, errorCode: 0, baseOffset: 2n ** 40n },
      ],
      clientSideThrottleTime: 256,
    });
    expect(() => decodeProduced(payload.subarray(0, -1))).toThrow(RangeError);
  });
});
