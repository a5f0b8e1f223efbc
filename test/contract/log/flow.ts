/**
 * Owns: the contract of batches and of stopping: limits, one batch per lane, nothing lost on stop.
 */
import { expect, it } from 'vitest';
import type { LogRecord } from '../../../shared/ports/log.ts';
import {
  deferred,
  eventually,
  join,
  type LogHarness,
  numbered,
  options,
  out,
  skip,
  textOf,
  uniqueGroup,
  within,
} from './harness.ts';

interface Limit {
  readonly timeout: number;
}

export function flowContract(harness: LogHarness): void {
  const limit = { timeout: harness.waitMs * 4 };
  batchContract(harness, limit);
  stopContract(harness, limit);
}

function batchContract(harness: LogHarness, limit: Limit): void {
  it('gives at most maxBatchRecords', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    await log.append(numbered(topic, 0, 'a', 100));
    const batches = await batchesOf(
      harness,
      log,
      options(uniqueGroup(), topic, { maxBatchRecords: 8 }),
      100,
    );
    expect(Math.max(...batches.map((b) => b.length))).toBeLessThanOrEqual(8);
    expect(batches.flat().map(textOf)).toEqual(Array.from({ length: 100 }, (_, i) => `a${i}`));
    await log.close();
  });

  it('gives about maxBatchBytes, and a larger record alone', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1, { maxMessageBytes: 1_048_576 });
    const sizes = [400, 400, 400, 50_000, 400, 400, 50_000, 50_000, 400, 900, 900];
    await log.append(sizes.map((size) => out(topic, 'x'.repeat(size))));
    const limits = options(uniqueGroup(), topic, { maxBatchBytes: 1000 });
    const batches = await batchesOf(harness, log, limits, sizes.length);
    const shapes = batches.map((batch) => batch.map((r) => r.value?.length ?? 0));
    expect(shapes.flat()).toEqual(sizes);
    for (const shape of shapes) {
      const bytes = shape.reduce((sum, size) => sum + size, 0);
      expect(bytes <= 1000 || shape.length === 1, `batch of ${shape.join(' + ')}`).toBe(true);
    }
    await log.close();
  });

  it('gives a lane one batch at a time, and lanes in parallel', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(3);
    for (const p of [0, 1, 2]) await log.append(numbered(topic, p, 'a', 30));
    const release = deferred();
    const busy = new Map<number, number>();
    let [most, done] = [0, 0];
    const limits = options(uniqueGroup(), topic, { maxBatchRecords: 10 });
    const consumer = await join(log, limits, {
      async process(lane, records) {
        busy.set(lane.partition, (busy.get(lane.partition) ?? 0) + 1);
        most = Math.max(most, ...busy.values());
        await release.promise;
        await skip(lane, records);
        busy.set(lane.partition, (busy.get(lane.partition) ?? 0) - 1);
        done += records.length;
      },
    });
    await eventually(
      harness.waitMs,
      async () => busy.size,
      (n) => n === 3,
    );
    await log.append(numbered(topic, 0, 'more', 30));
    expect([...busy.values()]).toEqual([1, 1, 1]);
    release.resolve();
    await eventually(
      harness.waitMs,
      async () => done,
      (n) => n === 120,
    );
    expect(most).toBe(1);
    await consumer.stop();
    await log.close();
  });
}

async function batchesOf(
  harness: LogHarness,
  log: Awaited<ReturnType<LogHarness['open']>>,
  limits: ReturnType<typeof options>,
  count: number,
): Promise<(readonly LogRecord[])[]> {
  const batches: (readonly LogRecord[])[] = [];
  const consumer = await join(log, limits, {
    async process(lane, records) {
      batches.push(records);
      await skip(lane, records);
    },
  });
  await eventually(
    harness.waitMs,
    async () => batches.flat().length,
    (n) => n >= count,
  );
  await consumer.stop();
  return batches;
}

function stopContract(harness: LogHarness, limit: Limit): void {
  it('finishes and commits the batch in hand, and takes no other', limit, async () => {
    const log = await harness.open();
    const [topic, group] = [await harness.uniqueTopic(1), uniqueGroup()];
    await log.append(numbered(topic, 0, 'a', 30));
    const [entered, release] = [deferred<readonly LogRecord[]>(), deferred()];
    let calls = 0;
    const consumer = await join(log, options(group, topic, { maxBatchRecords: 10 }), {
      async process(lane, records) {
        calls += 1;
        entered.resolve(records);
        await release.promise;
        expect(lane.signal.aborted).toBe(false);
        await skip(lane, records);
      },
    });
    const batch = await within(harness.waitMs, 'the first batch', entered.promise);
    const stopped = consumer.stop();
    release.resolve();
    await within(harness.waitMs, 'stop', stopped);
    await within(harness.waitMs, 'done', consumer.done);
    expect(calls).toBe(1);
    expect((await log.positions(group, topic))[0]?.committed).toBe(BigInt(batch.length));
    await log.close();
  });

  it('stops while it waits, and more than once', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(2);
    const consumer = await join(log, options(uniqueGroup(), topic), { process: skip });
    await within(harness.waitMs, 'stop', Promise.all([consumer.stop(), consumer.stop()]));
    await within(harness.waitMs, 'done', consumer.done);
    await consumer.stop();
    await within(harness.waitMs, 'close', log.close());
  });

  it('close ends the consumers that are left', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    const consumer = await join(log, options(uniqueGroup(), topic), { process: skip });
    await within(harness.waitMs, 'close', log.close());
    await within(harness.waitMs, 'done', consumer.done);
  });
}
