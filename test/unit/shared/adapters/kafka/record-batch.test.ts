import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  type BatchRecord,
  recordBatch,
} from '../../../../../shared/adapters/kafka/record-batch.ts';
import { joined } from '../../../../../shared/domain/bytes.ts';

/** A reader by the letter of the format, to check the writer with. */
class Cursor {
  at = 0;
  readonly bytes: Buffer;
  constructor(bytes: Buffer) {
    this.bytes = bytes;
  }
  take(length: number): Buffer {
    if (this.at + length > this.bytes.length) throw new Error('cut short');
    this.at += length;
    return this.bytes.subarray(this.at - length, this.at);
  }
  varint(): number {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = BigInt(this.take(1).readUInt8());
      value |= (byte & 0x7fn) << shift;
      if (byte < 0x80n) return Number((value >> 1n) ^ -(value & 1n));
    }
  }
  sized(): Buffer | null {
    const length = this.varint();
    return length < 0 ? null : this.take(length);
  }
}

/** CRC-32C bit by bit. */
function crcOf(bytes: Buffer): number {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0x82f63b78 : crc >>> 1;
  }
  return (crc ^ 0xffffffff) >>> 0;
}

function read(batch: Buffer) {
  const cursor = new Cursor(batch);
  const baseOffset = cursor.take(8).readBigInt64BE();
  const length = cursor.take(4).readInt32BE();
  const [epoch, magic] = [cursor.take(4).readInt32BE(), cursor.take(1).readInt8()];
  const crc = cursor.take(4).readUInt32BE();
  const checked = batch.subarray(cursor.at);
  const attributes = cursor.take(2).readInt16BE();
  const lastDelta = cursor.take(4).readInt32BE();
  const [baseMs, latestMs] = [cursor.take(8).readBigInt64BE(), cursor.take(8).readBigInt64BE()];
  const producer = [cursor.take(8).readBigInt64BE(), cursor.take(2).readInt16BE()];
  const sequence = cursor.take(4).readInt32BE();
  const records = Array.from({ length: cursor.take(4).readInt32BE() }, (_, index) => {
    const bytes = cursor.varint();
    const start = cursor.at;
    expect(cursor.take(1).readInt8()).toBe(0);
    const timestampMs = Number(baseMs) + cursor.varint();
    expect(cursor.varint()).toBe(index);
    const [key, value] = [cursor.sized(), cursor.sized()];
    const headers = Array.from({ length: cursor.varint() }, () => [cursor.sized(), cursor.sized()]);
    expect(cursor.at - start).toBe(bytes);
    return { key, value, headers, timestampMs };
  });
  expect(cursor.at).toBe(batch.length);
  expect(length).toBe(batch.length - 12);
  expect(crc).toBe(crcOf(checked));
  const fixed = { baseOffset, epoch, magic, attributes, lastDelta, producer, sequence };
  return { ...fixed, latestMs: Number(latestMs), records };
}

/** Comparing large buffers byte by byte would take the test's time. */
function asText<T extends { value: Buffer | null }>(record: T) {
  return { ...record, value: record.value?.toString('latin1') };
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((b) => Buffer.from(b));
const value = fc.oneof(
  bytes(40),
  fc.integer({ min: 4000, max: 9000 }).map((size) => Buffer.alloc(size, 'v')),
  fc.array(
    fc.oneof(
      bytes(20),
      fc.integer({ min: 4090, max: 4100 }).map((size) => Buffer.alloc(size, 'p')),
    ),
    { maxLength: 4 },
  ),
);
const record: fc.Arbitrary<BatchRecord> = fc.record({
  key: fc.option(bytes(70)),
  value: fc.option(value),
  headers: fc.array(fc.tuple(bytes(20), bytes(200)), { maxLength: 3 }),
  timestampMs: fc.integer({ min: -1, max: 2 ** 51 }),
});

describe('a record batch', () => {
  it('says what its records are, in their order, in whatever pieces they came', () => {
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 70 }), (records) => {
        const { bytes: size, parts } = recordBatch(records);
        const whole = Buffer.concat(parts);
        expect(size).toBe(whole.length);
        const found = read(whole);
        expect(found.records.map(asText)).toEqual(
          records.map((each) =>
            asText({ ...each, value: each.value === null ? null : joined(each.value) }),
          ),
        );
        expect(found).toMatchObject({
          ...{ baseOffset: 0n, epoch: -1, magic: 2, attributes: 0, producer: [-1n, -1] },
          ...{ sequence: -1, lastDelta: records.length - 1 },
          latestMs: Math.max(...records.map((each) => each.timestampMs)),
        });
      }),
      { numRuns: 60 },
    );
  });

  it('says whose transaction it belongs to', () => {
    const records = [{ key: null, value: Buffer.from('v'), headers: [], timestampMs: 0 }];
    const producer = { id: 2n ** 40n, epoch: 7, sequence: 2 ** 31 - 1 };
    const { parts } = recordBatch(records, producer);
    expect(read(Buffer.concat(parts))).toMatchObject({
      ...{ attributes: 0x10, producer: [producer.id, 7], sequence: producer.sequence },
    });
  });

  it('hands on a large value as it is, and copies small ones', () => {
    const [large, small] = [Buffer.alloc(100_000), Buffer.alloc(100)];
    const plain = { key: null, headers: [], timestampMs: 0 };
    const { parts } = recordBatch([
      { ...plain, value: small },
      { ...plain, value: [small, large] },
    ]);
    expect(parts).toContain(large);
    expect(parts).toHaveLength(3);
  });
});
