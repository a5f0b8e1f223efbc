/**
 * Owns: the contract of the lanes' keyed state.
 */
import { expect, it } from 'vitest';
import type { Lane, Log, StateWrite } from '../../../shared/ports/log.ts';
import {
  after,
  collect,
  deferred,
  eventually,
  join,
  type LogHarness,
  options,
  out,
  uniqueGroup,
  within,
} from './harness.ts';

interface Limit {
  readonly timeout: number;
}

interface Setting {
  readonly topic: string;
  readonly changelogTopic: string;
  readonly group: string;
}

async function setting(harness: LogHarness, partitions: number): Promise<Setting> {
  const topic = await harness.uniqueTopic(partitions);
  const changelogTopic = await harness.uniqueTopic(partitions, { cleanup: 'compact' });
  return { topic, changelogTopic, group: uniqueGroup() };
}

const put = (key: string, text: string): StateWrite => ({
  kind: 'put',
  key,
  value: Buffer.from(text),
});

/** Feeds one record per step to partition 0; the lane commits the step's writes. */
async function commitSteps(
  harness: LogHarness,
  log: Log,
  { topic, changelogTopic, group }: Setting,
  steps: readonly (readonly StateWrite[])[],
): Promise<void> {
  let done = 0;
  const consumer = await join(
    log,
    { ...options(group, topic, { maxBatchRecords: 1 }), changelogTopic },
    {
      async process(lane, records) {
        const writes = steps[done] ?? [];
        await lane.commit({ outputs: [], writes, nextOffset: after(records) });
        done += 1;
      },
    },
  );
  for (const step of steps.keys()) await log.append([out(topic, `s${step}`, { partition: 0 })]);
  await eventually(
    harness.waitMs,
    async () => done,
    (n) => n === steps.length,
  );
  await consumer.stop();
  await consumer.done;
}

async function scanned(lane: Lane, prefix: string): Promise<(readonly [string, string])[]> {
  const found: (readonly [string, string])[] = [];
  for await (const [key, value] of lane.state.scan(prefix)) found.push([key, value.toString()]);
  return found;
}

/** What a new owner of the partition finds. */
async function restored<T>(
  harness: LogHarness,
  log: Log,
  { topic, changelogTopic, group }: Setting,
  probe: (lane: Lane) => Promise<T>,
): Promise<T> {
  const found = deferred<T>();
  const consumer = await join(
    log,
    { ...options(group, topic), changelogTopic },
    {
      async assigned(lane) {
        if (lane.partition === 0) found.resolve(await probe(lane));
      },
      process: () => Promise.resolve(),
    },
  );
  const value = await within(harness.waitMs, 'the assignment', found.promise);
  await consumer.stop();
  return value;
}

export function stateContract(harness: LogHarness): void {
  const limit = { timeout: harness.waitMs * 4 };
  writeContract(harness, limit);
  restoreContract(harness, limit);
}

