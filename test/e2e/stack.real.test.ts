/**
 * The whole way of recorded bodies on real servers: four workers of one process each, real Kafka
 * topics, real Elasticsearch; once each, also over a rollover and when a worker is killed.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { missingData, type Recording, recordedBurst, recordedScenario } from '../support/data.ts';
import { distinctEvents, documentKeys } from '../support/distinct.ts';
import { largeBody } from '../support/large-body.ts';
import { countRecords } from '../support/kafka-view.ts';
import { type Process, query, run, type Settings, startWorker } from '../support/podwitness.ts';
import { requireReal, sharedElasticsearch, sharedKafka } from '../support/real.ts';
import { deliver, eventually } from '../support/sender.ts';

const SCENARIOS = ['a', 'b', 'c', 'd', 'f', 'i1', 'i3'];
const WORKERS = ['collector', 'normalizer', 'detector', 'indexer'] as const;
type Worker = (typeof WORKERS)[number];
const SETTLE_MS = 120_000;
const QUIET_MS = 2_000;

const skipped = 'skip' in requireReal() || missingData() !== undefined;

let folder: string;
let namespace: string;
let settings: Settings;
let brokers: readonly string[];
let node: string;
let running: Map<Worker, Process>;

beforeEach(async () => {
  if (skipped) return;
  ({ brokers } = await sharedKafka());
  ({ node } = await sharedElasticsearch());
  folder = await mkdtemp(join(tmpdir(), 'podwitness-real-'));
  namespace = `t${randomBytes(4).toString('hex')}`;
  running = new Map();
  settings = {
    PODWITNESS_KAFKA_BROKERS: brokers.join(','),
    PODWITNESS_KAFKA_TOPIC_PREFIX: `${namespace}.`,
    PODWITNESS_ELASTICSEARCH_NODE: node,
    PODWITNESS_ELASTICSEARCH_NAMESPACE: namespace,
    PODWITNESS_DATA_DIR: folder,
  };
  const done = await run(['setup'], settings);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
});

afterEach(async () => {
  if (skipped) return;
  for (const worker of running.values()) worker.kill('SIGKILL');
  await Promise.all([...running.values()].map((worker) => worker.exited));
  await rm(folder, { recursive: true, force: true });
});

async function launch(worker: Worker, failpoint?: string): Promise<Process> {
  const extra = failpoint === undefined ? {} : { PODWITNESS_FAILPOINT: failpoint };
  const started = await startWorker(worker, { ...settings, ...extra });
  running.set(worker, started);
  return started;
}

function urlOf(worker: Worker): string {
  return running.get(worker)?.url ?? '';
}

async function deliverAll(recordings: readonly Recording[]): Promise<void> {
  await Promise.all(
    recordings.map(async ({ bodies, name }) => {
      for (const body of bodies) await deliver(() => urlOf('collector'), name, body);
    }),
  );
}

async function received(stage: string): Promise<number> {
  const text = await (await fetch(`${urlOf('indexer')}/metrics`)).text();
  const line = new RegExp(
    `podwitness_records_received_total\\{stage="${stage}",[^}]*\\} (\\d+)`,
    'g',
  );
  return [...text.matchAll(line)].reduce((sum, [, count]) => sum + Number(count), 0);
}

/** Waits until the indexer has decided on every event that was ever sent, repeats included. */
async function settle(deliveries: readonly Recording[]): Promise<void> {
  const sent = deliveries
    .flatMap(({ bodies }) => bodies)
    .map((body) => (JSON.parse(body.toString('utf8')) as { items: unknown[] }).items.length)
    .reduce((sum, n) => sum + n, 0);
  await eventually(
    () => received('indexer.events'),
    (count) => count >= sent,
    SETTLE_MS,
  );
}

/** Waits until nothing more reaches the indexer: what would be doubled is doubled by then. */
async function quiet(): Promise<void> {
  for (let last = -1, now = 0; now !== last; ) {
    last = now;
    await sleep(QUIET_MS);
    now = await received('indexer.events');
  }
}

