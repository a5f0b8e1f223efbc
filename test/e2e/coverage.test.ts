/**
 * Silence on Node alone: a sender that stops is told of once, also when the process is killed
 * meanwhile, and once more when it is back.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type CoverageDocument, coverageOf, QUICK, send } from '../support/coverage.ts';
import { type Process, type Settings, start } from '../support/podwitness.ts';
import { eventually } from '../support/sender.ts';

const SETTLE_MS = 60_000;

let folder: string;
let running: Process | undefined;
let settings: Settings;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-e2e-'));
  settings = { PODWITNESS_DATA_DIR: folder, ...QUICK };
});

afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.exited;
  running = undefined;
  await rm(folder, { recursive: true, force: true });
});

async function seen(isThere: (all: readonly CoverageDocument[]) => boolean) {
  return eventually(() => coverageOf('prod-eu', settings), isThere, SETTLE_MS);
}

it('a sender that stops is silent, and then back', { timeout: 180_000 }, async () => {
  running = await start(['up'], settings);
  await send(running.url, 'prod-eu', 15);
  const [begin] = await seen((all) => all.length > 0);
  expect(begin).toMatchObject({
    message: expect.stringMatching(
      /^No audit events at all for prod-eu since .* UTC; about .* came$/,
    ),
    event: { kind: 'state', dataset: 'podwitness.coverage', severity: 73 },
    orchestrator: { cluster: { name: 'prod-eu' } },
    podwitness: { coverage: { kind: 'silent', state: 'begin', source: 'audit' } },
  });

  running.kill('SIGKILL');
  await running.exited;
  running = await start(['up'], settings);
  const { url } = running;
  await send(url, 'prod-eu', 1);
  const episode = begin?.podwitness.coverage.id;
  const ofIt = ({ podwitness }: CoverageDocument) => podwitness.coverage.id === episode;
  const all = await seen((documents) => documents.filter(ofIt).length > 1);
  expect(all.filter(ofIt).map(({ podwitness }) => podwitness.coverage.state)).toEqual([
    'begin',
    'end',
  ]);
  const metrics = await (await fetch(`${url}/metrics`)).text();
  expect(metrics).toContain('podwitness_coverage_events_total{kind="silent",state="end"} 1');
});
