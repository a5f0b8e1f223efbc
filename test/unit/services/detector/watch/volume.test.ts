import { describe, expect, it } from 'vitest';
import { byTime, HOUR, labels, MINUTE, regular, START_MS, taken, ticks } from './lane.ts';

const T = START_MS;
/** 500 records in a window of five minutes. */
const USUAL = { records: 100 };

function volumes(...hours: readonly (readonly [hours: number, records: number])[]) {
  let atMs = T;
  return hours.flatMap(([count, records]) => {
    const from = atMs;
    atMs += count * HOUR;
    return regular(from, atMs, { records });
  });
}

describe('volume', () => {
  it('falls once and comes back once', async () => {
    const events = await taken(
      byTime(volumes([2, 100], [2, 5], [2, 100]), ticks(T, T + 6 * HOUR, MINUTE)),
    );
    expect(labels(events)).toEqual(['falling begin audit', 'falling end audit']);
    expect(events[0]).toMatchObject({
      level: 'medium',
      expected: 500,
      seen: 25,
      sinceMs: T + 2 * HOUR,
      message:
        'Far fewer audit events for prod-eu than usual since 2026-11-20 14:00 UTC: 25 in 5 minutes, where about 500 come',
    });
    expect(events[1]).toMatchObject({ reason: 'recovered', seen: 500 });
  });

  it('is not said to have fallen for one low window, or for a half', async () => {
    const dip = byTime(
      regular(T, T + 2 * HOUR, USUAL),
      regular(T + 2 * HOUR, T + 2 * HOUR + 5 * MINUTE, { records: 1 }),
      regular(T + 2 * HOUR + 5 * MINUTE, T + 4 * HOUR, { records: 50 }),
    );
    expect(await taken(dip)).toEqual([]);
  });

  it('does not begin again and again near the bound', async () => {
    // A fifth is where it begins, a half where it ends: what swings between them does neither.
    const swinging = Array.from({ length: 24 }, (_, i) =>
      regular(T + 2 * HOUR + i * 5 * MINUTE, T + 2 * HOUR + (i + 1) * 5 * MINUTE, {
        records: i % 2 === 0 ? 10 : 45,
      }),
    ).flat();
    const low = regular(T + 2 * HOUR, T + 2 * HOUR + 15 * MINUTE, { records: 5 });
    const after = swinging.filter(({ time }) => time >= T + 2 * HOUR + 15 * MINUTE);
    const events = await taken([...regular(T, T + 2 * HOUR, USUAL), ...low, ...after]);
    expect(labels(events)).toEqual(['falling begin audit']);
  });

  it('is not judged where little is usual', async () => {
    expect(await taken(volumes([2, 10], [2, 1]))).toEqual([]);
  });

  it('is judged by the same hour of other days too: an evening is no fall', async () => {
    const days = volumes([8, 100], [16, 5], [8, 100], [16, 5], [8, 100], [16, 5]);
    const events = await taken(days);
    // The first evening is one, and is over in the morning; from then on it is known.
    expect(labels(events)).toEqual(['falling begin audit', 'falling end audit']);
    expect(events[1]?.timeMs).toBeLessThan(T + 25 * HOUR);
  });

  it('is usual after a day', async () => {
    const events = await taken(volumes([2, 100], [30, 5]));
    expect(labels(events)).toEqual(['falling begin audit', 'falling end audit']);
    expect(events[1]).toMatchObject({ reason: 'new_normal' });
  });

  it('is not judged by what did not come through yet', async () => {
    // The pipeline stops for an hour, then gives all of it.
    const before = byTime(volumes([2, 100]), ticks(T, T + 2 * HOUR, MINUTE));
    const after = regular(T + 2 * HOUR, T + 3 * HOUR, USUAL);
    const events = await taken([...before, ...ticks(T + 2 * HOUR, T + 3 * HOUR, MINUTE), ...after]);
    // It was the pipeline that was silent, and nothing has fallen.
    expect(labels(events)).toEqual(['silent begin audit', 'silent end audit']);
  });

  it('is judged again after a clock was far ahead', async () => {
    const events = await taken([
      ...ticks(T, T),
      ...regular(T + 400 * HOUR, T + 400 * HOUR + MINUTE, USUAL),
      ...byTime(volumes([2, 100], [1, 5]), ticks(T, T + 3 * HOUR, MINUTE)),
    ]);
    expect(labels(events)).toEqual(['falling begin audit']);
  });
});
