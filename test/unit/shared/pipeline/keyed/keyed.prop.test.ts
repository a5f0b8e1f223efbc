import fc from 'fast-check';
import { expect, it } from 'vitest';
import { runKeyedOffline } from '../../../../../shared/pipeline/keyed/offline.ts';
import { type Course, play } from './fake-lane.ts';
import { PlainEngine } from './plain-engine.ts';
import { inputs, OPTIONS, type ToyOut, toyStage } from './toy-stage.ts';

const courses = fc.record<Course>({
  sizes: fc.array(fc.integer({ min: 1, max: 12 }), { minLength: 1, maxLength: 5 }),
  ends: fc.array(fc.constantFrom('commit', 'commit', 'commit', 'crash', 'lose', 'again'), {
    minLength: 1,
    maxLength: 6,
  }),
  failures: fc.array(fc.boolean(), { maxLength: 40 }),
});

/** The last that was told of each cell. */
function lastOf(told: readonly ToyOut[]): ReadonlyMap<unknown, ToyOut> {
  return new Map(told.map((item) => [item[1], item]));
}

it('gives the same for any batches, losses, sick reads and amounts of memory', async () => {
  const sizes = fc.constantFrom(1, 3_000, 1_000_000);
  await fc.assert(
    fc.asyncProperty(inputs, courses, sizes, async (records, course, cacheBytes) => {
      const straight = await play(toyStage, OPTIONS, records);
      const played = await play(toyStage, { ...OPTIONS, cacheBytes }, records, course);
      expect(played.outcomes).toStrictEqual(straight.outcomes);
      expect([...played.state].sort()).toStrictEqual([...straight.state].sort());
      expect(lastOf(played.extra)).toStrictEqual(lastOf(straight.extra));
    }),
    { numRuns: 150 },
  );
});

it('gives what a plain engine gives, live and offline', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, async (records) => {
      const plain = new PlainEngine(toyStage, OPTIONS);
      const expected = records.map((record) => plain.decide(record));
      const live = await play(toyStage, OPTIONS, records);
      expect(live.outcomes).toStrictEqual(expected);
      const offline = runKeyedOffline(toyStage, OPTIONS, records);
      expect(offline.outcomes).toStrictEqual(expected);
    }),
    { numRuns: 150 },
  );
});

it('leaves in the state what is in cells, and nothing else', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, courses, async (records, course) => {
      const plain = new PlainEngine(toyStage, OPTIONS);
      for (const record of records) plain.decide(record);
      const { state } = await play(toyStage, { ...OPTIONS, cacheBytes: 1 }, records, course);
      const keys = [...state.keys()];
      const full = [...plain.cells].filter(([, { parts, timers }]) => parts.size + timers.size > 0);
      const cells = keys.filter((key) => key.startsWith('c/') && !key.startsWith('c/*'));
      expect(cells.sort()).toStrictEqual(full.map(([key]) => `c/${key}`).sort());
      const timers = full.flatMap(([, cell]) => [...cell.timers]);
      expect(keys.filter((key) => key.startsWith('t/'))).toHaveLength(timers.length);
      const lines = full
        .filter(([key]) => state.get(`c/${key}`) === 'apart')
        .flatMap(([, cell]) => [...cell.parts, ...cell.timers]);
      expect(keys.filter((key) => key.startsWith('p/'))).toHaveLength(lines.length);
    }),
    { numRuns: 100 },
  );
});
