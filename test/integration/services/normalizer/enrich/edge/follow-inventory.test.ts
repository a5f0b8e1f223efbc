/** Normalizers on one log: what one learns, the others know, and those that start later. */
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startNormalizer } from '../../../../../../services/normalizer/main.ts';
import type { JsonObject } from '../../../../../../shared/domain/json.ts';
import type { RunningWorker } from '../../../../../../shared/pipeline/runner.ts';
import { within } from '../../../../../contract/log/harness.ts';
import { openPipelineRig, type PipelineRig } from '../../../../../support/pipeline-rig.ts';
import { until } from '../../../../../support/worker-rig.ts';
import type { Tree } from '../../../../../unit/services/normalizer/map/leaves.ts';
import {
  BEGIN_MS,
  audit,
  exec,
  kubelet,
  WEB_POD,
  webPod,
} from '../../../../../unit/services/normalizer/enrich/learned/story.ts';

const WAIT_MS = 20_000;
const KNOWN = { workload_kind: 'Deployment', workload: 'web', node: 'worker-1' };

let rig: PipelineRig;
let running: RunningWorker[];

beforeEach(async () => {
  rig = await openPipelineRig();
  running = [];
});

afterEach(async () => {
  await Promise.all(running.map((worker) => worker.stop()));
  await rig.close();
});

async function start(): Promise<RunningWorker> {
  const worker = await startNormalizer(rig.context, rig.log);
  running.push(worker);
  return worker;
}

async function send(events: readonly JsonObject[]): Promise<void> {
  const bodies = events.map((event) => JSON.stringify(event));
  await rig.send(bodies, { cluster: 'prod', receivedAt: BEGIN_MS + 3_600_000 });
}

async function documents(): Promise<readonly Tree[]> {
  const events = await rig.values('audit.events');
  return events.map(({ document }) => JSON.parse(document.toString('utf8')) as Tree);
}

async function count(events: number): Promise<void> {
  const are = async () => (await documents()).length >= events;
  await within(WAIT_MS, `${events} events`, until(are));
}

async function podOf(event: JsonObject): Promise<unknown> {
  const document = (await documents()).find(
    ({ kubernetes }) => (kubernetes?.['audit']?.['auditID'] as unknown) === event['auditID'],
  );
  return document?.['podwitness']?.['pod'];
}

it('what one learnt, another knows that starts later; and again after all have stopped', async () => {
  const first = await start();
  await send(webPod());
  await count(3);
  const second = await start();
  await first.stop();
  const [one, two] = [exec(60), exec(70)];
  await send([one]);
  await count(4);
  expect(await podOf(one)).toMatchObject(KNOWN);
  await second.stop();
  await start();
  await send([two]);
  await count(5);
  expect(await podOf(two)).toMatchObject(KNOWN);
});

it('several that run at once share it, over all partitions', async () => {
  await Promise.all([start(), start()]);
  await send(webPod());
  await count(3);
  // What was said in two partitions at once is one record soon: each change of either is merged.
  const events = Array.from({ length: 20 }, (_, i) => exec(60 + i));
  for (const event of events) await send([event]);
  await count(23);
  expect(await podOf(events.at(-1) ?? {})).toMatchObject(KNOWN);
});

it('a kubelet that repeats itself writes one record', async () => {
  await start();
  const beat = (i: number) =>
    audit(10 * i, ['patch', 'pods', 'shop', WEB_POD, 'status'], kubelet('worker-1'));
  await send([beat(0)]);
  await count(1);
  await send(Array.from({ length: 30 }, (_, i) => beat(i + 1)));
  await count(31);
  expect(await rig.values('audit.inventory')).toHaveLength(1);
});

it('can be switched off', async () => {
  const { config } = rig.context;
  const enrichment = { ...config.normalizer.enrichment, learn: false };
  const context = {
    ...rig.context,
    config: { ...config, normalizer: { ...config.normalizer, enrichment } },
  };
  running.push(await startNormalizer(context, rig.log));
  await send(webPod());
  await count(3);
  expect(await rig.values('audit.inventory')).toStrictEqual([]);
});
