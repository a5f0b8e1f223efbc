/**
 * The promise under load: three API servers post steadily to two collectors while the broker is
 * away for a minute, silent or stopped. What was answered 2xx is there, each event once, and the
 * collectors' memory stays bounded.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type LocalKafka, startKafka } from '../../infra/local/kafka.ts';
import { createCodec } from '../../shared/adapters/avro/codec.ts';
import { openKafkaLog } from '../../shared/adapters/kafka/open.ts';
import { logOptions } from '../contract/log/kafka-options.ts';
import {
  type Answer,
  type Apiserver,
  batchesOf,
  startApiserver,
  steadily,
} from '../support/apiserver-sender.ts';
import { missingData, recordedBurst } from '../support/data.ts';
import { distinctEvents, documentKeys } from '../support/distinct.ts';
import { type Process, query, type Settings, start, startWorker } from '../support/podwitness.ts';
import { peakRssMiB } from '../support/process-memory.ts';
import { describeReal, localOptions } from '../support/real.ts';
import { eventually } from '../support/sender.ts';

const OUTAGE_MS = 60_000;
const BEFORE_MS = 5_000;
const AFTER_MS = 10_000;
/** Half of a kube-apiserver's times: its patience, about four minutes, becomes two. */
const HASTE = 2;
const EVENTS_PER_BATCH = 20;
const BATCHES_PER_SECOND = 3;
const CLUSTERS = ['east', 'west', 'north'];
const LARGE_BODIES = 12;
const LARGE_BODY_BYTES = 16 * 1024 * 1024;
const MAX_RSS_MIB = 512;
/** With the broker's own start in it. */
const RECOVERY_MS = 45_000;
const SETTLE_MS = 60_000;

let kafka: LocalKafka;
let folder: string;
let settings: Settings;
let collectors: Process[];
let pipeline: Process | undefined;
let servers: Map<string, Apiserver>;

const skipped = missingData() !== undefined;

beforeEach(async () => {
  if (skipped) return;
  kafka = await startKafka(localOptions());
  folder = await mkdtemp(join(tmpdir(), 'podwitness-outage-'));
  settings = {
    PODWITNESS_KAFKA_BROKERS: kafka.brokers.join(','),
    PODWITNESS_DATA_DIR: folder,
  };
  // Makes the topics, and is all that stands behind the collectors.
  pipeline = await start(['up'], settings);
  collectors = [];
  for (let i = 0; i < 2; i++) collectors.push(await startWorker('collector', settings));
  servers = new Map(
    [...CLUSTERS, 'large'].map((cluster) => {
      let turn = 0;
      const address = () => collectors[turn++ % collectors.length]?.url ?? '';
      return [cluster, startApiserver({ cluster, address, haste: HASTE })];
    }),
  );
});

afterEach(async () => {
  if (skipped) return;
  const processes = [...collectors, ...(pipeline === undefined ? [] : [pipeline])];
  for (const each of processes) each.kill('SIGKILL');
  await Promise.all(processes.map((each) => each.exited));
  for (const server of servers.values()) server.close();
  await kafka.stop();
  await rm(folder, { recursive: true, force: true });
});

