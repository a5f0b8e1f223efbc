/**
 * Owns: the contract of read(): where it starts, when it ends, how it follows.
 */
import { expect, it } from 'vitest';
import type { Log, LogRecord, ReadOptions } from '../../../shared/ports/log.ts';
import {
  collect,
  copyTo,
  deferred,
  eventually,
  join,
  type LogHarness,
  numbered,
  options,
  out,
  textOf,
  uniqueGroup,
  within,
} from './harness.ts';

export function readContract(harness: LogHarness): void {
  const limit = { timeout: harness.waitMs * 3 };
  boundedReads(harness, limit);
  followingReads(harness, limit);
  catchingUp(harness, limit);
}

interface Limit {
  readonly timeout: number;
}

function reading(log: Log, topic: string, rest: Partial<ReadOptions> = {}) {
  const controller = new AbortController();
  const { signal } = controller;
  const records = log.read({ topic, from: 'beginning', untilEnd: false, signal, ...rest });
  return { iterator: records[Symbol.asyncIterator](), abort: () => controller.abort() };
}

async function all(log: Log, topic: string, from: ReadOptions['from']): Promise<string[]> {
  const { signal } = new AbortController();
  const found: string[] = [];
  for await (const r of log.read({ topic, from, untilEnd: true, signal })) found.push(textOf(r));
  return found;
}

function boundedReads(harness: LogHarness, limit: Limit): void {
  it('ends at once on an empty topic', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(3);
    expect(await collect(log, topic)).toEqual([]);
    await log.append([out(topic, 'x')]);
    expect(await all(log, topic, 'end')).toEqual([]);
    await log.close();
  });

  it('starts at a time: the first record of each partition that is as late', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(2);
    const base = 1_760_000_000_000;
    for (const partition of [0, 1]) {
      for (let minute = 0; minute < 6; minute += 1) {
        const timestampMs = base + minute * 60_000;
        await log.append([out(topic, `${partition}@${minute}`, { partition, timestampMs })]);
      }
    }
    const late = await all(log, topic, base + 4 * 60_000 - 1);
    expect([...late].sort()).toEqual(['0@4', '0@5', '1@4', '1@5']);
    expect(await all(log, topic, base + 5 * 60_000 + 1)).toEqual([]);
    expect(await all(log, topic, 0)).toHaveLength(12);
    await log.close();
  });

  it('reads large records of all partitions, however little one answer holds', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(3);
    const padding = 'x'.repeat(900_000);
    for (let n = 0; n < 12; n += 1) {
      await log.append([out(topic, `${n} ${padding}`, { partition: n % 3 })]);
    }
    const found = (await all(log, topic, 'beginning')).map((text) => Number.parseInt(text, 10));
    expect(found.sort((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, n) => n));
    await log.close();
  });

  it('stops at what was the end when it was called', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    await log.append(numbered(topic, 0, 'a', 300));
    const { iterator } = reading(log, topic, { untilEnd: true });
    const first = await within(harness.waitMs, 'the first record', iterator.next());
    await log.append(numbered(topic, 0, 'late', 10));
    const found = [first.value as LogRecord];
    for (;;) {
      const next = await within(harness.waitMs, 'a record or the end', iterator.next());
      if (next.done === true) break;
      found.push(next.value);
    }
    expect(found.map(textOf)).toEqual(Array.from({ length: 300 }, (_, i) => `a${i}`));
    await log.close();
  });

  it('names a missing topic', limit, async () => {
    const log = await harness.open();
    await expect(collect(log, 'no-such-topic')).rejects.toMatchObject({ code: 'missing_topic' });
    await log.close();
  });
}

