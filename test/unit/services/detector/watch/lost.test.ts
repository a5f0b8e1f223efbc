import { describe, expect, it } from 'vitest';
import { labels, lost, MINUTE, SECOND, START_MS, taken, ticks } from './lane.ts';

const T = START_MS;
const FILE = 'file:/var/log/kubernetes/*.log';

describe('what an input has lost', () => {
  it('is told at once, with where and how much', async () => {
    const facts = { reason: 'rotated_away', bytes: 1_048_576, path: '/var/log/kubernetes/a.log' };
    const events = await taken([lost(T, FILE, facts), ...ticks(T, T + 10 * MINUTE)]);
    expect(events).toMatchObject([
      {
        ...{ kind: 'lost', state: 'once', level: 'high', cluster: 'prod-eu', source: 'audit' },
        ...{ sender: FILE, expected: 1_048_576, seen: 0, reason: 'rotated_away', timeMs: T },
        message: `1048576 bytes of audit events from ${FILE} for prod-eu are lost since 2026-11-20 12:00 UTC: the file was rotated away before it was read to its end (/var/log/kubernetes/a.log)`,
      },
    ]);
  });

  it('is told as one where more follows within five minutes, and nothing of it is left out', async () => {
    const facts = { reason: 'retention', messages: 7, topic: 'insights' };
    const many = Array.from({ length: 100 }, (_, i) => lost(T + i * SECOND, 'topic:hub', facts));
    const events = await taken([...many, ...ticks(T + 2 * MINUTE, T + 30 * MINUTE)]);
    expect(labels(events)).toEqual(['lost once topic:hub', 'lost once topic:hub']);
    expect(events.map(({ expected }) => expected)).toEqual([7, 99 * 7]);
    expect(events[1]).toMatchObject({ timeMs: T + 5 * MINUTE, sinceMs: T + SECOND });
  });

  it('is told again later', async () => {
    const facts = { reason: 'damaged', path: '/var/log/a.gz', offset: 12 };
    const events = await taken([lost(T, FILE, facts), lost(T + 10 * MINUTE, FILE, facts)]);
    expect(events.map(({ message }) => message.includes('something'))).toEqual([false, false]);
    expect(events).toHaveLength(2);
    expect(events[0]?.message).toContain('is damaged');
  });
});
