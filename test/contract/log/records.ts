/**
 * Owns: the contract of append: partitions, order, round trip of every field, durability.
 */
import { expect, it } from 'vitest';
import { partitionOfKey } from '../../../shared/domain/murmur2.ts';
import { collect, type LogHarness, numbered, out, texts, textsByPartition } from './harness.ts';

export function recordContract(harness: LogHarness): void {
  const limit = { timeout: harness.waitMs * 3 };
  layoutContract(harness, limit);
  contentContract(harness, limit);
  closeContract(harness, limit);
}

interface Limit {
  readonly timeout: number;
}

function layoutContract(harness: LogHarness, limit: Limit): void {
  it('puts a key where murmur2 says, and keeps order per key', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(5);
    const keys = ['', 'a', 'ab', 'pod-7f', 'Zürich', 'x'.repeat(300)];
    for (let round = 0; round < 4; round += 1) {
      await log.append(keys.map((key) => out(topic, `${key}#${round}`, { key: Buffer.from(key) })));
    }
    const records = await collect(log, topic);
    expect(records).toHaveLength(keys.length * 4);
    for (const key of keys) {
      const mine = records.filter((r) => r.key?.toString() === key);
      expect(mine.map((r) => r.value?.toString())).toEqual([0, 1, 2, 3].map((n) => `${key}#${n}`));
      const wanted = partitionOfKey(Buffer.from(key), 5);
      expect(new Set(mine.map((r) => r.partition))).toEqual(new Set([wanted]));
    }
    await log.close();
  });

  it('honours a given partition and keeps order per partition', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(3);
    const key = Buffer.from('same key');
    const records = [0, 1, 2].flatMap((p) => numbered(topic, p, `p${p}-`, 50));
    await log.append(records.map((r) => ({ ...r, key })));
    const found = await textsByPartition(log, topic);
    for (const p of [0, 1, 2]) {
      expect(found.get(p)).toEqual(Array.from({ length: 50 }, (_, i) => `p${p}-${i}`));
    }
    const offsets = (await collect(log, topic)).filter((r) => r.partition === 1);
    for (const [i, record] of offsets.entries()) {
      expect(i === 0 || record.offset > (offsets[i - 1]?.offset ?? 0n)).toBe(true);
    }
    await log.close();
  });

  it('keeps each caller in order under concurrent appends, all once', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(2);
    const callers = Array.from({ length: 20 }, async (_, caller) => {
      for (let n = 0; n < 5; n += 1) {
        await log.append([out(topic, `${caller}:${n}`, { partition: caller % 2 })]);
      }
    });
    await Promise.all(callers);
    const found = await texts(log, topic);
    expect(new Set(found).size).toBe(100);
    expect(found).toHaveLength(100);
    for (let caller = 0; caller < 20; caller += 1) {
      const mine = found.filter((text) => text.startsWith(`${caller}:`));
      expect(mine).toEqual([0, 1, 2, 3, 4].map((n) => `${caller}:${n}`));
    }
    await log.close();
  });
}

function contentContract(harness: LogHarness, limit: Limit): void {
  it('joins a value that is given in pieces, small and large', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    const pieces = [1, 5000, 0, 3, 9000].map((bytes, n) => Buffer.alloc(bytes, `${n}`));
    await log.append([{ ...out(topic, ''), value: pieces }, out(topic, 'after')]);
    const [whole, after] = await collect(log, topic);
    expect(whole?.value?.equals(Buffer.concat(pieces))).toBe(true);
    expect(after?.value?.toString()).toBe('after');
    await log.close();
  });

  it('gives back every field as it was', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    const bytes = Buffer.from(Array.from({ length: 256 }, (_, i) => i));
    const sent = [
      { key: null, value: null, headers: {}, timestampMs: 1_700_000_000_001 },
      { key: Buffer.alloc(0), value: Buffer.alloc(0), headers: {}, timestampMs: 1 },
      { key: bytes, value: bytes, headers: { a: '', ü: 'ö€😀' }, timestampMs: 1_763_000_000_000 },
      { key: null, value: bytes, headers: { long: 'x'.repeat(70_000) }, timestampMs: 2 },
    ];
    await log.append(sent.map((s) => ({ topic, partition: 0, ...s })));
    await log.append([{ topic, partition: 0, key: null, value: null, timestampMs: 9 }]);
    const found = await collect(log, topic);
    const fields = found.map(({ key, value, headers, timestampMs }) => ({
      key,
      value,
      headers,
      timestampMs,
    }));
    expect(fields).toEqual([...sent, { key: null, value: null, headers: {}, timestampMs: 9 }]);
    await log.close();
  });

  it('spreads records without a key and loses none', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(4);
    await log.append(Array.from({ length: 60 }, (_, i) => out(topic, `n${i}`)));
    expect(new Set(await texts(log, topic)).size).toBe(60);
    await log.close();
  });

  it('carries values of 32 MiB', { timeout: harness.waitMs * 4 }, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1, { maxMessageBytes: 37_748_736 });
    const value = Buffer.alloc(32 * 1024 * 1024, 'podwitness');
    value.writeUInt32BE(0xdeadbeef, 12_345_678);
    await log.append([{ topic, key: Buffer.from('big'), value, timestampMs: 5 }]);
    await log.append([out(topic, 'small')]);
    const [big, small] = await collect(log, topic);
    expect(big?.value?.equals(value)).toBe(true);
    expect(small?.value?.toString()).toBe('small');
    await log.close();
  });

  if (harness.supports.refusesLargeRecords) sizeContract(harness, limit);
}

function sizeContract(harness: LogHarness, limit: Limit): void {
  it('refuses what the topic does not take', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1, { maxMessageBytes: 10_000 });
    const large = out(topic, 'y'.repeat(20_000));
    await expect(log.append([large])).rejects.toMatchObject({ code: 'item_too_large' });
    await log.append([out(topic, 'fits')]);
    expect(await texts(log, topic)).toEqual(['fits']);
    await log.close();
  });
}

function closeContract(harness: LogHarness, limit: Limit): void {
  it('takes an empty append', limit, async () => {
    const log = await harness.open();
    await expect(log.append([])).resolves.toBeUndefined();
    await log.close();
  });

  it(
    'has after close and open what it acknowledged, also from appends in flight',
    limit,
    async () => {
      const log = await harness.open();
      const topic = await harness.uniqueTopic(2);
      await log.append(numbered(topic, 0, 'a', 10));
      const inFlight = Array.from({ length: 8 }, (_, i) =>
        log.append([out(topic, `f${i}`, { partition: 1 })]).then(
          () => `f${i}`,
          () => undefined,
        ),
      );
      await log.close();
      const acknowledged = (await Promise.all(inFlight)).filter((text) => text !== undefined);
      const again = await harness.open();
      const found = await textsByPartition(again, topic);
      expect(found.get(0)).toEqual(Array.from({ length: 10 }, (_, i) => `a${i}`));
      expect(found.get(1) ?? []).toEqual(expect.arrayContaining(acknowledged));
      await again.append([out(topic, 'later', { partition: 0 })]);
      expect((await textsByPartition(again, topic)).get(0)?.at(-1)).toBe('later');
      await again.close();
    },
  );

  it('refuses to append once closed', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    await log.close();
    await expect(log.append([out(topic, 'x')])).rejects.toThrow();
    await log.close();
  });
}
