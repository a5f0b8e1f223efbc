import { describe, expect, it } from 'vitest';
import {
  batch,
  byTime,
  createLane,
  HOUR,
  labels,
  MINUTE,
  regular,
  START_MS,
  taken,
  ticks,
} from '../../../../unit/services/detector/watch/lane.ts';

const T = START_MS;

function address(i: number): string {
  return `10.${i >> 16}.${(i >> 8) & 255}.${i & 255}`;
}

describe('10,000 senders that live for minutes', () => {
  it('give no event, and leave nothing behind', async () => {
    const lane = createLane({ maxTracked: 20_000 });
    const all = Array.from({ length: 10_000 }, (_, i) =>
      regular(T + i * 200, T + i * 200 + 2 * MINUTE, { sender: address(i) }),
    );
    const inputs = byTime(...all, ticks(T, T + 60 * HOUR, 5 * MINUTE));
    // The source goes on, so that only the senders are short-lived.
    const going = regular(T, T + 60 * HOUR, { sender: 'going', everyMs: 5 * MINUTE, records: 1 });
    const events = await lane.take(byTime(inputs, going));
    expect(events.filter(({ kind }) => kind !== 'falling')).toEqual([]);
    const left = lane.state().map(([key]) => key.split('/')[0]);
    expect(left.sort()).toEqual(['due', 'due', 'g', 'lane', 's']);
  });
});

describe('many senders that stop at once', () => {
  it('are told one by one up to a bound, then as one', async () => {
    const senders = Array.from({ length: 60 }, (_, i) => address(i));
    const inputs = byTime(
      ...senders.map((sender) => regular(T, T + 2 * HOUR, { sender, everyMs: 2 * MINUTE })),
      regular(T, T + 40 * HOUR, { sender: 'going', everyMs: 5 * MINUTE }),
      ticks(T, T + 40 * HOUR, MINUTE),
    );
    const events = (await taken(inputs)).filter(({ kind }) => kind === 'silent');
    const begun = events.filter(({ state }) => state === 'begin');
    expect(begun).toHaveLength(20);
    expect(labels(events.filter(({ state }) => state === 'once'))).toEqual(['silent once audit']);
    // What was not told does not end either.
    expect(events.filter(({ state }) => state === 'end')).toHaveLength(20);
  });
});

describe('more senders than are watched', () => {
  it('push out those that are new or silent, and never one that is missed', async () => {
    const lane = createLane({ maxTracked: 50 });
    const kept = regular(T, T + 10 * HOUR, { sender: 'kept' });
    const others = Array.from({ length: 2000 }, (_, i) =>
      batch(T + 2 * HOUR + i * 5000, { sender: address(i), records: 1 }),
    );
    const events = await lane.take(byTime(kept, others, ticks(T, T + 12 * HOUR, MINUTE)));
    // The whole source is silent in the end: its last sender stopped.
    expect(labels(events)).toEqual(['overflow once *', 'silent begin audit']);
    const subjects = lane.state().filter(([key]) => /^[gs]\//.test(key));
    expect(subjects.length).toBeLessThanOrEqual(50);
    const [, stored = ''] = lane.state().find(([key]) => key === 'lane') ?? [];
    expect(JSON.parse(stored)).toMatchObject({ tracked: subjects.length, dropped: 1952 });
  });

  it('include clusters that somebody makes up', async () => {
    const lane = createLane({ maxTracked: 50 });
    const made = Array.from({ length: 3000 }, (_, i) =>
      batch(T + i * 1000, { cluster: `c${i}`, sender: 'x' }),
    );
    await lane.take(byTime(made, ticks(T, T + HOUR, MINUTE)));
    expect(lane.state().length).toBeLessThan(50 * 3 + 2);
  });
});

describe('state', () => {
  it('has values of a bounded size', async () => {
    const lane = createLane();
    const inputs = regular(T, T + 240 * HOUR, { everyMs: 2 * MINUTE });
    await lane.take(byTime(inputs, ticks(T, T + 240 * HOUR, 10 * MINUTE)));
    const sizes = lane.state().map(([, value]) => value.length);
    expect(Math.max(...sizes)).toBeLessThan(4096);
  });
});
