/**
 * `doctor` and `deadletter` as a user runs them: beside a running `up` and on its folder, over a mix
 * of good, repeated and bad; and what doctor says of a store and a log that were damaged.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { openEmbeddedLog } from '../../shared/adapters/embedded-log/open.ts';
import { groupOf } from '../../shared/runtime/topics.ts';
import { auditEvent, eventList } from '../support/pipeline-rig.ts';
import { type Finished, type Process, run, type Settings, start } from '../support/podwitness.ts';
import { rawWith } from '../support/raw-record.ts';
import { deliver, eventually } from '../support/sender.ts';

const SETTLE_MS = 60_000;

let folder: string;
let settings: Settings;
let up: Process;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-doctor-'));
  settings = { PODWITNESS_DATA_DIR: folder };
  up = await start(['up'], settings);
});

afterAll(async () => {
  up.kill('SIGKILL');
  await up.exited;
  await rm(folder, { recursive: true, force: true });
});

type Line = Readonly<Record<string, unknown>>;

function linesOf({ stdout }: Finished): readonly Line[] {
  return stdout
    .split('\n')
    .filter((line) => line !== '')
    .map((line) => JSON.parse(line) as Line);
}

function lineOf(done: Finished, kind: string, source?: string): Line {
  const found = linesOf(done).find(
    (line) => line['kind'] === kind && (source === undefined || line['source'] === source),
  );
  if (found === undefined) throw new Error(`No ${kind} in ${done.stdout}${done.stderr}`);
  return found;
}

function doctor(...args: readonly string[]): Promise<Finished> {
  return run(['doctor', '--output', 'ndjson', ...args], settings);
}

async function send(body: string, source = 'audit'): Promise<void> {
  await deliver(() => up.url, 'c1', Buffer.from(body), source);
}

async function settled(): Promise<Finished> {
  return eventually(
    () => doctor(),
    (done) => linesOf(done).every((line) => line['kind'] !== 'behind' || line['waiting'] === 0),
    SETTLE_MS,
  );
}

async function deadletter(...args: readonly string[]): Promise<readonly Line[]> {
  const done = await run(['deadletter', ...args, '--output', 'ndjson'], settings);
  expect(done.exitCode, done.stderr).toBe(0);
  return linesOf(done);
}

const GARBAGE = 'no audit data \u0000\u001b[2J';
const secret = auditEvent({
  ...{ verb: 'list', auditID: 'the-secret', responseStatus: { code: 200 } },
  objectRef: { resource: 'secrets', apiVersion: 'v1' },
});

it('adds up beside a running process', { timeout: 120_000 }, async () => {
  const [a, b] = [auditEvent(), secret];
  await send(eventList([a, b]));
  await send(eventList([a, b]));
  await send(auditEvent());
  await send(GARBAGE);
  await send(eventList([]));
  await send('I1121 06:00:00.000001       1 main.go:42] "starting" version="v1"\n', 'logs');
  const done = await settled();
  expect(done.exitCode, done.stdout).toBe(0);
  expect(lineOf(done, 'source', 'audit')).toMatchObject({
    ...{ bodies: 5, pending: 0, items: 7, emitted: 5, repeats: 2, indexed: 3 },
    ...{ dropped: { empty: 1 }, rejected: { unreadable_body: 1 }, lost: 0, unstored: 0 },
  });
  expect(lineOf(done, 'source', 'logs')).toMatchObject({ items: 1, dropped: { noise: 1 } });
  expect(lineOf(done, 'chain')).toMatchObject({ records: 6, altered: 0, unlinked: 0, gaps: 0 });
  expect(lineOf(done, 'summary')).toMatchObject({ sentences: [] });
});

it('counts the same on /metrics', async () => {
  const text = await (await fetch(`${up.url}/metrics`)).text();
  const count = (name: string, stage: string): number =>
    [...text.matchAll(/^podwitness_records_(\w+)_total\{([^}]*)\} (\d+)$/gm)]
      .filter(([, metric, labels = '']) => metric === name && labels.includes(`stage="${stage}"`))
      .filter(([, , labels = '']) => labels.includes('source="audit"'))
      .reduce((sum, [, , , n]) => sum + Number(n), 0);
  for (const stage of ['collector', 'normalizer', 'detector', 'indexer.events']) {
    const ends = ['emitted', 'dropped', 'diverted', 'rejected'].map((name) => count(name, stage));
    expect(count('received', stage)).toBe(ends.reduce((sum, n) => sum + n, 0));
  }
  expect([count('received', 'collector'), count('received', 'normalizer')]).toEqual([5, 7]);
});

it('tells the story of one record', async () => {
  const done = await doctor('--record', 'the-secret');
  const words = linesOf(done).map(({ what }) => String(what));
  expect(words.join('\n')).toMatch(/Received from .*\n(.*\n)*.*Is in the store among findings/);
  expect(await doctor('--record', 'nobody')).toMatchObject({ exitCode: 64 });
});

it('lists, shows and replays the dead letter', { timeout: 60_000 }, async () => {
  const [letter] = await deadletter('list', '--code', 'unreadable_body');
  expect(letter).toMatchObject({
    stage: 'normalizer',
    source: 'audit',
    cluster: 'c1',
    attempts: 1,
  });
  const id = String(letter?.['id']);
  const raw = await run(['deadletter', 'show', id, '--bytes', 'raw'], settings);
  expect(raw.stdout).toBe(GARBAGE);
  const table = await run(['deadletter', 'show', id, '--output', 'table'], settings);
  expect(table.stdout).toContain('\\u{1b}[2J');
  expect(table.stdout).not.toContain('\u001b');

  expect(await deadletter('replay', id, '--dry-run')).toMatchObject([{ action: 'would_append' }]);
  expect(await deadletter('replay', id)).toMatchObject([{ action: 'appended', attempt: 2 }]);
  expect(up.output()).toContain('Dead letter replayed');
  const done = await settled();
  expect(done.exitCode, done.stdout).toBe(0);
  expect(lineOf(done, 'source', 'replay')).toMatchObject({ rejected: { unreadable_body: 1 } });
  expect(await deadletter('list')).toMatchObject([{ id, attempts: 2 }]);
});

it('wants to know which letters, and knows which there are not', async () => {
  const nothing = await run(['deadletter', 'replay'], settings);
  expect(nothing).toMatchObject({ exitCode: 64 });
  const typo = await run(['deadletter', 'replay', '--agian', '--code', 'x'], settings);
  expect(typo).toMatchObject({ exitCode: 64 });
});

it('works on the folder when nothing runs, and notices what was damaged', {
  timeout: 120_000,
}, async () => {
  up.kill('SIGTERM');
  expect(await up.exited).toBe(0);
  const before = await doctor();
  expect(before.exitCode, before.stdout).toBe(0);

  await forgetDocument();
  await skipRecord();
  const after = await doctor();
  expect(after.exitCode).toBe(3);
  expect(lineOf(after, 'summary')).toMatchObject({ problems: { lost: 1, unstored: 1, gaps: 0 } });
  const missing = linesOf(after).filter(({ kind }) => kind === 'missing');
  expect(missing.map(({ what }) => what).sort()).toEqual(['document', 'event']);
  const table = await run(['doctor', '--output', 'table'], settings);
  expect(table.stdout).toMatch(/1 LOST.*\n1 NOT IN THE STORE/);
});

/** Deletes one document behind the product's back. */
async function forgetDocument(): Promise<void> {
  const instance = await DuckDBInstance.create(join(folder, 'store', 'events.duckdb'));
  const connection = await instance.connect();
  await connection.run('DELETE FROM events WHERE id = (SELECT min(id) FROM events)');
  connection.closeSync();
  instance.closeSync();
}

/** The normalizer's offset goes past a record of which nothing was written. */
async function skipRecord(): Promise<void> {
  const log = await openEmbeddedLog({ directory: join(folder, 'log') });
  const group = groupOf('', 'normalizer');
  const { signal } = new AbortController();
  const all = log.read({ topic: 'audit.raw', from: 'beginning', untilEnd: true, signal });
  for await (const record of all) {
    await log.append([rawWith(record, auditEvent({ auditID: 'skipped' }))]);
    break;
  }
  const options = { group, topic: 'audit.raw', maxBatchRecords: 10, maxBatchBytes: 1 << 20 };
  const consumer = await log.consume(options, {
    async process(lane, records) {
      const last = records.at(-1);
      if (last === undefined) return;
      await lane.commit({ outputs: [], writes: [], nextOffset: last.offset + 1n });
    },
  });
  await eventually(
    () => log.positions(group, 'audit.raw'),
    (positions) => positions.every(({ committed, end }) => committed === end),
    SETTLE_MS,
  );
  await consumer.stop();
  await log.close();
}
