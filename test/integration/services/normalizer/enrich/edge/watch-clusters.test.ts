/** What an API server says of what was there before, over HTTPS, into the inventory. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { startInventory } from '../../../../../../services/normalizer/enrich/edge/follow-inventory.ts';
import type { RunningInventory } from '../../../../../../services/normalizer/enrich/edge/follow-inventory.ts';
import { lookup } from '../../../../../../services/normalizer/enrich/learned/table.ts';
import type { JsonObject } from '../../../../../../shared/domain/json.ts';
import type { Context } from '../../../../../../shared/runtime/context.ts';
import { within } from '../../../../../contract/log/harness.ts';
import { type FakeApiServer, startFakeApiServer } from '../../../../../support/fake-api-server.ts';
import { openPipelineRig, type PipelineRig } from '../../../../../support/pipeline-rig.ts';
import { until } from '../../../../../support/worker-rig.ts';

const WAIT_MS = 15_000;
const CREATED = '2026-11-20T10:00:00Z';

let folder: string;
let rig: PipelineRig;
let server: FakeApiServer;
let running: RunningInventory | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-api-'));
  rig = await openPipelineRig();
  server = await startFakeApiServer(folder);
});

afterEach(async () => {
  await running?.stop();
  running = undefined;
  await server.close();
  await rig.close();
  await rm(folder, { recursive: true });
});

function pod(name: string, node = 'worker-1'): JsonObject {
  const ownerReferences = [{ kind: 'StatefulSet', name: 'db', controller: true }];
  return {
    metadata: { name, namespace: 'shop', creationTimestamp: CREATED, ownerReferences },
    spec: { nodeName: node, containers: [{ name: 'app', image: 'db:17' }] },
  };
}

async function start(): Promise<void> {
  const { config } = rig.context;
  const { caPath, tokenPath, url } = server;
  const api = { cluster: 'prod', url, tokenPath, caPath, resources: ['pods' as const] };
  const enrichment = { ...config.normalizer.enrichment, kubernetes: [api] };
  const normalizer = { ...config.normalizer, enrichment };
  const context: Context = { ...rig.context, config: { ...config, normalizer } };
  running = await startInventory(context, rig.log);
}

function saysOf(name: string, atMs = Date.now()): JsonObject | undefined {
  return running && lookup(running.table, `pod/prod/shop/${name}`, atMs)?.says;
}

async function known(name: string, node = 'worker-1'): Promise<void> {
  const is = () => Promise.resolve(saysOf(name)?.['node'] === node);
  await within(WAIT_MS, `${name} on ${node}`, until(is));
}

async function watched(times = 1): Promise<void> {
  const begun = () => server.asked.filter((path) => path.includes('watch=1')).length;
  await within(
    WAIT_MS,
    'a watch',
    until(() => Promise.resolve(begun() >= times)),
  );
}

it('lists in pages, and knows what it found from its beginning on', async () => {
  server.objects = Array.from({ length: 7 }, (_, i) => pod(`db-${i}`));
  server.page = 3;
  await start();
  await known('db-0');
  await known('db-6');
  expect(saysOf('db-6', Date.parse(CREATED) + 5000)).toMatchObject({
    owner: 'StatefulSet/db',
    'image:app': 'db:17',
  });
  const lists = server.asked.filter((path) => !path.includes('watch=1'));
  expect(lists).toStrictEqual([
    '/api/v1/pods?limit=500',
    '/api/v1/pods?limit=500&continue=3',
    '/api/v1/pods?limit=500&continue=6',
  ]);
});

it('follows what changes, from where the list and the last watch ended', async () => {
  await start();
  await watched();
  server.send('ADDED', pod('db-0'));
  await known('db-0');
  server.send('BOOKMARK', {});
  server.send('DELETED', pod('db-0'));
  const isGone = () => running?.table.timeline('pod/prod/shop/db-0')?.at(-1)?.change === 'end';
  await within(
    WAIT_MS,
    'the end',
    until(() => Promise.resolve(isGone())),
  );
  server.endWatches();
  await watched(2);
  expect(server.asked.at(-1)).toContain('resourceVersion=103');
});

it('lists again when the server has forgotten the place', async () => {
  await start();
  await watched();
  server.objects = [pod('db-0')];
  server.send('ERROR', { kind: 'Status', code: 410 });
  server.endWatches();
  await known('db-0');
});

it('goes on by itself after refusals, with a token that is new; readiness is not touched', async () => {
  const { health } = rig.context;
  await writeFile(server.tokenPath, 'an-old-token');
  server.objects = [pod('db-0')];
  await start();
  const isTold = () => Promise.resolve('kubernetes/prod/pods' in health.weaknesses());
  await within(WAIT_MS, 'word of the trouble', until(isTold));
  expect(health.weaknesses()['kubernetes/prod/pods']).toContain('401');
  expect(health.troubles()).toStrictEqual({});
  await writeFile(server.tokenPath, 'a-token-of-a-test');
  server.refuse(503, 1);
  await known('db-0');
  await within(
    WAIT_MS,
    'no more trouble',
    until(async () => !(await isTold())),
  );
});

it('writes nothing that is known already', async () => {
  server.objects = [pod('db-0')];
  await start();
  await known('db-0');
  await running?.stop();
  await start();
  await known('db-0');
  await watched(2);
  expect(await rig.values('audit.inventory')).toHaveLength(1);
});

it('believes no other authority', async () => {
  const other = await startFakeApiServer(folder);
  server.objects = [pod('db-0')];
  await start();
  const { health } = rig.context;
  const isTold = () => Promise.resolve('kubernetes/prod/pods' in health.weaknesses());
  await within(WAIT_MS, 'word of the trouble', until(isTold));
  expect(server.asked).toStrictEqual([]);
  await other.close();
});
