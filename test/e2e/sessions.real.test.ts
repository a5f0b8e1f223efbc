/**
 * Sessions on real Kafka and Elasticsearch, four workers of one process each: the sessions that `scan`
 * puts together are there, once, wherever a worker is killed.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { missingData } from '../support/data.ts';
import { type Process, query, run, type Settings, startWorker } from '../support/podwitness.ts';
import { requireReal, sharedElasticsearch, sharedKafka } from '../support/real.ts';
import { type ScannedSessions, scannedSessions, SOON } from '../support/scanned-sessions.ts';
import { deliver, eventually } from '../support/sender.ts';
import { bodyOf, joinedOf, revisionsOf } from '../support/session-views.ts';

const CLUSTER = 'prod';
const WORKERS = ['collector', 'normalizer', 'detector', 'indexer'] as const;
type Worker = (typeof WORKERS)[number];
const SETTLE_MS = 120_000;

const skipped = 'skip' in requireReal() || missingData() !== undefined;

let expected: ScannedSessions;
let folder: string;
let settings: Settings;
let running: Map<Worker, Process>;

beforeAll(async () => {
  if (!skipped) expected = await scannedSessions(CLUSTER);
}, 60_000);

beforeEach(async () => {
  if (skipped) return;
  const { brokers } = await sharedKafka();
  const { node } = await sharedElasticsearch();
  folder = await mkdtemp(join(tmpdir(), 'podwitness-real-'));
  const namespace = `t${randomBytes(4).toString('hex')}`;
  running = new Map();
  settings = {
    ...SOON,
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

async function post(lines: readonly string[]): Promise<void> {
  await deliver(() => running.get('collector')?.url ?? '', CLUSTER, bodyOf(lines), 'logs');
}

/** Commands before requests, each in two halves. */
async function postAll(): Promise<void> {
  for (const lines of [expected.story.enricher, expected.story.audit]) {
    const middle = Math.floor(lines.length / 2);
    await post(lines.slice(middle));
    await post(lines.slice(0, middle));
  }
}

async function expectScanned(): Promise<readonly unknown[]> {
  const all = joinedOf(expected.scanned);
  let found: readonly unknown[] = [];
  const look = async (): Promise<boolean> => {
    found = await query('sessions', [], settings);
    const joined = joinedOf(found);
    return [...all].every(([id, one]) => isDeepStrictEqual(joined.get(id), one));
  };
  // What is not the same is shown below.
  await eventually(look, (same) => same, SETTLE_MS).catch(() => false);
  expect(Object.fromEntries(joinedOf(found))).toEqual(Object.fromEntries(all));
  return found;
}

describe.skipIf(skipped)('sessions on real servers', () => {
  it.each([
    ['detector', 'after-produce:3'],
    ['detector', 'before-commit:6'],
    ['indexer', 'after-bulk:3'],
  ] as const)(
    'are those of scan, once, when the %s is killed at %s',
    {
      timeout: 240_000,
    },
    async (worker, failpoint) => {
      for (const other of WORKERS) await launch(other, other === worker ? failpoint : undefined);
      const posted = postAll();
      expect(await running.get(worker)?.exited).toBe('SIGKILL');
      await launch(worker);
      await posted;
      await expectScanned();
    },
  );

  it('are put together again from the changelog, and never told of as older', {
    timeout: 240_000,
  }, async () => {
    for (const worker of WORKERS) await launch(worker);
    await post(expected.story.enricher);
    await post(expected.story.audit.slice(0, 120));
    const before = await eventually(
      () => query('sessions', [], settings),
      (found) => found.length > 3,
      SETTLE_MS,
    );
    running.get('detector')?.kill('SIGKILL');
    await running.get('detector')?.exited;
    await rm(join(folder, 'state'), { recursive: true, force: true });
    expect(await (await launch('detector', 'in-restore:1')).exited).toBe('SIGKILL');
    await launch('detector');
    await post(expected.story.audit.slice(120));
    const after = revisionsOf(await expectScanned());
    for (const [id, revision] of revisionsOf(before)) {
      expect(after.get(id)).toBeGreaterThanOrEqual(revision);
    }
  });
});
