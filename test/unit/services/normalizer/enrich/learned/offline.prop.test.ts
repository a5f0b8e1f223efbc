import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { JsonObject } from '../../../../../../shared/domain/json.ts';
import { audit, exec, kubelet, offline, podBody, webPod } from './story.ts';

const create = (seconds: number, node: string) =>
  audit(seconds, ['create', 'pods', 'shop', 'db-0'], {
    requestObject: podBody('StatefulSet/db', { spec: { nodeName: node, containers: [] } }),
  });
const beat = (seconds: number, node: string) =>
  audit(seconds, ['patch', 'pods', 'shop', 'db-0', 'status'], kubelet(node));

/** A pod that moves there and back again, with heartbeats that say the same and then another thing. */
const STORY: readonly JsonObject[] = [
  ...webPod(),
  ...[create(0, 'one'), beat(5, 'one'), beat(15, 'one'), exec(16, 'db-0')],
  ...[audit(18, ['delete', 'pods', 'shop', 'db-0']), create(20, 'two'), beat(25, 'two')],
  ...[exec(26, 'db-0'), create(40, 'one'), beat(45, 'one'), beat(50, 'four'), exec(60, 'db-0')],
  exec(30),
];

it('files in any order, cut anywhere, and twice: the same documents, byte for byte', () => {
  const expected = offline([STORY]);
  const orders = fc.shuffledSubarray([...STORY, ...STORY], { minLength: STORY.length * 2 });
  fc.assert(
    fc.property(orders, fc.nat({ max: STORY.length }), (events, cut) => {
      expect(offline([events.slice(0, cut), events.slice(cut)])).toStrictEqual(expected);
    }),
    { numRuns: 30 },
  );
});

it('tells of a pod what comes later in the files, too', () => {
  const documents = [...offline([[exec(30)], webPod()]).values()].map(
    (text) => JSON.parse(text) as { podwitness?: { pod?: object } },
  );
  expect(documents[0]?.podwitness?.pod).toMatchObject({ workload: 'web', node: 'worker-1' });
});
