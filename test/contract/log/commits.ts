/**
 * Owns: the contract of Lane.commit: outputs, state and offset together or not at all.
 */
import { expect, it } from 'vitest';
import type { Lane, LogRecord } from '../../../shared/ports/log.ts';
import {
  after,
  collect,
  copyTo,
  eventually,
  failureOf,
  join,
  type LogHarness,
  numbered,
  options,
  out,
  textOf,
  texts,
  uniqueGroup,
} from './harness.ts';

export function commitContract(harness: LogHarness): void {
  const limit = { timeout: harness.waitMs * 4 };
  atomicContract(harness, limit);
  endingContract(harness, limit);
}

interface Limit {
  readonly timeout: number;
}

const KEY = 'k';

async function stateOf(lane: Lane): Promise<string | undefined> {
  return (await lane.state.getMany([KEY]))[0]?.toString();
}

interface Attempt {
  readonly state: string | undefined;
  readonly records: readonly LogRecord[];
}

function atomicContract(harness: LogHarness, limit: Limit): void {
  if (harness.supports.failpoints) failpointContract(harness, limit);

  it('shows nothing of a commit that can not be, and all of its repetition', limit, async () => {
    const log = await harness.open();
    await provesAtomicity(harness, log, 'no-such-topic');
  });

  it('keeps outputs of one commit in order, over several topics', limit, async () => {
    const log = await harness.open();
    const [topic, x, y] = [
      await harness.uniqueTopic(1),
      await harness.uniqueTopic(1),
      await harness.uniqueTopic(2),
    ];
    await log.append(numbered(topic, 0, 'in', 1));
    const consumer = await join(log, options(uniqueGroup(), topic), {
      async process(lane, records) {
        const outputs = [0, 1, 2].flatMap((n) => [
          out(x, `x${n}`),
          out(y, `y${n}`, { key: Buffer.from('k') }),
        ]);
        await lane.commit({ outputs, writes: [], nextOffset: after(records) });
      },
    });
    await eventually(
      harness.waitMs,
      () => texts(log, y),
      (found) => found.length === 3,
    );
    expect(await texts(log, x)).toEqual(['x0', 'x1', 'x2']);
    expect(await texts(log, y)).toEqual(['y0', 'y1', 'y2']);
    expect(new Set((await collect(log, y)).map((r) => r.partition)).size).toBe(1);
    await consumer.stop();
    await log.close();
  });
}

function failpointContract(harness: LogHarness, limit: Limit): void {
  it.each(['after-produce', 'before-commit'] as const)(
    'shows nothing of a commit that fails at %s, and all of its repetition',
    limit,
    async (point) => {
      let failures = 1;
      const log = await harness.open({
        failpoint(name) {
          if (name !== point || failures === 0) return;
          failures -= 1;
          // A bug of ours; a bare Error may be a client's way to say that a broker is away.
          throw new RangeError('failpoint');
        },
      });
      await provesAtomicity(harness, log);
    },
  );
}

/**
 * The first commit fails (by failpoint, or because it names `badTopic`); a new member repeats it.
 * A consumer of the outputs must see those of the repetition only.
 */
async function provesAtomicity(
  harness: LogHarness,
  log: Awaited<ReturnType<LogHarness['open']>>,
  badTopic?: string,
): Promise<void> {
  const [topic, outputs, changelog] = [
    await harness.uniqueTopic(1),
    await harness.uniqueTopic(1),
    await harness.uniqueTopic(1, { cleanup: 'compact' }),
  ];
  const consumer = { ...options(uniqueGroup(), topic), changelogTopic: changelog };
  await log.append(numbered(topic, 0, 'in', 3));
  const attempts: Attempt[] = [];
  const process = async (lane: Lane, records: readonly LogRecord[]) => {
    attempts.push({ state: await stateOf(lane), records });
    const number = attempts.length;
    const bad = badTopic !== undefined && number === 1 ? [out(badTopic, 'x')] : [];
    await lane.commit({
      outputs: [...records.map((r) => out(outputs, `${textOf(r)} try ${number}`)), ...bad],
      writes: [{ kind: 'put', key: KEY, value: Buffer.from(`try ${number}`) }],
      nextOffset: after(records),
    });
  };
  const first = await join(log, consumer, { process });
  await failureOf(harness.waitMs, first);
  const second = await join(log, consumer, { process });
  const seen: string[] = [];
  const downstream = await join(log, options(uniqueGroup(), outputs), {
    async process(lane, records) {
      seen.push(...records.map(textOf));
      await lane.commit({ outputs: [], writes: [], nextOffset: after(records) });
    },
  });
  await eventually(
    harness.waitMs,
    async () => seen.length,
    (n) => n >= 3,
  );
  await Promise.all([second.stop(), downstream.stop()]);
  expect(attempts.map((a) => a.state)).toEqual([undefined, undefined]);
  expect(attempts.map((a) => a.records.map(textOf))).toEqual([
    ['in0', 'in1', 'in2'],
    ['in0', 'in1', 'in2'],
  ]);
  const wanted = ['in0 try 2', 'in1 try 2', 'in2 try 2'];
  expect(seen).toEqual(wanted);
  expect(await texts(log, outputs)).toEqual(wanted);
  expect((await log.positions(consumer.group, topic))[0]?.committed).toBe(3n);
  await log.close();
}

function endingContract(harness: LogHarness, limit: Limit): void {
  it('ends with the error of a handler that throws, and commits nothing', limit, async () => {
    const log = await harness.open();
    const [topic, outputs, group] = [
      await harness.uniqueTopic(1),
      await harness.uniqueTopic(1),
      uniqueGroup(),
    ];
    await log.append(numbered(topic, 0, 'in', 4));
    const trouble = new TypeError('a bug');
    const consumer = await join(log, options(group, topic), {
      process: () => Promise.reject(trouble),
    });
    expect(await failureOf(harness.waitMs, consumer)).toBe(trouble);
    expect((await log.positions(group, topic))[0]?.committed).toBe(0n);
    const next = await join(log, options(group, topic), copyTo(outputs));
    await eventually(
      harness.waitMs,
      () => texts(log, outputs),
      (found) => found.length >= 4,
    );
    await next.stop();
    expect(await texts(log, outputs)).toEqual(['in0', 'in1', 'in2', 'in3']);
    await log.close();
  });

  it('ends with the error of `assigned`', limit, async () => {
    const log = await harness.open();
    const topic = await harness.uniqueTopic(1);
    const trouble = new Error('can not begin');
    const consumer = await join(log, options(uniqueGroup(), topic), {
      assigned: () => Promise.reject(trouble),
      process: () => Promise.resolve(),
    });
    expect(await failureOf(harness.waitMs, consumer)).toBe(trouble);
    await log.close();
  });

  it('does not go on past a batch that was not committed', limit, async () => {
    const log = await harness.open();
    const [topic, group] = [await harness.uniqueTopic(1), uniqueGroup()];
    await log.append(numbered(topic, 0, 'in', 2));
    const consumer = await join(log, options(group, topic), { process: () => Promise.resolve() });
    await failureOf(harness.waitMs, consumer);
    expect((await log.positions(group, topic))[0]?.committed).toBe(0n);
    await log.close();
  });
}
