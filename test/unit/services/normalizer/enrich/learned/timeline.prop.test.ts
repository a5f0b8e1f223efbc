import fc from 'fast-check';
import { expect, it } from 'vitest';
import type {
  Change,
  Observation,
} from '../../../../../../services/normalizer/enrich/learned/fact.ts';
import {
  insert,
  knownAt,
  memberSince,
  stateAt,
  type Timeline,
} from '../../../../../../services/normalizer/enrich/learned/timeline.ts';
import {
  createTable,
  MAX_OBSERVATIONS,
} from '../../../../../../services/normalizer/enrich/learned/table.ts';

const name = fc.constantFrom('node', 'owner', 'subjects', '__proto__', 'constructor');
const observation: fc.Arbitrary<Observation> = fc.record({
  atMs: fc.integer({ min: 0, max: 40_000 }),
  change: fc.constantFrom<Change>('start', 'set', 'end'),
  says: fc.dictionary(name, fc.oneof(fc.constantFrom('a', 'b'), fc.subarray(['a', 'b', 'c']))),
});
const story = fc
  .array(observation, { maxLength: 14 })
  .chain((list) =>
    fc.tuple(
      fc.constant(list),
      fc.shuffledSubarray([...list, ...list], { minLength: list.length * 2 }),
    ),
  );

function timelineOf(list: readonly Observation[]): Timeline {
  return list.reduce<Timeline>((known, o) => insert(known, o, MAX_OBSERVATIONS), []);
}

it('any order, with repeats, gives the same timeline and the same answers', () => {
  fc.assert(
    fc.property(story, fc.integer({ min: -5_000, max: 50_000 }), ([list, shuffled], atMs) => {
      const [a, b] = [timelineOf(list), timelineOf(shuffled)];
      expect(b).toStrictEqual(a);
      expect(knownAt(b, atMs)).toStrictEqual(knownAt(a, atMs));
      expect(stateAt(b, atMs)).toStrictEqual(stateAt(a, atMs));
      expect(memberSince(b, 'subjects', 'a', atMs)).toStrictEqual(
        memberSince(a, 'subjects', 'a', atMs),
      );
    }),
  );
});

it('two tables that read the same records in any order know the same', () => {
  const records = fc
    .array(
      fc.tuple(
        fc.constantFrom('pod/c/n/a', 'pod/c/n/b'),
        fc.array(observation, { minLength: 1, maxLength: 4 }),
      ),
      {
        maxLength: 8,
      },
    )
    .chain((list) =>
      fc.tuple(fc.constant(list), fc.shuffledSubarray(list, { minLength: list.length })),
    );
  fc.assert(
    fc.property(records, ([list, shuffled]) => {
      const tables = [list, shuffled].map((order) => {
        const table = createTable({ maxEntries: 100, maxObservations: MAX_OBSERVATIONS });
        for (const [key, told] of order) table.apply(key, timelineOf(told), 0);
        return ['pod/c/n/a', 'pod/c/n/b'].map((key) => table.timeline(key));
      });
      expect(tables[1]).toStrictEqual(tables[0]);
    }),
  );
});

it('what holds is what was said nearest before, within one life', () => {
  const said = (atMs: number, change: Change, node: string) => ({ atMs, change, says: { node } });
  const timeline = timelineOf([
    said(10_000, 'start', 'one'),
    said(20_000, 'set', 'two'),
    { atMs: 30_000, change: 'end', says: {} },
    said(40_000, 'start', 'three'),
  ]);
  const nodeAt = (ms: number) => knownAt(timeline, ms)?.says['node'];
  expect([12, 22, 35, 45].map((s) => nodeAt(s * 1000))).toStrictEqual([
    'one',
    'two',
    'two',
    'three',
  ]);
  // Of what can change, nothing holds before its beginning and after its end.
  const stateOf = (ms: number) => stateAt(timeline, ms)?.says['node'];
  expect([5, 12, 35, 45].map((s) => stateOf(s * 1000))).toStrictEqual([
    undefined,
    'one',
    undefined,
    'three',
  ]);
});
