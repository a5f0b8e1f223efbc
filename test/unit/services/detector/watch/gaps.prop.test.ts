import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Coverage } from '../../../../../shared/domain/coverage.ts';
import { HOUR, labels, MINUTE, numbered, SECOND, START_MS, taken, tick, ticks } from './lane.ts';

const T = START_MS;

/** Numbers that the begin events name. */
function missing(events: readonly Coverage[]): readonly number[] {
  const named = events.filter(({ state }) => state === 'begin').flatMap((e) => e.ranges ?? []);
  return named
    .flatMap((range) => {
      const [from = 0, to = from] = range.split('-').map(Number);
      return Array.from({ length: to - from + 1 }, (_, i) => from + i);
    })
    .sort((a, b) => a - b);
}

describe('numbers of a collector', () => {
  it('name what did not come, in any order within the allowance', async () => {
    const lives = fc.record({
      top: fc.integer({ min: 1, max: 60 }),
      absent: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
      refused: fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 8 }),
      order: fc.infiniteStream(fc.nat()),
    });
    await fc.assert(
      fc.asyncProperty(lives, async ({ absent, order, refused, top }) => {
        const all = Array.from({ length: top }, (_, i) => i + 1);
        const told = refused.filter((n) => n < top);
        const came = all.filter((n) => n === top || !(absent.includes(n) || told.includes(n)));
        const shuffled = came
          .map((n) => [n, order.next().value ?? 0] as const)
          .sort(([, a], [, b]) => a - b)
          .map(([n]) => n);
        const inputs = [
          tick(T),
          ...shuffled.map((n, i) =>
            numbered(T + i * SECOND, n, { refused: n === top ? told : [] }),
          ),
          ...ticks(T + MINUTE, T + HOUR, MINUTE),
        ];
        const expected = all.filter((n) => n !== top && absent.includes(n) && !told.includes(n));
        expect(missing(await taken(inputs))).toEqual(expected);
      }),
      { numRuns: 200 },
    );
  });

  it('are told with what is missing, and again when it has come after all', async () => {
    const events = await taken([
      ...[1, 2, 3, 7, 9].map((n) => numbered(T, n)),
      ...ticks(T, T + 10 * MINUTE, MINUTE),
      ...[4, 5, 6, 8].map((n) => numbered(T + 10 * MINUTE, n)),
    ]);
    expect(events).toMatchObject([
      {
        ...{ kind: 'gap', state: 'begin', level: 'high', cluster: 'prod-eu', collector: 'c1' },
        ...{ expected: 4, seen: 0, ranges: ['4-6', '8'], timeMs: T + 5 * MINUTE },
        message:
          '4 records that collector c1 numbered by 2026-11-20 12:00 UTC are missing behind it: 4-6, 8',
      },
      { kind: 'gap', state: 'end', reason: 'arrived', beginMs: T + 5 * MINUTE },
    ]);
  });

  it('are taken for lost after a day', async () => {
    const events = await taken([
      ...[1, 3].map((n) => numbered(T, n)),
      ...ticks(T, T + 48 * HOUR, MINUTE),
    ]);
    expect(labels(events)).toEqual(['gap begin prod-eu', 'gap end prod-eu']);
    expect(events[1]).toMatchObject({ reason: 'given_up', ranges: ['2'] });
  });

  it('do not matter where a collector stops, starts anew, or was there before', async () => {
    const events = await taken([
      ...[1, 2, 3].map((n) => numbered(T, n)),
      ...[1, 2].map((n) => numbered(T + MINUTE, n, { collector: 'c2' })),
      ...[50_000, 50_001].map((n) => numbered(T + MINUTE, n, { collector: 'c3' })),
      ...ticks(T, T + 40 * 24 * HOUR, HOUR),
      // Quiet for more than a week, it goes on where it was.
      numbered(T + 40 * 24 * HOUR, 4),
    ]);
    expect(events).toEqual([]);
  });

  it('are told in time where a clock is far ahead', async () => {
    const events = await taken([
      tick(T),
      ...[1, 3].map((n) => numbered(T + 10 * HOUR, n)),
      ...ticks(T, T + 10 * MINUTE, MINUTE),
    ]);
    expect(events).toMatchObject([{ ranges: ['2'], timeMs: T + 6 * MINUTE }]);
  });

  it('say that the cluster is any where the collector serves several', async () => {
    const events = await taken([
      numbered(T, 1, { cluster: 'a' }),
      numbered(T, 3, { cluster: 'b' }),
      ...ticks(T, T + HOUR, MINUTE),
    ]);
    expect(events).toMatchObject([{ cluster: '*', ranges: ['2'] }]);
  });

  it('give one event for many holes, and stay bounded', async () => {
    const every = Array.from({ length: 3000 }, (_, i) => numbered(T, 1 + 2 * i));
    const events = await taken([...every, ...ticks(T, T + HOUR, MINUTE)]);
    expect(events.length).toBeLessThanOrEqual(8);
    expect(events.reduce((sum, { expected = 0 }) => sum + expected, 0)).toBe(2999);
    expect(Math.max(...events.map(({ ranges = [] }) => ranges.length))).toBe(20);
  });
});