/** A batch as a kube-apiserver makes it of large objects at level RequestResponse. */
function largeBody(n: number): Buffer {
  const items = Array.from({ length: 16 }, (_, i) => ({
    level: 'RequestResponse',
    auditID: `large-${n}-${i}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/x/configmaps',
    verb: 'create',
    user: { username: 'writer' },
    sourceIPs: ['10.0.0.1'],
    objectRef: { resource: 'configmaps', namespace: 'x', name: `c${i}`, apiVersion: 'v1' },
    requestReceivedTimestamp: '2026-11-21T10:00:00.000000Z',
    stageTimestamp: '2026-11-21T10:00:00.100000Z',
    requestObject: { kind: 'ConfigMap', data: { text: 'x'.repeat(LARGE_BODY_BYTES / 16) } },
  }));
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
  return Buffer.from(`${JSON.stringify(list)}\n`);
}

/** Remembers what was handed out. */
function* kept(bodies: Iterable<Buffer>, into: Buffer[]): Generator<Buffer> {
  for (const body of bodies) {
    into.push(body);
    yield body;
  }
}

async function storedBodies(): Promise<ReadonlySet<string>> {
  const log = await openKafkaLog(logOptions(kafka.brokers, join(folder, 'view')));
  const codec = createCodec('RawBatch');
  const parts = new Map<string, Set<number>>();
  const whole = new Set<string>();
  try {
    const { signal } = new AbortController();
    const all = log.read({ topic: 'audit.raw', from: 'beginning', untilEnd: true, signal });
    for await (const { value } of all) {
      const decoded = codec.decode(value ?? Buffer.alloc(0));
      if (!decoded.ok) throw new Error(decoded.fault.message);
      const { bodySha256, part, parts: count } = decoded.value;
      const hash = bodySha256.toString('hex');
      const seen = parts.get(hash) ?? new Set<number>();
      parts.set(hash, seen.add(part));
      if (seen.size === count) whole.add(hash);
    }
  } finally {
    await log.close();
  }
  return whole;
}

async function expectOnce(cluster: string, bodies: readonly Buffer[]): Promise<void> {
  const expected = distinctEvents(bodies);
  const where = [`orchestrator.cluster.name=${cluster}`];
  const found = await eventually(
    () => query('events', where, settings),
    (documents) => documents.length >= expected.length,
    SETTLE_MS,
  );
  expect(documentKeys(found)).toEqual(expected);
}

function allAnswers(): readonly Answer[] {
  return [...servers.values()].flatMap(({ answers }) => answers);
}

interface Ready {
  readonly ready: boolean;
  readonly degraded: Readonly<Record<string, string>>;
}

async function readyz(): Promise<Ready> {
  return (await (await fetch(`${collectors[0]?.url}/readyz`)).json()) as Ready;
}

interface Measured {
  readonly answers: Readonly<Record<string, number>>;
  /** From the broker's return to the first body that is accepted. */
  readonly recoveryMs: number;
  readonly slowestMs: number;
  readonly peaksMiB: readonly number[];
}

function measured(answers: readonly Answer[], backMs: number): Measured {
  const counts: Record<string, number> = {};
  for (const { said } of answers) counts[said] = (counts[said] ?? 0) + 1;
  const acceptedMs = answers
    .filter(({ said }) => said === 200)
    .map(({ atMs, tookMs }) => atMs + tookMs)
    .filter((endMs) => endMs >= backMs);
  return {
    answers: counts,
    recoveryMs: Math.min(...acceptedMs) - backMs,
    slowestMs: Math.max(...answers.map(({ tookMs }) => tookMs)),
    peaksMiB: collectors.map(({ pid }) => Math.round(peakRssMiB(pid) ?? 0)),
  };
}

const OUTAGES = {
  'does not answer': {
    begin: async () => void process.kill(kafka.pids[0] ?? 0, 'SIGSTOP'),
    end: async () => void process.kill(kafka.pids[0] ?? 0, 'SIGCONT'),
  },
  'is stopped': {
    begin: () => kafka.stopBroker(0),
    end: () => kafka.startBroker(0),
  },
};

describeReal('a broker that is away for a minute', () => {
  it.skipIf(skipped).each(Object.entries(OUTAGES))(
    'loses nothing that was accepted when it %s, and doubles nothing',
    { timeout: 300_000 },
    async (_name, outage) => {
      const sent = new Map<string, Buffer[]>([...servers.keys()].map((cluster) => [cluster, []]));
      const load = CLUSTERS.map((cluster) => ({
        server: servers.get(cluster) as Apiserver,
        bodies: kept(
          batchesOf(recordedBurst().bodies, EVENTS_PER_BATCH),
          sent.get(cluster) as Buffer[],
        ),
      }));
      const loading = new AbortController();
      const posting = steadily(load, BATCHES_PER_SECOND, loading.signal);
      await sleep(BEFORE_MS);
      await outage.begin();
      const large = Array.from({ length: LARGE_BODIES }, (_, n) => largeBody(n));
      sent.set('large', large);
      for (const body of large) servers.get('large')?.send(body);
      const awayMs = Date.now();
      // It stays ready: who is told 503 with Retry-After is more patient than who finds no door.
      const told = await eventually(readyz, ({ degraded }) => 'appends' in degraded, OUTAGE_MS);
      expect(told.ready).toBe(true);
      await sleep(awayMs + OUTAGE_MS - Date.now());
      const backMs = Date.now();
      await outage.end();
      await sleep(AFTER_MS);
      loading.abort();
      await posting;
      await Promise.all([...servers.values()].map((server) => server.idle()));

      const answers = allAnswers();
      const numbers = measured(answers, backMs);
      console.info(JSON.stringify(numbers));
      // The last repeat of an attempt may be cut off by the sender's own deadline; how often, is
      // the machine's doing: it is far from idle when all come back at once.
      const { '200': accepted = 0, '503': refused = 0, deadline: _, ...others } = numbers.answers;
      expect(others).toEqual({});
      expect(accepted).toBeGreaterThan(0);
      expect(refused).toBeGreaterThan(0);
      expect(answers.filter((a) => a.said === 503 && a.retryAfter === undefined)).toEqual([]);
      expect(numbers.recoveryMs).toBeLessThan(RECOVERY_MS);
      for (const peak of numbers.peaksMiB) expect(peak).toBeLessThan(MAX_RSS_MIB);

      expect((await readyz()).degraded).not.toHaveProperty('appends');
      const stored = await storedBodies();
      for (const [cluster, server] of servers) {
        expect(server.dropped, `${cluster}: five attempts are longer than the outage`).toEqual(
          new Set(),
        );
        expect([...server.accepted].filter((hash) => !stored.has(hash))).toEqual([]);
        await expectOnce(cluster, sent.get(cluster) ?? []);
      }
      for (const each of [...collectors, pipeline as Process]) {
        each.kill('SIGTERM');
        expect(await each.exited, 'it was never restarted').toBe(0);
      }
    },
  );
});