async function expectOnce(recordings: readonly Recording[]): Promise<void> {
  for (const recording of recordings) {
    const where = [`orchestrator.cluster.name=${recording.name}`];
    const expected = distinctEvents(recording.bodies);
    const found = await eventually(
      () => query('events', where, settings),
      (documents) => documents.length >= expected.length,
      SETTLE_MS,
    );
    expect(documentKeys(found)).toEqual(expected);
  }
}

async function rollover(): Promise<void> {
  const url = `${node}/logs-kubernetes.audit_logs-${namespace}/_rollover`;
  const answer = await fetch(url, { method: 'POST' });
  expect(await answer.json()).toMatchObject({ rolled_over: true });
}

describe.skipIf(skipped)('the real stack', () => {
  it('has each distinct event of the recordings once, over a rollover too', {
    timeout: 240_000,
  }, async () => {
    const recordings = SCENARIOS.map(recordedScenario);
    for (const worker of WORKERS) await launch(worker);
    await deliverAll(recordings);
    await settle(recordings);
    await expectOnce(recordings);
    await rollover();
    await deliverAll(recordings);
    await settle([...recordings, ...recordings]);
    await expectOnce(recordings);
    for (const worker of running.values()) worker.kill('SIGTERM');
    for (const worker of running.values()) expect(await worker.exited).toBe(0);
  });

  it('takes the whole burst, and a body of nearly 32 MiB', { timeout: 240_000 }, async () => {
    const large = { name: 'large', bodies: [largeBody()], auditLog: '' };
    const recordings = [recordedBurst(), large];
    for (const worker of WORKERS) await launch(worker);
    await deliverAll(recordings);
    await settle(recordings);
    await expectOnce(recordings);
  });

  it.each([
    ['normalizer', 'after-produce:2', true],
    // A batch without findings leaves nothing in a topic to see: its transaction holds the offset alone.
    ['detector', 'before-commit:2', false],
    ['normalizer', 'after-commit:2', false],
    ['indexer', 'after-bulk:2', false],
    ['indexer', 'before-commit:2', true],
  ] as const)(
    'loses and doubles nothing when the %s is killed at %s',
    {
      timeout: 180_000,
    },
    async (worker, failpoint, isTransactionOpen) => {
      const recordings = ['b', 'i3'].map(recordedScenario);
      for (const other of WORKERS) await launch(other, other === worker ? failpoint : undefined);
      const delivered = deliverAll(recordings);
      expect(await running.get(worker)?.exited).toBe('SIGKILL');
      if (isTransactionOpen) await expectOpenTransaction(worker);
      await rollover();
      await launch(worker);
      await delivered;
      await expectOnce(recordings);
      await quiet();
      await expectOnce(recordings);
    },
  );

  it('loses and doubles nothing when the indexer is killed while it restores', {
    timeout: 180_000,
  }, async () => {
    const recordings = ['b', 'i3'].map(recordedScenario);
    for (const worker of WORKERS) await launch(worker);
    await deliverAll(recordings);
    await settle(recordings);
    running.get('indexer')?.kill('SIGKILL');
    await running.get('indexer')?.exited;
    await rollover();
    await rm(join(folder, 'state'), { recursive: true, force: true });
    const dying = await launch('indexer', 'in-restore:1');
    expect(await dying.exited).toBe('SIGKILL');
    await launch('indexer');
    await deliverAll(recordings);
    await settle(recordings);
    await expectOnce(recordings);
  });
});

const OUTPUT_OF: Readonly<Record<Worker, string>> = {
  collector: 'audit.raw',
  normalizer: 'audit.events',
  detector: 'audit.findings',
  indexer: 'audit.state.indexer.events',
};

/** What the dead worker wrote in its last transaction is in the topic, and hidden from readers. */
async function expectOpenTransaction(worker: Worker): Promise<void> {
  const topic = `${namespace}.${OUTPUT_OF[worker]}`;
  const [committed, all] = await Promise.all([
    countRecords(brokers, topic, 'committed'),
    countRecords(brokers, topic, 'uncommitted'),
  ]);
  expect(all).toBeGreaterThan(committed);
}
