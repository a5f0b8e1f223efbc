import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  type Arrival,
  newestOf,
  NEWEST_KEY,
  place,
  remember,
  seenKeys,
  wasSeen,
} from '../../../../services/indexer/seen.ts';

const WINDOW = { windowMs: 1_000 };

/** A lane's state, as a Log keeps it. */
class Lane {
  readonly state = new Map<string, Buffer>();

  /** Remembers a batch; tells of each arrival whether it was known before the batch. */
  take(batch: readonly Arrival[]): readonly boolean[] {
    const newest = newestOf(this.state.get(NEWEST_KEY));
    const placed = place(WINDOW, newest, batch);
    const keys = new Set(seenKeys(placed));
    const snapshot = new Map([...this.state].filter(([key]) => keys.has(key)));
    const known = placed.map((arrival) => wasSeen(snapshot, arrival));
    for (const write of remember(newest, placed)) {
      if (write.kind === 'put') this.state.set(write.key, write.value);
      else
        for (const key of this.state.keys()) if (key.startsWith(write.key)) this.state.delete(key);
    }
    return known;
  }

  generations(): readonly number[] {
    const keys = [...this.state.keys()].filter((key) => key.startsWith('seen/'));
    return [...new Set(keys.map((key) => Number(key.split('/')[1])))].sort((a, b) => a - b);
  }
}

// Time goes on by up to a window; single records are late by any amount.
const steps = fc.array(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    ahead: fc.oneof(fc.constant(0), fc.nat(400), fc.nat(1_500)),
    late: fc.oneof({ weight: 4, arbitrary: fc.constant(0) }, fc.nat(5_000)),
  }),
  { maxLength: 40 },
);

function arrivalsOf(run: readonly { id: string; ahead: number; late: number }[]): Arrival[] {
  let now = 1_700_000_000_000;
  return run.map(({ ahead, id, late }) => {
    now += ahead;
    return { id, timeMs: now - late };
  });
}

it('knows every id that came while the lane went on by no more than the window', () => {
  fc.assert(
    fc.property(steps, (run) => {
      const lane = new Lane();
      const lastSeen = new Map<string, number>();
      let laneTime = 0;
      for (const arrival of arrivalsOf(run)) {
        laneTime = Math.max(laneTime, arrival.timeMs);
        const [isKnown] = lane.take([arrival]);
        const before = lastSeen.get(arrival.id);
        if (before === undefined) expect(isKnown).toBe(false);
        else if (laneTime - before <= WINDOW.windowMs) expect(isKnown).toBe(true);
        // Three generations of half a window: nothing is known for longer than these.
        else if (laneTime - before >= 2 * WINDOW.windowMs) expect(isKnown).toBe(false);
        lastSeen.set(arrival.id, laneTime);
      }
    }),
    { numRuns: 300 },
  );
});

it('keeps no generation but the newest three, however late records are', () => {
  fc.assert(
    fc.property(steps, fc.integer({ min: 1, max: 7 }), (run, size) => {
      const lane = new Lane();
      const arrivals = arrivalsOf(run);
      for (let i = 0; i < arrivals.length; i += size) {
        lane.take(arrivals.slice(i, i + size));
        const newest = Number(lane.state.get(NEWEST_KEY)?.toString());
        for (const generation of lane.generations()) {
          expect(generation).toBeGreaterThan(newest - 3);
          expect(generation).toBeLessThanOrEqual(newest);
        }
      }
      expect(lane.state.size).toBeLessThanOrEqual(3 * 4 + 1);
    }),
    { numRuns: 300 },
  );
});

it('has the same state after the same records, however they came in batches', () => {
  fc.assert(
    fc.property(steps, fc.array(fc.integer({ min: 1, max: 9 })), (run, sizes) => {
      const arrivals = arrivalsOf(run);
      const [one, split] = [new Lane(), new Lane()];
      one.take(arrivals);
      let at = 0;
      for (const size of [...sizes, arrivals.length]) {
        split.take(arrivals.slice(at, at + size));
        at += size;
      }
      expect(new Map([...split.state].sort())).toStrictEqual(new Map([...one.state].sort()));
    }),
    { numRuns: 300 },
  );
});

it('has nothing to write where nothing came', () => {
  expect(remember(undefined, [])).toStrictEqual([]);
  expect(remember(5, [])).toStrictEqual([]);
});

it('writes its newest generation once, and drops each old one once', () => {
  const batch = place(WINDOW, 10, [{ id: 'a', timeMs: 12 * 500 }]);
  const writes = remember(10, batch).map(({ kind, key }) => `${kind} ${key}`);
  expect(writes).toStrictEqual([
    ...['dropPrefix seen/8/', 'dropPrefix seen/9/', 'put seen/12/a', `put ${NEWEST_KEY}`],
  ]);
  expect(remember(12, place(WINDOW, 12, [{ id: 'b', timeMs: 0 }]))).toMatchObject([
    { kind: 'put', key: 'seen/12/b' },
  ]);
});
