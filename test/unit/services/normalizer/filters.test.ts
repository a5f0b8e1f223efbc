import { describe, expect, it } from 'vitest';
import { createFiltering, type Filter } from '../../../../services/normalizer/filters.ts';
import { createNormalizerStage } from '../../../../services/normalizer/stage.ts';
import { endings } from '../../../../shared/pipeline/outcome.ts';
import { ITEM, LINE, rawBatch } from './batches.ts';
import { FALCO, map, SPO } from './map/leaves.ts';

const filter = (change: Partial<Filter> = {}): Filter => ({ name: 'f', keepPercent: 0, ...change });
const decide = (filters: readonly Filter[], value: object = LINE, batch = {}) => {
  const { event } = map('audit', { ...value }, { batch: { source: 'audit', ...batch } });
  return createFiltering(filters)(event, { ...value });
};
const FILTERED = { reason: 'filtered', filter: 'f' };

describe('a filter', () => {
  it.each([
    ['sources', ['audit'], ['logs']],
    ['clusters', ['pr*'], ['dev']],
    ['namespaces', ['kube-*', 'pay*'], ['kube-*']],
    ['resources', ['secrets'], ['secrets/status']],
    ['verbs', ['get', 'list'], ['list']],
    ['users', ['*ice'], ['alic']],
  ])('by %s', (key, matching, other) => {
    expect(decide([filter({ [key]: matching })])).toStrictEqual(FILTERED);
    expect(decide([filter({ [key]: other })])).toBeUndefined();
  });

  it('wants all that it names, and a field that is not there matches nothing', () => {
    const both = filter({ verbs: ['get'], users: ['alice'] });
    expect(decide([both])).toStrictEqual(FILTERED);
    expect(decide([both], { ...LINE, verb: 'list' })).toBeUndefined();
    expect(decide([filter({ users: ['*'] })], { ...LINE, user: {} })).toBeUndefined();
    expect(decide([filter({})])).toStrictEqual(FILTERED);
  });

  it('names a subresource with its resource', () => {
    const logs = {
      ...LINE,
      objectRef: { ...LINE.objectRef, resource: 'pods', subresource: 'log' },
    };
    expect(decide([filter({ resources: ['pods/log'] })], logs)).toStrictEqual(FILTERED);
    expect(decide([filter({ resources: ['pods'] })], logs)).toBeUndefined();
  });

  it('goes by who really sent it, not by whom it acted as', () => {
    const value = { ...LINE, impersonatedUser: { username: 'noise' } };
    expect(decide([filter({ users: ['noise'] })], value)).toBeUndefined();
  });

  it('decides where it is the first that matches', () => {
    const filters = [
      filter({ name: 'a', verbs: ['get'], keepPercent: 100 }),
      filter({ name: 'b' }),
    ];
    expect(decide(filters)).toBeUndefined();
    expect(decide([...filters].reverse())).toStrictEqual({ reason: 'filtered', filter: 'b' });
  });

  it('is done in time with a pattern and a name that were made to be slow', () => {
    const users = [`${'*a'.repeat(2000)}*b`];
    expect(decide([filter({ users })], { ...LINE, user: { username: 'a'.repeat(1e6) } })).toBe(
      undefined,
    );
  });
});

describe('a sample', () => {
  const events = Array.from({ length: 4000 }, (_, i) => ({ ...LINE, auditID: `id-${i}` }));
  const kept = (keepPercent: number) =>
    events.filter((value) => decide([filter({ keepPercent })], value) === undefined);

  it('keeps about its share, the same on every repeat, and more of the same with more', () => {
    const tenth = kept(10);
    expect(tenth.length).toBeGreaterThan(300);
    expect(tenth.length).toBeLessThan(500);
    expect(kept(10)).toStrictEqual(tenth);
    const half = new Set(kept(50).map(({ auditID }) => auditID));
    expect(tenth.every(({ auditID }) => half.has(auditID))).toBe(true);
    expect(kept(100)).toHaveLength(events.length);
  });

  it('says that it is one', () => {
    const reasons = events.map((value) => decide([filter({ keepPercent: 1 })], value)?.reason);
    expect(new Set(reasons)).toStrictEqual(new Set([undefined, 'sampled']));
  });
});

describe('what always stays', () => {
  const everything = createFiltering([filter()]);
  it.each([
    ['an exec', 'audit', { ...LINE, objectRef: { resource: 'pods', subresource: 'exec' } }],
    ['a command in a pod', 'spo', SPO],
    ['an alert', 'falco', FALCO],
    [
      'a gap in coverage',
      'falco',
      { ...FALCO, source: 'internal', rule: 'Falco internal: syscall event drop' },
    ],
  ] as const)('%s', (_, format, value) => {
    expect(everything(map(format, value).event, value)).toBeUndefined();
  });

  it('is not a command of a node alone', () => {
    const { requestUID: _uid, ...value } = { ...SPO, resource: null };
    expect(everything(map('spo', value).event, value)).toStrictEqual(FILTERED);
  });
});

it('ends a record as a drop in its place, named', () => {
  const stage = createNormalizerStage({
    dataStreamNamespace: 'default',
    filters: [filter({ name: 'no-reads', verbs: ['get'] })],
  });
  const items = [ITEM, { ...ITEM, verb: 'delete' }];
  const [outcome] = stage.apply([rawBatch(JSON.stringify({ items }))]);
  if (outcome === undefined) throw new Error('No outcome');
  const [first, second] = endings(outcome);
  expect(first).toMatchObject({ kind: 'drop', reason: 'filtered', filter: 'no-reads' });
  expect(second?.kind).toBe('emit');
});
