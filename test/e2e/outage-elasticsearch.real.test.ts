/**
 * Elasticsearch that is away while events flow: silent, stopped, or taking no writes because its
 * disk is full. Findings flow on, nothing is lost or doubled, and nobody restarts anything.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalElasticsearch, startElasticsearch } from '../../infra/local/elasticsearch.ts';
import { call } from '../contract/event-store/elasticsearch-access.ts';
import { missingData, type Recording, recordedScenario } from '../support/data.ts';
import { distinctEvents, documentKeys } from '../support/distinct.ts';
import { type Gate, gateTo } from '../support/gate.ts';
import { countRecords } from '../support/kafka-view.ts';
import { type Process, query, run, type Settings, startWorker } from '../support/podwitness.ts';
import { describeReal, localOptions, sharedKafka } from '../support/real.ts';
import { deliver, eventually } from '../support/sender.ts';

/** Longer than several time-outs and waits, which are set to a few seconds below. */
const OUTAGE_MS = 15_000;
const SETTLE_MS = 60_000;
const WORKERS = ['collector', 'normalizer', 'detector', 'indexer'] as const;
type Worker = (typeof WORKERS)[number];

const skipped = missingData() !== undefined;

let elasticsearch: LocalElasticsearch;
let gate: Gate;
let folder: string;
let namespace: string;
let brokers: readonly string[];
let settings: Settings;
const running = new Map<Worker, Process>();

describeReal('Elasticsearch that is away', () => {
  beforeAll(async () => {
    if (skipped) return;
    ({ brokers } = await sharedKafka());
    elasticsearch = await startElasticsearch({ ...localOptions(), heapMiB: 768 });
    const { hostname, port } = new URL(elasticsearch.node);
    gate = await gateTo(hostname, Number(port));
    folder = await mkdtemp(join(tmpdir(), 'podwitness-outage-'));
    namespace = `t${randomBytes(4).toString('hex')}`;
    settings = {
      PODWITNESS_KAFKA_BROKERS: brokers.join(','),
      PODWITNESS_KAFKA_TOPIC_PREFIX: `${namespace}.`,
      PODWITNESS_ELASTICSEARCH_NODE: `http://127.0.0.1:${gate.port}`,
      PODWITNESS_ELASTICSEARCH_NAMESPACE: namespace,
      PODWITNESS_ELASTICSEARCH_REQUEST_TIMEOUT_MS: '3000',
      PODWITNESS_PIPELINE_RETRY_MAX_MS: '1000',
      PODWITNESS_DATA_DIR: folder,
    };
    const done = await run(['setup'], settings);
    expect(done, done.stderr).toMatchObject({ exitCode: 0 });
    for (const worker of WORKERS) running.set(worker, await startWorker(worker, settings));
  }, 240_000);

  afterAll(async () => {
    if (skipped) return;
    for (const worker of running.values()) worker.kill('SIGKILL');
    await Promise.all([...running.values()].map((worker) => worker.exited));
    await gate.shut();
    await elasticsearch.stop();
    await rm(folder, { recursive: true, force: true });
  });

  const block = (isOn: boolean) =>
    call(elasticsearch, 'PUT', `/logs-*-${namespace}/_settings`, {
      'index.blocks.read_only_allow_delete': isOn ? true : null,
    });

  it.skipIf(skipped).each([
    {
      name: 'is silent',
      scenario: 'b',
      begin: async () => void process.kill(-elasticsearch.pid, 'SIGSTOP'),
      end: async () => void process.kill(-elasticsearch.pid, 'SIGCONT'),
      code: 'store_unavailable',
    },
    {
      name: 'is stopped',
      scenario: 'c',
      begin: () => gate.shut(),
      end: () => gate.open(),
      code: 'store_unavailable',
    },
    {
      name: 'takes no writes',
      scenario: 'd',
      begin: () => block(true),
      end: () => block(false),
      code: 'store_busy',
    },
  ])('loses and doubles nothing while it $name', { timeout: 180_000 }, async (outage) => {
    const before = recordedScenario('a');
    await deliverAll({ ...before, name: `before-${outage.scenario}` });
    const findings = await committed('audit.findings');
    await outage.begin();
    const startMs = Date.now();
    const during = recordedScenario(outage.scenario);
    try {
      await deliverAll(during);
      const trouble = await eventually(
        readyz,
        ({ troubles }) => Object.values(troubles).some((text) => text.startsWith(outage.code)),
        SETTLE_MS,
      );
      expect(Object.values(trouble.troubles).join()).toMatch(/since \d{4}-/);
      // The detector does not need the store.
      await eventually(
        () => committed('audit.findings'),
        (count) => count > findings,
        SETTLE_MS,
      );
      await sleep(Math.max(0, startMs + OUTAGE_MS - Date.now()));
    } finally {
      await outage.end();
    }
    await expectOnce(`before-${outage.scenario}`, before);
    await expectOnce(during.name, during);
    await eventually(readyz, ({ ready }) => ready, SETTLE_MS);
  });
});

function urlOf(worker: Worker): string {
  return running.get(worker)?.url ?? '';
}

async function deliverAll({ bodies, name }: Recording): Promise<void> {
  for (const body of bodies) await deliver(() => urlOf('collector'), name, body);
}

function committed(topic: string): Promise<number> {
  return countRecords(brokers, `${namespace}.${topic}`, 'committed');
}

interface Ready {
  readonly ready: boolean;
  readonly troubles: Readonly<Record<string, string>>;
}

async function readyz(): Promise<Ready> {
  return (await (await fetch(`${urlOf('indexer')}/readyz`)).json()) as Ready;
}

async function expectOnce(cluster: string, { bodies }: Recording): Promise<void> {
  const expected = distinctEvents(bodies);
  const found = await eventually(
    () => query('events', [`orchestrator.cluster.name=${cluster}`], settings),
    (documents) => documents.length >= expected.length,
    SETTLE_MS,
  );
  expect(documentKeys(found)).toEqual(expected);
}
