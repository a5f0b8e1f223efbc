/**
 * Connections as in production: Kafka with TLS, SCRAM and PLAIN and access control, Elasticsearch
 * with TLS and an API key. `setup` grants each worker its least rights; with them everything
 * works, and nothing else does.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type LocalElasticsearch, startElasticsearch } from '../../infra/local/elasticsearch.ts';
import { type LocalKafka, startKafka } from '../../infra/local/kafka.ts';
import { missingData, recordedScenario } from '../support/data.ts';
import { distinctEvents, documentKeys } from '../support/distinct.ts';
import { type Process, query, run, type Settings, startWorker } from '../support/podwitness.ts';
import { describeReal, localOptions } from '../support/real.ts';
import { deliver, eventually } from '../support/sender.ts';

/** One mechanism each, so that all are used. */
const MECHANISMS = {
  collector: 'scram-sha-512',
  normalizer: 'scram-sha-256',
  detector: 'plain',
  indexer: 'scram-sha-512',
} as const;
type Worker = keyof typeof MECHANISMS;
const WORKERS = Object.keys(MECHANISMS) as Worker[];
const passwordOf = (worker: Worker): string => `secret-of-${worker}`;

let folder: string;
let kafka: LocalKafka;
let elasticsearch: LocalElasticsearch;
const running: Process[] = [];

async function secretFile(name: string, text: string): Promise<string> {
  const path = join(folder, name);
  await writeFile(path, `${text}\n`, { mode: 0o600 });
  return path;
}

async function kafkaSettings(name: string, password: string, mechanism: string): Promise<Settings> {
  return {
    PODWITNESS_KAFKA_BROKERS: kafka.brokers.join(','),
    PODWITNESS_KAFKA_SSL_ENABLED: 'true',
    PODWITNESS_KAFKA_SSL_CA_FILE: kafka.access?.caFile ?? '',
    PODWITNESS_KAFKA_SASL_MECHANISM: mechanism,
    PODWITNESS_KAFKA_SASL_USERNAME: name,
    PODWITNESS_KAFKA_SASL_PASSWORD_FILE: await secretFile(`kafka-${name}`, password),
    PODWITNESS_DATA_DIR: join(folder, name),
  };
}

function storeSettings(): Settings {
  return {
    PODWITNESS_ELASTICSEARCH_NODE: elasticsearch.node,
    PODWITNESS_ELASTICSEARCH_CA_FILE: elasticsearch.access?.caFile ?? '',
  };
}

function adminOfKafka(): Promise<Settings> {
  const { name, password } = kafka.access?.admin ?? { name: '', password: '' };
  return kafkaSettings(name, password, 'scram-sha-512');
}

async function adminSettings(): Promise<Settings> {
  return {
    ...(await adminOfKafka()),
    ...storeSettings(),
    PODWITNESS_ELASTICSEARCH_USERNAME: elasticsearch.access?.username ?? '',
    PODWITNESS_ELASTICSEARCH_PASSWORD_FILE: await secretFile(
      'elastic',
      elasticsearch.access?.password ?? '',
    ),
  };
}

/** One call of the test's own to Elasticsearch, as its administrator. */
function administer(method: string, path: string, body?: unknown): Promise<unknown> {
  const { ca = '', password = '', username = '' } = elasticsearch.access ?? {};
  return new Promise((resolve, reject) => {
    const auth = `${username}:${password}`;
    const headers = { 'content-type': 'application/json' };
    const sent = request(
      `${elasticsearch.node}${path}`,
      { method, ca, auth, headers },
      (answer) => {
        let text = '';
        answer.on('data', (chunk: Buffer) => {
          text += chunk.toString('utf8');
        });
        answer.on('end', () => resolve(JSON.parse(text)));
      },
    );
    sent.on('error', reject);
    sent.end(body === undefined ? undefined : JSON.stringify(body));
  });
}