function followingReads(harness: LogHarness, limit: Limit): void {
  it('follows what is appended later', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    await log.append([out(topic, 'old')]);
    const { iterator, abort } = reading(log, topic);
    const first = await within(harness.waitMs, 'the old record', iterator.next());
    const waiting = iterator.next();
    await log.append([out(topic, 'new')]);
    const second = await within(harness.waitMs, 'the new record', waiting);
    expect([first.value, second.value].map((r) => textOf(r as LogRecord))).toEqual(['old', 'new']);
    abort();
    await log.close();
  });

  it('starts at the end: nothing older is given', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    await log.append(numbered(topic, 0, 'old', 20));
    const { iterator, abort } = reading(log, topic, { from: 'end' });
    let first: IteratorResult<LogRecord> | undefined;
    const waiting = iterator.next().then((result) => {
      first = result;
    });
    // The reader may take a while to find the end, so records come until it sees one.
    const sent = async () => log.append([out(topic, 'new')]);
    await eventually(harness.waitMs, sent, () => first !== undefined);
    await waiting;
    expect(textOf(first?.value as LogRecord)).toBe('new');
    abort();
    await log.close();
  });

  it('ends quietly on abort, also while it waits', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(2);
    await log.append([out(topic, 'x', { partition: 0 })]);
    const { iterator, abort } = reading(log, topic);
    await within(harness.waitMs, 'the record', iterator.next());
    const waiting = iterator.next();
    abort();
    expect((await within(harness.waitMs, 'the end', waiting)).done).toBe(true);
    const aborted = AbortSignal.abort();
    const never = log.read({ topic, from: 'beginning', untilEnd: false, signal: aborted });
    const next = never[Symbol.asyncIterator]().next();
    expect((await within(harness.waitMs, 'the end', next)).done).toBe(true);
    await log.close();
  });

  it('can be left in the middle', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    await log.append(numbered(topic, 0, 'a', 50));
    const { signal } = new AbortController();
    for await (const r of log.read({ topic, from: 'beginning', untilEnd: false, signal })) {
      if (textOf(r) === 'a3') break;
    }
    await within(harness.waitMs, 'close', log.close());
  });
}

/** A reader that keeps a table of the whole topic: told once when it has what was there. */
function catchingUp(harness: LogHarness, limit: Limit): void {
  it('tells when all that was there has been taken, and goes on', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(3);
    for (const partition of [0, 1]) await log.append(numbered(topic, partition, 'old', 40));
    const taken: string[] = [];
    const told: number[] = [];
    const onCaughtUp = () => void told.push(taken.length);
    const { iterator, abort } = reading(log, topic, { onCaughtUp });
    const following = (async () => {
      for (;;) {
        const next = await iterator.next();
        if (next.done === true) return;
        taken.push(textOf(next.value));
      }
    })();
    await eventually(
      harness.waitMs,
      () => Promise.resolve(told.length),
      (n) => n > 0,
    );
    expect(told[0]).toBeGreaterThanOrEqual(80);
    await log.append([out(topic, 'new', { partition: 2 })]);
    await eventually(
      harness.waitMs,
      () => Promise.resolve(taken),
      (all) => all.includes('new'),
    );
    expect(told).toHaveLength(1);
    abort();
    await within(harness.waitMs, 'the end', following);
    await log.close();
  });

  it('tells so at once of an empty topic', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(2);
    const told = deferred();
    const { iterator, abort } = reading(log, topic, { onCaughtUp: () => told.resolve() });
    const waiting = iterator.next();
    await within(harness.waitMs, 'word of the end', told.promise);
    abort();
    expect((await within(harness.waitMs, 'the end', waiting)).done).toBe(true);
    await log.close();
  });

  it('reaches the end behind the marks that transactions leave', limit, async () => {
    const log = await harness.open();
    const [input, topic] = [await harness.uniqueTopic(1), await harness.uniqueTopic(1)];
    await log.append(numbered(input, 0, 'a', 3));
    const consumer = await join(log, options(uniqueGroup(), input), copyTo(topic));
    await eventually(
      harness.waitMs,
      () => collect(log, topic),
      (records) => records.length === 3,
    );
    await consumer.stop();
    const told = deferred();
    const { iterator, abort } = reading(log, topic, { onCaughtUp: () => told.resolve() });
    for (let n = 0; n < 3; n += 1) await within(harness.waitMs, 'a record', iterator.next());
    const waiting = iterator.next();
    await within(harness.waitMs, 'word of the end', told.promise);
    abort();
    await waiting;
    await log.close();
  });
}
