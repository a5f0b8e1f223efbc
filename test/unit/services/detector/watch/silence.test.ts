import { describe, expect, it } from 'vitest';
import {
  batch,
  byTime,
  HOUR,
  labels,
  MINUTE,
  regular,
  SECOND,
  START_MS,
  taken,
  ticks,
} from './lane.ts';

const T = START_MS;
const A = '10.0.0.7';
const B = '10.0.0.8';

describe('a source of one sender', () => {
  it('is silent once, and back once, with the time between', async () => {
    const events = await taken(
      byTime(
        regular(T, T + 2 * HOUR, { records: 340 }),
        [batch(T + 3 * HOUR)],
        ticks(T, T + 4 * HOUR),
      ),
    );
    expect(labels(events)).toEqual([
      'silent begin audit',
      'silent end audit',
      'silent begin audit',
    ]);
    const [begin, end] = events;
    const lastMs = T + 2 * HOUR - MINUTE;
    expect(begin).toMatchObject({
      level: 'high',
      sinceMs: lastMs,
      timeMs: lastMs + 15 * MINUTE,
      message:
        'No audit events at all for prod-eu since 2026-11-20 13:59 UTC; about 358 a minute came',
    });
    expect(end).toMatchObject({
      level: 'informational',
      reason: 'resumed',
      sinceMs: lastMs,
      untilMs: T + 3 * HOUR,
      beginMs: begin?.beginMs,
      message:
        'Audit events for prod-eu are back since 2026-11-20 15:00 UTC, after 1 hour 1 minute of silence',
    });
  });

  it('is not missed before it has sent for an hour and ten times', async () => {
    const short = byTime(regular(T, T + 59 * MINUTE), ticks(T, T + 20 * HOUR, MINUTE));
    expect(await taken(short)).toEqual([]);
    const rare = byTime(
      regular(T, T + 90 * MINUTE, { everyMs: 10 * MINUTE }),
      ticks(T, T + 20 * HOUR, MINUTE),
    );
    expect(await taken(rare)).toEqual([]);
  });

  it('may pause three times as long as it usually does', async () => {
    const slow = regular(T, T + 12 * HOUR, { everyMs: 30 * MINUTE });
    const events = await taken(byTime(slow, ticks(T, T + 16 * HOUR, MINUTE)));
    expect(labels(events)).toEqual(['silent begin audit']);
    expect(events[0]?.timeMs).toBe(T + 11.5 * HOUR + 90 * MINUTE);
  });

  it('was not silent where only the way behind the collector was slow', async () => {
    const before = byTime(regular(T, T + 2 * HOUR), ticks(T, T + 3 * HOUR));
    // What the collector had in time comes an hour late.
    const after = regular(T + 2 * HOUR, T + 3 * HOUR);
    const events = await taken([
      ...before,
      ...after,
      ...ticks(T + 3 * HOUR, T + 3 * HOUR + MINUTE),
    ]);
    expect(labels(events)).toEqual(['silent begin audit', 'silent end audit']);
    expect(events[1]).toMatchObject({ reason: 'pipeline_was_behind' });
    expect(events[1]?.message).toContain('had not stopped');
  });

  it('is not silent while what was sent long ago is still coming through', async () => {
    const stop = T + 2 * HOUR;
    const before = byTime(regular(T, stop), ticks(T, stop));
    // From here on it comes through at a third of the speed at which it was sent.
    const behind = Array.from({ length: 120 }, (_, i) => [
      ...ticks(stop + i * MINUTE, stop + i * MINUTE),
      batch(stop + i * 20 * SECOND),
    ]).flat();
    expect(await taken([...before, ...behind])).toEqual([]);
  });
});

describe('a watch that did not run for hours', () => {
  const before = byTime(regular(T, T + 2 * HOUR), ticks(T, T + 2 * HOUR));

  it('reads what waits for it first, and tells nothing', async () => {
    const waiting = regular(T + 2 * HOUR, T + 6 * HOUR);
    const after = byTime(regular(T + 6 * HOUR, T + 7 * HOUR), ticks(T + 6 * HOUR, T + 7 * HOUR));
    expect(await taken([...before, ...waiting, ...after])).toEqual([]);
  });

  it('tells of what did not come meanwhile', async () => {
    const events = await taken([...before, ...ticks(T + 6 * HOUR, T + 6 * HOUR)]);
    expect(labels(events)).toEqual(['silent begin audit']);
  });
});