/** An API key with exactly the privileges of a role that `setup` made. */
async function apiKeyFor(role: string): Promise<string> {
  const roles = (await administer('GET', `/_security/role/${role}`)) as Record<string, object>;
  const { cluster, indices } = roles[role] as { cluster: unknown; indices: unknown };
  const body = { name: role, role_descriptors: { [role]: { cluster, indices } } };
  const key = (await administer('POST', '/_security/api_key', body)) as { encoded: string };
  return key.encoded;
}

/** Whoever may only look, with an API key in a file of this name. */
async function readerSettings(file: string, key: string): Promise<Settings> {
  const PODWITNESS_ELASTICSEARCH_API_KEY_FILE = await secretFile(file, key);
  return { ...(await adminOfKafka()), ...storeSettings(), PODWITNESS_ELASTICSEARCH_API_KEY_FILE };
}

async function workerSettings(worker: Worker): Promise<Settings> {
  const name = `podwitness-${worker}`;
  const settings = await kafkaSettings(name, passwordOf(worker), MECHANISMS[worker]);
  if (worker !== 'indexer') return settings;
  const key = await secretFile('indexer-key', await apiKeyFor('podwitness_indexer'));
  return { ...settings, ...storeSettings(), PODWITNESS_ELASTICSEARCH_API_KEY_FILE: key };
}

describeReal('secured servers', () => {
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'podwitness-secured-'));
    const users = WORKERS.map((worker) => ({
      name: `podwitness-${worker}`,
      password: passwordOf(worker),
    }));
    [kafka, elasticsearch] = await Promise.all([
      startKafka({ ...localOptions(), security: 'sasl', users }),
      startElasticsearch({ ...localOptions(), security: true, heapMiB: 768 }),
    ]);
  });

  afterAll(async () => {
    for (const worker of running) worker.kill('SIGKILL');
    await Promise.all(running.map((worker) => worker.exited));
    await Promise.all([kafka?.stop(), elasticsearch?.stop()]);
    await rm(folder, { recursive: true, force: true });
  });

  it.skipIf(missingData() !== undefined)(
    'gives each worker what it needs and no more',
    {
      timeout: 180_000,
    },
    async () => {
      const admin = await adminSettings();
      const before = await run(['check'], admin);
      expect(before).toMatchObject({ exitCode: 69 });
      expect(before.stdout).toContain('audit.raw is missing');
      const first = await run(['setup'], admin);
      expect(first, first.stdout + first.stderr).toMatchObject({ exitCode: 0 });
      expect(first.stdout).toMatch(/created +role podwitness_indexer/);
      const second = await run(['setup'], admin);
      expect(second.stdout).toMatch(/unchanged +role podwitness_indexer/);
      expect(await run(['check'], admin)).toMatchObject({ exitCode: 0 });

      for (const worker of WORKERS) {
        running.push(await startWorker(worker, await workerSettings(worker)));
      }
      const recording = recordedScenario('b');
      const { url } = running[0] as Process;
      for (const body of recording.bodies) await deliver(() => url, recording.name, body);
      const expected = distinctEvents(recording.bodies);
      const asReader = await readerSettings('reader-key', await apiKeyFor('podwitness_reader'));
      const found = await eventually(
        () => query('events', [], asReader),
        (documents) => documents.length >= expected.length,
        60_000,
      );
      expect(documentKeys(found)).toEqual(expected);
      const findings = await eventually(
        () => query('findings', [], asReader),
        (documents) => documents.length > 0,
        60_000,
      );
      expect(findings.length).toBeGreaterThan(0);

      const asCollector = await workerSettings('collector');
      const peeked = await run(
        ['tail', 'audit.events', '--from', 'beginning', '--until-end'],
        asCollector,
      );
      expect(peeked).toMatchObject({ exitCode: 78, stdout: '' });
      const wrong = {
        ...asCollector,
        ...(await kafkaSettings('podwitness-collector', 'wrong', 'plain')),
      };
      expect(await run(['check'], wrong)).toMatchObject({ exitCode: 78 });
      const keyless = await readerSettings('no-key', 'bm8=');
      expect(await run(['query', 'events'], keyless)).toMatchObject({ exitCode: 78 });
    },
  );
});
