import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { TransientError } from '../../../../shared/errors/fault.ts';
import { watchLag } from '../../../../shared/pipeline/watch.ts';
import type { Lane, Log, PartitionPosition } from '../../../../shared/ports/log.ts';
import { createCounts, createLines } from '../../../support/worker-rig.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

const ASK_MS = 20_000;

function lane(partition: number): Lane {
  return { partition } as Lane;
}

function position(partition: number, committed: bigint, end: bigint): PartitionPosition {
  return { partition, committed, end };
}

function watch(positions: Log['positions'], lanes: ReadonlySet<Lane>) {
  const counts = createCounts();
  const { lines, logger } = createLines();
  const log = { positions } as Log;
  const names = { name: 'stage', group: 'g', topic: 't' };
  const stop = watchLag({ ...names, log, logger, telemetry: counts.telemetry }, lanes);
  return { counts, lines, stop };
}

it('tells the lag of the partitions that this process has, again and again, until it stops', async () => {
  let end = 10n;
  const answer = async () => [position(0, 3n, end), position(1, 0n, 99n), position(2, 5n, 4n)];
  const { counts, stop } = watch(answer, new Set([lane(0), lane(2)]));
  await vi.advanceTimersByTimeAsync(ASK_MS);
  expect(counts.lags).toEqual([
    [0, 7],
    [2, 0],
  ]);
  end = 4n;
  await vi.advanceTimersByTimeAsync(ASK_MS);
  expect(counts.lags.slice(2, 3)).toEqual([[0, 1]]);
  stop();
  const told = counts.lags.length;
  await vi.advanceTimersByTimeAsync(10 * ASK_MS);
  expect(counts.lags.length).toBe(told);
});

it('asks nothing while it has no partition, and bears a log that is away', async () => {
  const away = vi.fn<Log['positions']>(async () => {
    throw new TransientError('away', { code: 'log_unavailable' });
  });
  const idle = watch(away, new Set());
  await vi.advanceTimersByTimeAsync(ASK_MS);
  expect(away).not.toHaveBeenCalled();
  idle.stop();
  const { counts, lines, stop } = watch(away, new Set([lane(0)]));
  await vi.advanceTimersByTimeAsync(3 * ASK_MS);
  expect(away.mock.calls.length).toBeGreaterThan(1);
  expect(counts.lags).toEqual([]);
  expect(lines.every(({ level }) => level === 'debug')).toBe(true);
  stop();
});

it('does not ask while it waits for an answer', async () => {
  const hanging = vi.fn<Log['positions']>(() => new Promise(() => {}));
  const { stop } = watch(hanging, new Set([lane(0)]));
  await vi.advanceTimersByTimeAsync(10 * ASK_MS);
  expect(hanging).toHaveBeenCalledTimes(1);
  stop();
});
