/**
 * The law of every stage: how the input is cut into batches changes neither the events nor the state
 * that is left, whatever comes in whatever order.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import {
  batch,
  createLane,
  HOUR,
  idsOf,
  type Input,
  lost,
  MINUTE,
  numbered,
  SECOND,
  START_MS,
  tick,
} from './lane.ts';

const T = START_MS;
const SETTINGS = {
  ...{ silenceMs: 2 * MINUTE, establishedMs: 5 * MINUTE, forgetMs: HOUR, maxTracked: 6 },
  ...{ windowMs: MINUTE, minWindowRecords: 5, lateMs: MINUTE, lateBatches: 2, lateForMs: MINUTE },
  ...{ gapAllowanceMs: MINUTE },
};

/** Something a little later than what was before it. */
const step = fc.record({
  passedMs: fc.oneof(
    { weight: 8, arbitrary: fc.integer({ min: 0, max: 40 * SECOND }) },
    { weight: 1, arbitrary: fc.integer({ min: 0, max: 2 * HOUR }) },
  ),
  aboutMs: fc.integer({ min: -5 * MINUTE, max: 5 * MINUTE }),
  what: fc.constantFrom('batch', 'batch', 'batch', 'tick', 'tick', 'number', 'lost'),
  who: fc.nat(8),
  count: fc.nat(400),
});

const inputs = fc.array(step, { minLength: 1, maxLength: 250 }).map((steps) => {
  let nowMs = T;
  return steps.map(({ aboutMs, count, passedMs, what, who }, i): Input => {
    nowMs += passedMs;
    const sender = `s${who}`;
    switch (what) {
      case 'tick':
        return tick(nowMs + (count % 7 === 0 ? aboutMs : 0));
      case 'number':
        return numbered(nowMs, 1 + (count % 40), { collector: `c${who % 3}` });
      case 'lost':
        return lost(nowMs, sender, { reason: 'retention', messages: count });
      default: {
        const about = { cluster: `k${who % 3}`, sender, records: count, hash: `h${i % 90}` };
        const newest = nowMs - (count % 5 === 0 ? aboutMs : SECOND);
        return batch(nowMs, { ...about, newest });
      }
    }
  });
});

async function run(all: readonly Input[], sizes: readonly number[]) {
  const lane = createLane(SETTINGS);
  const events = [];
  for (let at = 0, i = 0; at < all.length; i++) {
    const size = sizes[i % sizes.length] ?? 1;
    events.push(...(await lane.take(all.slice(at, at + size))));
    at += size;
  }
  return { events, state: lane.state() };
}

it('gives the same events and leaves the same state for any batches', async () => {
  const sizes = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 10 });
  let told = 0;
  await fc.assert(
    fc.asyncProperty(inputs, sizes, async (all, cut) => {
      const whole = await run(all, [all.length]);
      told += whole.events.length;
      expect(await run(all, cut)).toStrictEqual(whole);
      expect(await run(all, [1])).toStrictEqual(whole);
      const ids = idsOf(whole.events);
      expect(new Set(ids).size).toBe(ids.length);
    }),
    { numRuns: 150 },
  );
  // Otherwise the law would hold for a stage that does nothing.
  expect(told).toBeGreaterThan(100);
});

it('ends nothing that did not begin, and begins nothing twice', async () => {
  await fc.assert(
    fc.asyncProperty(inputs, async (all) => {
      const { events } = await run(all, [7]);
      const open = new Set<string>();
      for (const { beginMs, key, kind, state } of events) {
        const episode = `${kind} ${key} ${beginMs}`;
        if (state === 'begin') {
          expect(open.has(episode)).toBe(false);
          open.add(episode);
        }
        if (state === 'end') expect(open.delete(episode)).toBe(true);
      }
    }),
    { numRuns: 150 },
  );
});
