/**
 * Silence on real servers: the detector is killed again and again while a sender falls silent, and
 * it is told of once all the same, in the topic and in the store.
 */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type CoverageDocument, coverageOf, QUICK, send } from '../support/coverage.ts';
import { type Process, run, type Settings, startWorker } from '../support/podwitness.ts';
import { requireReal, sharedElasticsearch, sharedKafka } from '../support/real.ts';
import { eventually } from '../support/sender.ts';

const CLUSTER = 'prod-eu';
const SETTLE_MS = 120_000;
/** Ticks alone make several commits a second: each of these comes within seconds. */
const FAILPOINTS = ['after-produce:10', 'before-commit:25', 'after-commit:25'];

const skipped = 'skip' in requireReal();

let folder: string;
let settings: Settings;
let running: Process[];

beforeEach(async () => {
  if (skipped) return;
  const { brokers } = await sharedKafka();
  const { node } = await sharedElasticsearch();
  folder = await mkdtemp(join(tmpdir(), 'podwitness-real-'));
  const namespace = `t${randomBytes(4).toString('hex')}`;
  running = [];
  settings = {
    PODWITNESS_KAFKA_BROKERS: brokers.join(','),
    PODWITNESS_KAFKA_TOPIC_PREFIX: `${namespace}.`,
    PODWITNESS_ELASTICSEARCH_NODE: node,
    PODWITNESS_ELASTICSEARCH_NAMESPACE: namespace,
    PODWITNESS_DATA_DIR: folder,
    ...QUICK,
  };
  const done = await run(['setup'], settings);
  expect(done, done.stderr).toMatchObject({ exitCode: 0 });
});

afterEach(async () => {
  if (skipped) return;
  for (const worker of running) worker.kill('SIGKILL');
  await Promise.all(running.map((worker) => worker.exited));
  await rm(folder, { recursive: true, force: true });
});

async function launch(worker: string, failpoint?: string): Promise<Process> {
  const extra = failpoint === undefined ? {} : { PODWITNESS_FAILPOINT: failpoint };
  const started = await startWorker(worker, { ...settings, ...extra });
  running.push(started);
  return started;
}

/** Ids of the coverage events in the topic: all that were ever committed. */
async function inTopic(): Promise<readonly string[]> {
  const args = ['tail', 'audit.events', '--from', 'beginning', '--until-end'];
  const { stdout } = await run(args, settings);
  const lines = stdout.split('\n').filter((line) => line.includes('podwitness.coverage'));
  const ids = lines.map((line) => /"id":"([^"]+)"/.exec(line)?.[1] ?? '');
  expect(ids).not.toContain('');
  return ids;
}

function statesOf(documents: readonly CoverageDocument[], episode: string): readonly string[] {
  return documents
    .filter(({ podwitness }) => podwitness.coverage.id === episode)
    .map(({ podwitness }) => podwitness.coverage.state);
}

describe.skipIf(skipped)('a detector that is killed', () => {
  it('tells of a silence once, and of its end once', { timeout: 300_000 }, async () => {
    const collector = await launch('collector');
    for (const worker of ['normalizer', 'indexer']) await launch(worker);
    let detector = await launch('detector', FAILPOINTS[0]);
    await send(collector.url, CLUSTER, 15);
    for (const failpoint of FAILPOINTS.slice(1)) {
      expect(await detector.exited).toBe('SIGKILL');
      detector = await launch('detector', failpoint);
    }
    expect(await detector.exited).toBe('SIGKILL');
    detector = await launch('detector');

    const look = () => coverageOf(CLUSTER, settings);
    const [begin] = await eventually(look, (all) => all.length > 0, SETTLE_MS);
    const episode = begin?.podwitness.coverage.id ?? '';
    expect(begin?.podwitness.coverage).toMatchObject({ kind: 'silent', state: 'begin' });
    await send(collector.url, CLUSTER, 1);
    detector.kill('SIGKILL');
    await launch('detector');
    const isOver = (all: readonly CoverageDocument[]) => statesOf(all, episode).includes('end');
    const all = await eventually(look, isOver, SETTLE_MS);
    expect(statesOf(all, episode)).toEqual(['begin', 'end']);

    const ids = await inTopic();
    expect(ids.length).toBeGreaterThanOrEqual(2);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
