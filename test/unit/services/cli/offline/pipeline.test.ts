import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createOffline, type OfflineResult } from '../../../../../services/cli/offline/pipeline.ts';
import { readRules } from '../../../../../services/detector/read-rules.ts';
import { createDetectorStage } from '../../../../../services/detector/stage.ts';
import { sessionsOf } from '../../../../../services/detector/worker.ts';
import { createOfflineNormalizer } from '../../../../../services/normalizer/stage.ts';
import { missingData, recordedScenario } from '../../../../support/data.ts';
import { LINE } from '../../normalizer/batches.ts';

const stages = {
  normalizer: createOfflineNormalizer({ dataStreamNamespace: 'default' }),
  detector: createDetectorStage({ current: await readRules({ bundled: true, paths: [] }) }),
  sessions: sessionsOf,
};
const missing = missingData();

function resultOf(bodies: readonly Buffer[]): OfflineResult {
  const offline = createOffline(stages, 'prod');
  for (const body of bodies) offline.add(body);
  return offline.result();
}

/** All bytes that can come out. */
function bytesOf({ events, findings, sessions }: OfflineResult): string {
  return [...events, ...findings, ...sessions]
    .map(({ id, document }) => `${id} ${document.toString()}`)
    .join('\n');
}

const line = (change: object): Buffer => Buffer.from(JSON.stringify({ ...LINE, ...change }));

describe('a copy of an event', () => {
  const truncated = line({ annotations: { 'audit.k8s.io/truncated': 'true' } });
  const whole = line({ requestObject: { spec: { hostNetwork: true } } });
  const other = line({ requestObject: { spec: { hostPID: true, serviceAccountName: 'xyz' } } });

  it('counts once, and the fullest stands, whichever came first', () => {
    fc.assert(
      fc.property(fc.shuffledSubarray([truncated, whole, other], { minLength: 3 }), (bodies) => {
        const { events } = resultOf(bodies);
        // What the API server cut is a record of its own, which names the whole one.
        const [one, ...others] = events.filter(({ partial }) => !partial);
        expect([others.length, events.length]).toStrictEqual([0, 2]);
        expect(one?.document.toString()).toContain('xyz');
        expect(bytesOf({ events, findings: [], sessions: [] })).toContain(
          `"related_event":"${one?.id}"`,
        );
      }),
    );
  });

  it('does not depend on the order among copies of one length', () => {
    const [a, b] = [line({ userAgent: 'aaa' }), line({ userAgent: 'bbb' })];
    expect(bytesOf(resultOf([a, b]))).toBe(bytesOf(resultOf([b, a])));
  });
});

it('tells how much of a body was events, and how much was not', () => {
  const offline = createOffline(stages, 'prod');
  const mixed = offline.add(Buffer.from(`[${String(line({}))},1,{}]`));
  expect(mixed).toMatchObject({ events: 1, dropped: {} });
  expect(Object.values(mixed.rejected)).toStrictEqual([2]);
  const noise = offline.add(Buffer.from('noise'));
  expect(noise.events).toBe(0);
  expect([...Object.values(noise.rejected), ...Object.values(noise.dropped)]).toStrictEqual([1]);
  expect(offline.add(Buffer.from('[]'))).toStrictEqual({
    ...{ events: 0, dropped: { empty: 1 }, rejected: {} },
  });
});

it('orders by time, whatever came first', () => {
  const times = ['2026-11-21T06:00:03Z', '2026-11-21T06:00:01Z', '2026-11-21T06:00:02Z'];
  const { events } = resultOf(times.map((stageTimestamp) => line({ stageTimestamp })));
  expect(events.map(({ time }) => time)).toStrictEqual(times.map((t) => Date.parse(t)).sort());
});

describe.skipIf(missing !== undefined)(
  `recordings${missing === undefined ? '' : `: ${missing}`}`,
  () => {
    const bodies =
      missing === undefined ? ['b', 'c'].flatMap((s) => recordedScenario(s).bodies) : [];

    it('give the same bytes twice, and in any order', () => {
      const expected = bytesOf(resultOf(bodies));
      expect(bytesOf(resultOf(bodies))).toBe(expected);
      expect(bytesOf(resultOf([...bodies].reverse()))).toBe(expected);
      const shuffled = fc.sample(fc.shuffledSubarray([...bodies], { minLength: bodies.length }), 2);
      for (const order of shuffled) expect(bytesOf(resultOf(order))).toBe(expected);
      expect(resultOf(bodies).findings.length).toBeGreaterThan(0);
    });

    it('have each finding once', () => {
      const ids = resultOf([...bodies, ...bodies]).findings.map(({ id }) => id);
      expect(new Set(ids).size).toBe(ids.length);
    });
  },
);
