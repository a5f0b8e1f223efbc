/**
 * Owns: the contract of consumer groups: who owns a partition, where a group goes on.
 */
import { expect, it } from 'vitest';
import type { Lane, LaneHandler, Log } from '../../../shared/ports/log.ts';
import {
  copyTo,
  eventually,
  join,
  type LogHarness,
  numbered,
  options,
  out,
  skip,
  textOf,
  texts,
  textsByPartition,
  uniqueGroup,
} from './harness.ts';

export function groupContract(harness: LogHarness): void {
  const limit = { timeout: harness.waitMs * 4 };
  offsetContract(harness, limit);
  sharingContract(harness, limit);
}

interface Limit {
  readonly timeout: number;
}

/** A handler that notes what it was given and commits it. */
function noting(seen: string[]): LaneHandler {
  return {
    async process(lane, records) {
      seen.push(...records.map(textOf));
      await skip(lane, records);
    },
  };
}

function offsetContract(harness: LogHarness, limit: Limit): void {
  it('starts a new group at the beginning and goes on where it stopped', limit, async () => {
    const log = await harness.open();
    const [topic, group] = [await harness.uniqueTopic(1), uniqueGroup()];
    await log.append(numbered(topic, 0, 'a', 5));
    const [first, second]: [string[], string[]] = [[], []];
    const one = await join(log, options(group, topic), noting(first));
    await eventually(
      harness.waitMs,
      async () => first.length,
      (n) => n === 5,
    );
    await one.stop();
    await one.done;
    await log.append(numbered(topic, 0, 'b', 3));
    const two = await join(log, options(group, topic), noting(second));
    await eventually(
      harness.waitMs,
      async () => second.length,
      (n) => n >= 3,
    );
    await two.stop();
    expect([first, second]).toEqual([
      ['a0', 'a1', 'a2', 'a3', 'a4'],
      ['b0', 'b1', 'b2'],
    ]);
    await log.close();
  });

  it('keeps groups apart, and their offsets over a restart', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(2);
    const [one, two] = [uniqueGroup(), uniqueGroup()];
    await log.append([...numbered(topic, 0, 'a', 4), ...numbered(topic, 1, 'b', 2)]);
    const seen: string[] = [];
    const consumer = await join(log, options(one, topic), noting(seen));
    await eventually(
      harness.waitMs,
      async () => seen.length,
      (n) => n === 6,
    );
    await consumer.stop();
    await log.close();
    const again = await harness.open();
    const committed = async (group: string) =>
      (await again.positions(group, topic)).map((p) => [p.partition, p.committed]);
    expect(await committed(one)).toEqual([
      [0, 4n],
      [1, 2n],
    ]);
    expect(await committed(two)).toEqual([
      [0, 0n],
      [1, 0n],
    ]);
    const ends = (await again.positions(two, topic)).map((p) => p.end);
    expect(ends.map((end, i) => end >= [4n, 2n][i]!)).toEqual([true, true]);
    await again.close();
  });

  it('delivers to a waiting consumer what is appended later', limit, async () => {
    const log = await harness.open();
    const [topic, group] = [await harness.uniqueTopic(3), uniqueGroup()];
    const seen: string[] = [];
    const consumer = await join(log, options(group, topic), noting(seen));
    for (const partition of [0, 1, 2])
      await log.append([out(topic, `n${partition}`, { partition })]);
    await eventually(
      harness.waitMs,
      async () => seen.length,
      (n) => n === 3,
    );
    await consumer.stop();
    await log.close();
  });

  it('names a missing topic', limit, async () => {
    const log = await harness.open();
    const joined = log.consume(options(uniqueGroup(), 'no-such-topic'), noting([]));
    await expect(joined).rejects.toMatchObject({ code: 'missing_topic' });
    await log.close();
  });
}

/** Which member has which partition now, by the lanes that were assigned and not aborted. */
function ownership(owners: Map<number, Lane[]>): LaneHandler {
  return {
    async assigned(lane) {
      owners.set(lane.partition, [...(owners.get(lane.partition) ?? []), lane]);
    },
    process: skip,
  };
}

function owned(owners: Map<number, Lane[]>): number[] {
  const live = [...owners].filter(([, lanes]) => lanes.some((lane) => !lane.signal.aborted));
  return live.map(([partition]) => partition).sort();
}

function sharingContract(harness: LogHarness, limit: Limit): void {
  it('shares partitions, each owned by one member, and takes over on leave', limit, async () => {
    const [first, second] = [await harness.open(), await harness.open()];
    const [topic, group] = [await harness.uniqueTopic(4), uniqueGroup()];
    const [a, b] = [new Map<number, Lane[]>(), new Map<number, Lane[]>()];
    const one = await join(first, options(group, topic), ownership(a));
    await eventually(
      harness.waitMs,
      async () => owned(a),
      (p) => p.length === 4,
    );
    const two = await join(second, options(group, topic), ownership(b));
    const both = await eventually(
      harness.waitMs,
      async () => [owned(a), owned(b)] as const,
      ([x, y]) => x.length === 2 && y.length === 2,
    );
    expect([...both[0], ...both[1]].sort()).toEqual([0, 1, 2, 3]);
    await one.stop();
    expect(owned(a)).toEqual([]);
    await eventually(
      harness.waitMs,
      async () => owned(b),
      (p) => p.length === 4,
    );
    await two.stop();
    expect(owned(b)).toEqual([]);
    await Promise.all([first.close(), second.close()]);
  });

  it('loses nothing and commits nothing twice while members come and go', limit, async () => {
    const clients = [await harness.open(), await harness.open()] as const;
    const [topic, copies] = [await harness.uniqueTopic(4), await harness.uniqueTopic(4)];
    const group = uniqueGroup();
    const limits = options(group, topic, { maxBatchRecords: 7 });
    const one = await join(clients[0], limits, copyTo(copies));
    await appendRound(clients[0], topic, 0);
    const two = await join(clients[1], limits, copyTo(copies));
    await appendRound(clients[0], topic, 1);
    await one.stop();
    await appendRound(clients[1], topic, 2);
    const three = await join(clients[0], limits, copyTo(copies));
    await appendRound(clients[0], topic, 3);
    const count = async () => (await texts(clients[0], copies)).length;
    await eventually(harness.waitMs, count, (n) => n >= 4 * 4 * 25);
    await Promise.all([two.stop(), three.stop()]);
    const found = await textsByPartition(clients[0], copies);
    expect(found).toEqual(await textsByPartition(clients[0], topic));
    await Promise.all(clients.map((client) => client.close()));
  });
}

async function appendRound(log: Log, topic: string, round: number): Promise<void> {
  for (const p of [0, 1, 2, 3]) await log.append(numbered(topic, p, `r${round}-p${p}-`, 25));
}
