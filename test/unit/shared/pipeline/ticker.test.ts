import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import type { Lane, Log, LogRecord, OutRecord } from '../../../../shared/ports/log.ts';
import { readTick, tickRecord } from '../../../../shared/pipeline/tick.ts';
import { createTicker, type Ticker } from '../../../../shared/pipeline/ticker.ts';
import { createLines, openRig, TOPIC, until } from '../../../support/worker-rig.ts';
import { decideStateless } from '../../../../shared/pipeline/decide.ts';

const INTERVAL_MS = 1000;

beforeEach(() => {
  vi.useFakeTimers({ now: 1_000_000 });
});

afterEach(() => {
  vi.useRealTimers();
});

function lane(partition: number): Lane {
  return { topic: 'in', partition } as Lane;
}

function tickOf(partition: number, timeMs: number): LogRecord {
  const { headers = {}, ...record } = tickRecord('in', partition, timeMs);
  return { ...record, value: null, headers, partition, offset: 0n };
}

interface Rig {
  readonly ticker: Ticker;
  readonly written: OutRecord[];
  readonly lines: readonly { readonly message: string }[];
}

function rig(lanes: ReadonlySet<Lane>, append?: Log['append']): Rig {
  const written: OutRecord[] = [];
  const { lines, logger } = createLines();
  const log = {
    append: async (records: readonly OutRecord[]) => {
      written.push(...records);
      await append?.(records);
    },
  } as unknown as Log;
  const clock = { now: () => Date.now(), random: () => 0, sleep: async () => {} };
  const parts = { name: 'stage', log, clock, logger, tickIntervalMs: INTERVAL_MS };
  return { ticker: createTicker(parts, lanes), written, lines };
}

const partitions = (records: readonly OutRecord[]) => records.map(({ partition }) => partition);

it('reach a partition to which nothing was ever written', async () => {
  vi.useRealTimers();
  const worker = await openRig(2);
  try {
    const stage = { name: 'stage', apply: () => [] };
    await worker.start(decideStateless<string, string, 'aside'>(stage), { tickIntervalMs: 5 });
    const quiet = async () => new Set((await worker.records(TOPIC.in)).map((r) => r.partition));
    await until(async () => (await quiet()).size === 2);
    await until(() => (worker.counts.totals['dropped tick'] ?? 0) > 2);
  } finally {
    await worker.close();
  }
});

describe('ticks', () => {
  it('go to every partition, whether anything comes there or not', async () => {
    const { ticker, written } = rig(new Set([lane(0), lane(3)]));
    ticker.start();
    await vi.advanceTimersByTimeAsync(2 * INTERVAL_MS);
    expect(partitions(written)).toEqual([0, 3, 0, 3]);
    expect(written.map(({ headers = {} }) => readTick(headers)?.timeMs)).toEqual([
      ...[1_001_000, 1_001_000, 1_002_000, 1_002_000],
    ]);
    ticker.stop();
    await vi.advanceTimersByTimeAsync(5 * INTERVAL_MS);
    expect(written).toHaveLength(4);
  });

  it('do not multiply where another worker ticks in the same partition', async () => {
    const [own, shared] = [lane(0), lane(1)];
    const { ticker, written } = rig(new Set([own, shared]));
    ticker.start();
    for (let i = 0; i < 5; i++) {
      await vi.advanceTimersByTimeAsync(INTERVAL_MS - 100);
      // Its clock is far from ours.
      ticker.read(shared, [tickOf(1, 5)]);
      await vi.advanceTimersByTimeAsync(100);
    }
    expect(partitions(written)).toEqual([0, 0, 0, 0, 0]);
    // The other one is gone.
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(partitions(written).slice(5)).toEqual([0, 1]);
  });

  it('do not pile up while the log is slow', async () => {
    let release: () => void = () => {};
    const slow = () => new Promise<void>((resolve) => (release = resolve));
    const { ticker, written } = rig(new Set([lane(0)]), slow);
    ticker.start();
    await vi.advanceTimersByTimeAsync(10 * INTERVAL_MS);
    expect(written).toHaveLength(1);
    release();
    await vi.advanceTimersByTimeAsync(INTERVAL_MS);
    expect(written).toHaveLength(2);
  });

  it('go on after one could not be written', async () => {
    const { lines, ticker, written } = rig(new Set([lane(0)]), () =>
      Promise.reject(new Error('away')),
    );
    ticker.start();
    await vi.advanceTimersByTimeAsync(3 * INTERVAL_MS);
    expect(written).toHaveLength(3);
    expect(lines.map(({ message }) => message)).toEqual([
      ...Array.from({ length: 3 }, () => 'Tick not written, the next one follows'),
    ]);
  });
});
