import { describe, expect, it } from 'vitest';
import { batch, type BatchFacts, labels, MINUTE, SECOND, START_MS, taken } from './lane.ts';

const T = START_MS;
const SENDER = '10.0.0.7';

/** One batch a minute, whose newest events are so old each. */
function aged(...ages: readonly number[]) {
  return ages.map((age, i) => batch(T + i * MINUTE, { newest: T + i * MINUTE - age }));
}

function times<T>(count: number, value: T): readonly T[] {
  return Array.from({ length: count }, () => value);
}

describe('late batches', () => {
  const LATE = 14 * MINUTE;

  it('are told once they keep coming, and once they have stopped', async () => {
    const events = await taken(aged(...times(10, LATE), ...times(10, SECOND)));
    expect(labels(events)).toEqual([`late begin ${SENDER}`, `late end ${SENDER}`]);
    expect(events[0]).toMatchObject({
      level: 'medium',
      sinceMs: T,
      timeMs: T + 5 * MINUTE,
      expected: 300,
      seen: 840,
      message:
        'Audit events from 10.0.0.7 for prod-eu have been coming about 14 minutes late since 2026-11-20 12:00 UTC: what happens there is seen so much later',
    });
    expect(events[1]).toMatchObject({ reason: 'in_time', timeMs: T + 14 * MINUTE });
  });

  it('are not told for a few in a row, or for a while with others between', async () => {
    expect(await taken(aged(...times(4, LATE), SECOND, ...times(4, LATE), SECOND))).toEqual([]);
  });

  it('are not told for old logs that are read in at once', async () => {
    const old = times(500, 0).map((_, i) => batch(T + i * 100, { newest: T - 5 * 60 * MINUTE }));
    expect(await taken(old)).toEqual([]);
  });

  it('are not ended by one that is in time', async () => {
    const events = await taken(aged(...times(10, LATE), SECOND, ...times(4, LATE)));
    expect(labels(events)).toEqual([`late begin ${SENDER}`]);
  });

  it('are not judged by batches without a time', async () => {
    const none: BatchFacts = { newest: null };
    const inputs = times(20, 0).map((_, i) => batch(T + i * MINUTE, none));
    expect(await taken(inputs)).toEqual([]);
  });
});

describe('events from the future', () => {
  it('are told at once, and again only after they have stopped', async () => {
    const ahead = -3 * 60 * MINUTE;
    const events = await taken(aged(ahead, SECOND, ahead, ...times(5, SECOND), ahead));
    expect(labels(events)).toEqual([
      `skew begin ${SENDER}`,
      `skew end ${SENDER}`,
      `skew begin ${SENDER}`,
    ]);
    expect(events[0]).toMatchObject({
      level: 'low',
      seen: 10_800,
      message:
        "Audit events from 10.0.0.7 for prod-eu are dated 3 hours in the future: a clock is wrong, the sender's or the collector's",
    });
  });

  it('are fine within the bound', async () => {
    expect(await taken(aged(-59 * SECOND))).toEqual([]);
  });
});
