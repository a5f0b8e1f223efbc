import { describe, expect, it } from 'vitest';
import type { Observation } from '../../../../../../services/normalizer/enrich/learned/fact.ts';
import {
  inventoryFact,
  readTimeline,
} from '../../../../../../services/normalizer/enrich/learned/record.ts';
import { createTable } from '../../../../../../services/normalizer/enrich/learned/table.ts';

const HOUR_MS = 3_600_000;
const set = (atMs: number, node: string): Observation => ({ atMs, change: 'set', says: { node } });
const end = (atMs: number): Observation => ({ atMs, change: 'end', says: {} });

function table(maxEntries = 3) {
  return createTable({ maxEntries, maxObservations: 4 });
}

describe('a table', () => {
  it('forgets what is gone first, then what was not written for longest', () => {
    const known = table();
    known.apply('a', [set(1, 'x')], 1);
    known.apply('b', [set(1, 'x'), end(2)], 2);
    known.apply('c', [set(1, 'x')], 3);
    known.apply('d', [set(1, 'x')], 4);
    expect(['a', 'b', 'c', 'd'].map((key) => known.timeline(key) !== undefined)).toStrictEqual([
      true,
      false,
      true,
      true,
    ]);
    known.apply('e', [set(1, 'x')], 5);
    expect(known.timeline('a')).toBeUndefined();
    expect(known.size).toBe(3);
  });

  it('keeps what is gone for a day', () => {
    const known = table();
    known.apply('a', [set(1, 'x'), end(2)], 2);
    known.apply('b', [set(1, 'x')], 23 * HOUR_MS);
    expect(known.timeline('a')).toBeDefined();
    known.apply('b', [set(1, 'x')], 25 * HOUR_MS);
    expect(known.timeline('a')).toBeUndefined();
  });

  it('keeps the newest observations of one key', () => {
    const known = table();
    for (let ms = 9; ms > 0; ms -= 1) known.apply('a', [set(ms, `${ms}`)], 0);
    expect(known.timeline('a')?.map(({ atMs }) => atMs)).toStrictEqual([6, 7, 8, 9]);
  });

  it('has a record written again that lacks what another writer said at the same time', () => {
    const known = table();
    known.apply('a', [set(1, 'x')], 0);
    known.apply('a', [set(2, 'y')], 0);
    expect(known.due(0, 10)).toStrictEqual(['a']);
    known.apply('a', known.timeline('a') ?? [], 0);
    expect(known.due(0, 10)).toStrictEqual([]);
  });

  it('has what lives written again before the topic forgets it, and not what is gone', () => {
    const known = table();
    known.apply('a', [set(1, 'x')], 0);
    known.apply('b', [set(1, 'x'), end(2)], 0);
    expect(known.due(6 * 24 * HOUR_MS, 10)).toStrictEqual([]);
    expect(known.due(8 * 24 * HOUR_MS, 10)).toStrictEqual(['a']);
    expect(known.due(8 * 24 * HOUR_MS, 0)).toStrictEqual([]);
  });
});

describe('a record', () => {
  it('says what the timeline says', () => {
    const timeline = [set(1, 'x'), { ...set(3, 'y'), says: { subjects: ['a', 'b'] } }];
    const fact = inventoryFact('pod/prod/shop/web', timeline);
    expect(fact).toMatchObject({ key: 'pod/prod/shop/web', cluster: 'prod', time: 3 });
    expect(readTimeline(fact)).toStrictEqual(timeline);
  });

  it.each([
    '',
    '{}',
    '[1]',
    '[[1,"set"]]',
    '[[1,"other",{}]]',
    '[["1","set",{}]]',
    '[[1e99,"set",{}]]',
    '[[1,"set",{"a":1}]]',
    '[[1,"set",{"a":[1]}]]',
    'null',
    '[[1,"set",null]]',
  ])('of another release is none: %s', (body) => {
    const fact = { key: 'k', cluster: '', time: 0, body: Buffer.from(body) };
    expect(readTimeline(fact)).toBeUndefined();
  });
});
