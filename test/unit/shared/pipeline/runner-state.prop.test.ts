import fc from 'fast-check';
import { describe, expect, it, vi } from 'vitest';
import { decideStateful } from '../../../../shared/pipeline/decide.ts';
import type { Outcome } from '../../../../shared/pipeline/outcome.ts';
import { isTick, type StatefulStage } from '../../../../shared/pipeline/stage.ts';
import { tickRecord } from '../../../../shared/pipeline/tick.ts';
import type { StateWrite } from '../../../../shared/ports/log.ts';
import { openRig, type Rig, TOPIC, until } from '../../../support/worker-rig.ts';

/** Counts each word; a tick tells the counts so far and forgets the words that it told. */
const counter: StatefulStage<string, string, 'aside'> = {
  name: 'counter',
  keys: (batch) => [
    'words',
    ...batch.flatMap(({ value }) => (isTick(value) ? [] : [`n/${value}`])),
  ],
  step(state, batch) {
    const counts = new Map<string, number>();
    const words = new Set(state.get('words')?.toString().split(' ').filter(Boolean));
    const countOf = (word: string): number =>
      counts.get(word) ?? Number(state.get(`n/${word}`)?.toString() ?? 0);
    const outcomes = batch.map(({ value, origin }): Outcome<string, 'aside'> => {
      if (isTick(value)) {
        const told = [...words].sort().join(' ');
        words.clear();
        return { kind: 'emit', items: [`${value.timeMs} ${told}`] };
      }
      counts.set(value, countOf(value) + 1);
      words.add(value);
      return { kind: 'emit', items: [`${value} ${countOf(value)} at ${origin.offset}`] };
    });
    const put = (key: string, text: string): StateWrite => ({
      kind: 'put',
      key,
      value: Buffer.from(text),
    });
    const writes = [...counts].map(([word, count]) => put(`n/${word}`, String(count)));
    return { outcomes, writes: [...writes, put('words', [...words].sort().join(' '))] };
  },
};

const start = (rig: Rig, maxBatchRecords: number, rest: object = {}) =>
  rig.start(decideStateful(counter), {
    limits: { maxBatchRecords },
    changelogTopic: TOPIC.state,
    ...rest,
  });

/** Words, or null for a tick. */
const inputs = fc.array(fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 4 }), {
  minLength: 1,
  maxLength: 15,
});

async function append(rig: Rig, input: readonly (string | null)[], from = 0): Promise<void> {
  let at = from;
  for (const word of input) {
    at += 1;
    if (word === null) {
      const { headers = {}, timestampMs } = tickRecord(TOPIC.in, 0, at);
      await rig.append([null], { headers, timestampMs });
    } else await rig.append([word]);
  }
}

/** What came out when `input` was taken in batches of at most this size, with a restart in between. */
async function outputsOf(
  input: readonly (string | null)[],
  size: number,
  restartAt: number,
): Promise<readonly string[]> {
  const rig = await openRig();
  try {
    const [before, after] = [input.slice(0, restartAt), input.slice(restartAt)];
    await append(rig, before);
    await start(rig, size);
    await rig.settled();
    await rig.restart();
    await append(rig, after, before.length);
    await start(rig, size);
    await rig.settled();
    return await rig.texts(TOPIC.out);
  } finally {
    await rig.close();
  }
}

it('gives the same outputs for any batches, also over a restart', async () => {
  const sizes = fc.tuple(fc.integer({ min: 1, max: 6 }), fc.nat(15));
  await fc.assert(
    fc.asyncProperty(inputs, sizes, async (input, [size, restartAt]) => {
      const once = await outputsOf(input, 100, 0);
      expect(once).toHaveLength(input.length);
      expect(await outputsOf(input, size, restartAt)).toStrictEqual(once);
    }),
    { numRuns: 12 },
  );
});

describe('ticks', () => {
  it('arrive in the input, are counted as such, and are the same in a replay', async () => {
    const rig = await openRig();
    try {
      await rig.append(['a', 'b']);
      const worker = await start(rig, 1, { tickIntervalMs: 5 });
      const told = async () => (await rig.texts(TOPIC.out)).filter((text) => /^\d{10,}/.test(text));
      await until(async () => (await told()).length >= 2);
      await worker.stop();
      const live = await rig.texts(TOPIC.out);
      const ticks = (await rig.records(TOPIC.in)).filter(({ value }) => value === null);
      expect(ticks.length).toBeGreaterThanOrEqual(live.length - 2);
      // The same input again, for another group.
      await start(rig, 100, { group: 'replay' });
      await until(async () => (await rig.texts(TOPIC.out)).length >= live.length * 2);
      const replay = (await rig.texts(TOPIC.out)).slice(live.length);
      expect(replay.slice(0, live.length)).toStrictEqual(live);
    } finally {
      await rig.close();
    }
  });

  it('end with the worker, and with their timer', async () => {
    const begun = vi.spyOn(globalThis, 'setInterval');
    const ended = vi.spyOn(globalThis, 'clearInterval');
    const rig = await openRig();
    try {
      const worker = await start(rig, 1, { tickIntervalMs: 1 });
      await until(async () => (await rig.records(TOPIC.in)).length > 0);
      await worker.stop();
      const at = begun.mock.calls.findIndex(([, ms]) => ms === 1);
      expect(ended).toHaveBeenCalledWith(begun.mock.results[at]?.value);
    } finally {
      vi.restoreAllMocks();
      await rig.close();
    }
  });
});
