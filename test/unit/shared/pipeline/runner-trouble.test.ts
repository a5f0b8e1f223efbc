import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { LaneLostError, TransientError } from '../../../../shared/errors/fault.ts';
import type { Decide } from '../../../../shared/pipeline/decide.ts';
import { isTick } from '../../../../shared/pipeline/stage.ts';
import { type Deferred, deferred, within } from '../../../contract/log/harness.ts';
import { openRig, type Rig, TOPIC, until } from '../../../support/worker-rig.ts';

const WAIT_MS = 5_000;

let rig: Rig;
beforeEach(async () => {
  rig = await openRig();
});
afterEach(() => rig.close());

type Decided = Decide<string, string, 'aside'>;
type Batch = Parameters<Decided>[1];

function echo(batch: Batch) {
  const outcomes = batch.map(
    ({ value }) => ({ kind: 'emit', items: [isTick(value) ? 'tick' : value] }) as const,
  );
  return { outcomes, writes: [] };
}

function sick(retryAfterMs?: number): TransientError {
  return new TransientError('The store is away', { code: 'store_unavailable', retryAfterMs });
}

/** Fails until it is healed; `failed` resolves at the first failure. */
function ailing(): { readonly decide: Decided; readonly failed: Deferred<void>; heal(): void } {
  const failed = deferred();
  let isSick = true;
  return {
    failed,
    heal() {
      isSick = false;
    },
    decide: (_lane, batch) => async () => {
      if (!isSick) return echo(batch);
      failed.resolve();
      throw sick();
    },
  };
}

describe('a bug in the stage', () => {
  it.each([
    ['when it throws', async () => Promise.reject(new TypeError('a bug'))],
    ['when it decides too little', async () => ({ outcomes: [], writes: [] })],
    [
      'when it decides too much',
      async () => ({ outcomes: Array(3).fill({ kind: 'drop', reason: 'repeat' }), writes: [] }),
    ],
  ])('ends the worker and commits nothing: %s', async (_, attempt) => {
    await rig.append(['a', 'b']);
    const worker = await rig.start(() => attempt);
    await expect(within(WAIT_MS, 'the worker to end', worker.done)).rejects.toThrow();
    expect(await rig.committed()).toBe(0n);
    expect(await rig.texts(TOPIC.out)).toStrictEqual([]);
    expect(rig.counts.totals).toStrictEqual({});
  });

  it('is also one that can not be encoded', async () => {
    await rig.append(['a']);
    const out = (): never => {
      throw new TypeError('not of the schema');
    };
    const worker = await rig.start((_lane, batch) => async () => echo(batch), {
      sinks: { out, aside: out },
    });
    await expect(within(WAIT_MS, 'the worker to end', worker.done)).rejects.toThrow(TypeError);
    expect(await rig.committed()).toBe(0n);
  });
});

describe('a sick neighbour', () => {
  it('is tried again with the same batch until it is well, and nothing is lost', async () => {
    const { decide, failed, heal } = ailing();
    await rig.append(['a', 'b']);
    await rig.start(decide);
    await within(WAIT_MS, 'a failure', failed.promise);
    await until(() => (rig.counts.totals['retried store_unavailable'] ?? 0) > 2);
    expect(Object.values(rig.health.troubles())).toStrictEqual([
      'store_unavailable: The store is away',
    ]);
    expect(await rig.committed()).toBe(0n);
    heal();
    await rig.settled();
    await until(() => Object.keys(rig.health.troubles()).length === 0);
    expect(await rig.texts(TOPIC.out)).toStrictEqual(['a', 'b']);
    expect(rig.counts.totals).toMatchObject({ received: 2, emitted: 2 });
    expect(rig.lines.every(({ level }) => level === 'warn')).toBe(true);
  });

  it('is not called well because another partition is', async () => {
    await rig.close();
    rig = await openRig(2);
    const { decide, failed } = ailing();
    const both: Decided = (lane, batch) =>
      lane.partition === 0 ? decide(lane, batch) : async () => echo(batch);
    await rig.append(['a']);
    const retry = { initialMs: 60_000, maxMs: 60_000 };
    await rig.start(both, { limits: { shutdownGraceMs: 0, retry } });
    await within(WAIT_MS, 'a failure', failed.promise);
    await until(() => rig.counts.totals['retried store_unavailable'] === 1);
    await rig.append(['b'], { partition: 1 });
    await until(async () => (await rig.texts(TOPIC.out)).length === 1);
    await until(() => rig.counts.totals['received'] === 1);
    expect(Object.keys(rig.health.troubles())).toHaveLength(1);
  });
});

describe('stop', () => {
  it('finishes the batch in hand and takes no other', async () => {
    const taken = deferred();
    const go = deferred();
    await rig.append(['a', 'b']);
    const worker = await rig.start(
      (_lane, batch) => async () => {
        taken.resolve();
        await go.promise;
        return echo(batch);
      },
      { limits: { maxBatchRecords: 1 } },
    );
    await within(WAIT_MS, 'a batch', taken.promise);
    const stopped = worker.stop();
    go.resolve();
    await within(WAIT_MS, 'the stop', stopped);
    await worker.done;
    expect(await rig.texts(TOPIC.out)).toStrictEqual(['a']);
    expect(await rig.committed()).toBe(1n);
  });

  it('leaves a batch that can not be finished to the next owner', async () => {
    const { decide, failed } = ailing();
    await rig.append(['a']);
    const worker = await rig.start(decide, {
      limits: { shutdownGraceMs: 20, retry: { initialMs: 60_000, maxMs: 60_000 } },
    });
    await within(WAIT_MS, 'a failure', failed.promise);
    await within(WAIT_MS, 'the stop', worker.stop());
    await expect(worker.done).resolves.toBeUndefined();
    expect(await rig.committed()).toBe(0n);
    expect(await rig.texts(TOPIC.out)).toStrictEqual([]);
    await rig.start((_lane, batch) => async () => echo(batch));
    await rig.settled();
    expect(await rig.texts(TOPIC.out)).toStrictEqual(['a']);
    expect(rig.health.troubles()).toStrictEqual({});
  });

  it('can be said twice, and before anything came', async () => {
    const worker = await rig.start((_lane, batch) => async () => echo(batch));
    await Promise.all([worker.stop(), worker.stop()]);
    await worker.done;
  });
});

it('leaves a partition that is lost to its new owner, and works on the others', async () => {
  await rig.close();
  rig = await openRig(2);
  await rig.append(['a']);
  await rig.append(['b'], { partition: 1 });
  const taken = new Set<number>();
  const go = deferred();
  const old = await rig.start((lane, batch) => async () => {
    taken.add(lane.partition);
    await Promise.race([go.promise, until(() => lane.signal.aborted)]);
    if (lane.signal.aborted) throw new LaneLostError('gone');
    return echo(batch);
  });
  await until(() => taken.size === 2);
  // The second member is given one of the two.
  await rig.start((_lane, batch) => async () => echo(batch));
  await until(async () => (await rig.texts(TOPIC.out)).length === 1);
  go.resolve();
  await within(WAIT_MS, 'the rest', rig.settled());
  await old.stop();
  await old.done;
  expect([...(await rig.texts(TOPIC.out))].sort()).toStrictEqual(['a', 'b']);
  expect(rig.health.troubles()).toStrictEqual({});
});