describe('a collector whose clock is ahead', () => {
  it('does not put silence off', async () => {
    const ahead = regular(T, T + 2 * HOUR).map((signal) => ({
      ...signal,
      time: signal.time + 3 * HOUR,
    }));
    const mixed = ahead.flatMap((signal) => [
      ...ticks(signal.time - 3 * HOUR, signal.time - 3 * HOUR),
      signal,
    ]);
    const events = await taken([...mixed, ...ticks(T + 2 * HOUR, T + 3 * HOUR, MINUTE)]);
    const silent = events.filter(({ kind }) => kind === 'silent');
    expect(labels(silent)).toEqual(['silent begin audit']);
    expect(silent[0]?.timeMs).toBe(T + 2 * HOUR + 15 * MINUTE);
  });
});

describe('one of several senders', () => {
  it('is told by itself, as less severe than a whole source', async () => {
    const events = await taken(
      byTime(
        regular(T, T + 2 * HOUR, { sender: A, records: 340 }),
        regular(T, T + 4 * HOUR, { sender: B, records: 340 }),
        ticks(T, T + 4 * HOUR),
      ),
    );
    expect(labels(events)).toEqual([`silent begin ${A}`]);
    expect(events[0]).toMatchObject({
      level: 'medium',
      message: `No audit events from ${A} for prod-eu since 2026-11-20 13:59 UTC; it sent about 358 a minute`,
    });
  });

  it('is covered by the event about the source where all are silent', async () => {
    const events = await taken(
      byTime(
        regular(T, T + 2 * HOUR, { sender: A }),
        regular(T, T + 2 * HOUR + 5 * MINUTE, { sender: B }),
        ticks(T, T + 6 * HOUR),
      ),
    );
    expect(labels(events)).toEqual([`silent begin ${A}`, 'silent begin audit']);
    expect(events[1]?.message).toContain('from any of its 2 senders');
  });

  it('is told when the others are back and it is not', async () => {
    const stop = T + 2 * HOUR;
    const events = await taken(
      byTime(
        regular(T, stop, { sender: A }),
        regular(T, stop, { sender: B }),
        regular(stop + HOUR, stop + 3 * HOUR, { sender: B }),
        ticks(T, stop + 3 * HOUR),
      ),
    );
    expect(labels(events)).toEqual(['silent begin audit', 'silent end audit', `silent begin ${A}`]);
  });

  it('is forgotten after a day', async () => {
    const events = await taken(
      byTime(
        regular(T, T + 2 * HOUR, { sender: A }),
        regular(T, T + 60 * HOUR, { sender: B, everyMs: 10 * MINUTE }),
        ticks(T, T + 62 * HOUR, MINUTE),
      ),
    );
    expect(labels(events)).toEqual([`silent begin ${A}`, `silent end ${A}`, 'silent begin audit']);
    expect(events[1]).toMatchObject({ reason: 'forgotten' });
    // The other one was all there was.
    expect(events[2]?.message).not.toContain('any of its');
  });
});

describe('a repeat', () => {
  it('shows that its sender lives, and counts for nothing else', async () => {
    const start = regular(T, T + 2 * HOUR);
    const repeats = Array.from({ length: 12 }, (_, i) =>
      batch(T + 2 * HOUR + i * 5 * MINUTE, { hash: 'same', records: 100_000, newest: T }),
    );
    const events = await taken(byTime(start, repeats, ticks(T, T + 3 * HOUR - MINUTE)));
    expect(events).toEqual([]);
  });
});

describe('ticks', () => {
  it('never turn the clock back', async () => {
    const events = await taken([
      ...byTime(regular(T, T + 2 * HOUR), ticks(T, T + 2 * HOUR)),
      ...ticks(T + 5 * HOUR, T + 5 * HOUR),
      ...ticks(T, T + HOUR),
      batch(T + 2 * HOUR),
      ...ticks(T + 5 * HOUR + MINUTE, T + 5 * HOUR + MINUTE),
    ]);
    expect(labels(events)).toEqual(['silent begin audit', 'silent end audit']);
    expect(events[0]?.timeMs).toBe(T + 5 * HOUR);
  });
});
