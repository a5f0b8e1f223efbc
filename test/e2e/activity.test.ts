/**
 * What is no audit event is stored beside the audit log, and `query events` shows both as one.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Process, query, type Settings, start } from '../support/podwitness.ts';
import { readSamples } from '../support/samples.ts';
import { deliver, eventually } from '../support/sender.ts';

const NAMES = ['spo-1.0', 'falco-syscall', 'falco-internal-drop', 'audit-exec-with-request-uid'];
const SETTLE_MS = 20_000;

let folder: string;
let running: Process;
let settings: Settings;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-e2e-'));
  settings = { PODWITNESS_DATA_DIR: folder, PODWITNESS_COVERAGE_ENABLED: 'false' };
  running = await start(['up'], settings);
  for (const { input, source } of readSamples().filter(({ name }) => NAMES.includes(name))) {
    await deliver(() => running.url, 'prod', input, source);
  }
});

afterAll(async () => {
  running.kill('SIGKILL');
  await running.exited;
  await rm(folder, { recursive: true, force: true });
});

const found = (collection: string, where: readonly string[], count: number) =>
  eventually(
    () => query(collection, where, settings),
    ({ length }) => length >= count,
    SETTLE_MS,
  );
const datasets = (documents: readonly unknown[]) =>
  documents.map((document) => (document as { event: { dataset: string } }).event.dataset);

it('keeps the audit log apart, and shows what happened as one, newest first', async () => {
  const all = await found('events', [], 7);
  expect(datasets(all)).toStrictEqual([
    ...['podwitness.process', 'podwitness.process', 'podwitness.process'],
    ...['kubernetes.audit_logs', 'kubernetes.audit_logs'],
    ...['podwitness.coverage', 'falco.alerts'],
  ]);
  const activity = await found('activity', [], 5);
  expect(datasets(activity)).toStrictEqual(datasets(all).filter((name) => !/audit/.test(name)));
});

it('finds a session’s request and its commands by one condition', async () => {
  const uid = '866ee807-6843-44d3-b0bf-68efa0296aa7';
  const session = await found('events', [`podwitness.request_uid=${uid}`], 5);
  expect(new Set(datasets(session))).toStrictEqual(
    new Set(['podwitness.process', 'kubernetes.audit_logs']),
  );
  expect(session).toHaveLength(5);
});