function writeContract(harness: LogHarness, limit: Limit): void {
  it('puts, deletes, drops by prefix, reads and scans in byte order', limit, async () => {
    const log = await harness.open();
    const at = await setting(harness, 1);
    await commitSteps(harness, log, at, [
      [put('b/2', 'b2'), put('b/10', 'b10'), put('a', 'A'), put('ü', 'umlaut'), put('𝒳', 'astral')],
      [put('b/2', 'b2 again'), { kind: 'delete', key: 'a' }, put('｡', 'bmp'), put('', 'empty key')],
      [put('c/1', 'x'), put('c/2', 'x'), put('cc', 'stays'), put('c0', 'stays')],
      [{ kind: 'dropPrefix', key: 'c/' }],
    ]);
    const result = await restored(harness, log, at, async (lane) => ({
      many: (await lane.state.getMany(['b/2', 'a', 'none', 'b/10', ''])).map((v) => v?.toString()),
      b: await scanned(lane, 'b/'),
      all: (await scanned(lane, '')).map(([key]) => key),
      none: await scanned(lane, 'c/'),
    }));
    expect(result).toEqual({
      many: ['b2 again', undefined, undefined, 'b10', 'empty key'],
      b: [
        ['b/10', 'b10'],
        ['b/2', 'b2 again'],
      ],
      all: ['', 'b/10', 'b/2', 'c0', 'cc', 'ü', '｡', '𝒳'],
      none: [],
    });
    await log.close();
  });

  it('applies the writes of one commit in their order', limit, async () => {
    const log = await harness.open();
    const at = await setting(harness, 1);
    await commitSteps(harness, log, at, [
      [put('p/old', 'old')],
      [
        put('p/before', 'x'),
        { kind: 'dropPrefix', key: 'p/' },
        put('p/after', 'y'),
        put('q', '1'),
        { kind: 'delete', key: 'q' },
        put('q', '2'),
      ],
    ]);
    expect(await restored(harness, log, at, (lane) => scanned(lane, ''))).toEqual([
      ['p/after', 'y'],
      ['q', '2'],
    ]);
    await log.close();
  });

  it('shows a commit to the next batch of the lane', limit, async () => {
    const log = await harness.open();
    const { topic, changelogTopic, group } = await setting(harness, 1);
    const counts: number[] = [];
    const consumer = await join(
      log,
      { ...options(group, topic, { maxBatchRecords: 1 }), changelogTopic },
      {
        async process(lane, records) {
          const count = Number((await lane.state.getMany(['n']))[0]?.toString() ?? '0') + 1;
          const writes = [put('n', String(count))];
          await lane.commit({ outputs: [], writes, nextOffset: after(records) });
          counts.push(count);
        },
      },
    );
    await log.append([out(topic, 'x'), out(topic, 'x'), out(topic, 'x')]);
    await eventually(
      harness.waitMs,
      async () => counts.length,
      (n) => n === 3,
    );
    expect(counts).toEqual([1, 2, 3]);
    await consumer.stop();
    await log.close();
  });
}

function restoreContract(harness: LogHarness, limit: Limit): void {
  it('has the state after a restart, per partition and group', limit, async () => {
    const log = await harness.open();
    const at = await setting(harness, 2);
    await commitSteps(harness, log, at, [[put('k', 'v1')], [put('k', 'v2'), put('l', 'w')]]);
    await log.close();
    const again = await harness.open();
    const state = await restored(harness, again, at, (lane) => scanned(lane, ''));
    expect(state).toEqual([
      ['k', 'v2'],
      ['l', 'w'],
    ]);
    await again.close();
  });

  it('hands the state to the member that takes the partition over', limit, async () => {
    const clients = [await harness.open(), await harness.open()] as const;
    const at = await setting(harness, 1);
    await commitSteps(harness, clients[0], at, [[put('k', 'v1')], [put('k', 'v2')]]);
    const state = await restored(harness, clients[1], at, (lane) => scanned(lane, 'k'));
    expect(state).toEqual([['k', 'v2']]);
    await Promise.all(clients.map((client) => client.close()));
  });

  if (harness.supports.changelogMirror) mirrorContract(harness, limit);

  it('reads the changelog topic to its end, whatever it holds', limit, async () => {
    const log = await harness.open();
    const at = await setting(harness, 1);
    await commitSteps(harness, log, at, [[put('a', '1')]]);
    const records = await collect(log, at.changelogTopic);
    expect(records.every((r) => r.topic === at.changelogTopic)).toBe(true);
    await log.close();
  });
}

function mirrorContract(harness: LogHarness, limit: Limit): void {
  it('mirrors state in the changelog', limit, async () => {
    const log = await harness.open();
    const at = await setting(harness, 1);
    await commitSteps(harness, log, at, [
      [put('a', '1'), put('b', '2')],
      [{ kind: 'delete', key: 'a' }],
    ]);
    const records = await eventually(
      harness.waitMs,
      () => collect(log, at.changelogTopic),
      (found) => found.length >= 3,
    );
    expect(records.map((r) => [r.key?.toString(), r.value?.toString() ?? null])).toEqual([
      ['a', '1'],
      ['b', '2'],
      ['a', null],
    ]);
    await log.close();
  });
}
