/**
 * What a newcomer sees: `up --sample` within seconds, `query` and `tail` beside it and after it,
 * and that the local API is for the owner of the data folder alone.
 */
import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type Process, query, run, type Settings, start } from '../support/podwitness.ts';
import { eventually } from '../support/sender.ts';

const FIRST_SIGHT_MS = 15_000;
let folder: string;
let settings: Settings;
let up: Process;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-sample-'));
  settings = { PODWITNESS_DATA_DIR: folder };
  up = await start(['up', '--sample'], settings);
});

afterAll(async () => {
  up.kill('SIGKILL');
  await rm(folder, { recursive: true, force: true });
});

function post(path: string, headers: Record<string, string>): Promise<number> {
  return new Promise((resolve, reject) => {
    const sent = request(`${up.url}${path}`, { method: 'POST', headers }, (answer) => {
      answer.resume();
      resolve(answer.statusCode ?? 0);
    });
    sent.on('error', reject);
    sent.end(JSON.stringify({ collection: 'events', where: [], order: 'newest', limit: 1 }));
  });
}

it('shows the findings of the story', async () => {
  const output = await eventually(
    async () => up.output(),
    (text) => text.includes('16 findings'),
    FIRST_SIGHT_MS,
  );
  expect(output).toContain("43 events of cluster 'sample' gave 3 sessions");
  expect(output).toMatch(
    /alice, in an exec session in payments\/checkout-0 \(app\), ran: rm -f \/etc\/app\/config.yaml/,
  );
  expect(output).toContain('production/ledger-0');
  expect(output).toContain('bob listed secrets');
});

it('answers query and tail through the running process', async () => {
  const found = await query(
    'findings',
    ['user.name=bob', 'podwitness.finding.level=high'],
    settings,
  );
  const names = found.map((finding) => (finding as { rule: { name: string } }).rule.name);
  expect(names.sort()).toEqual([
    'All Secrets Of The Cluster Read',
    'Cluster Admin Rights Bound',
    'Service Account Token Read',
    'Service Account Token Read',
  ]);
  const tailed = await run(['tail', 'audit.raw', '--from', 'beginning', '--until-end'], settings);
  const [record] = tailed.stdout.split('\n').filter((line) => line !== '');
  expect(JSON.parse(record ?? '')).toMatchObject({
    topic: 'audit.raw',
    headers: { traceparent: expect.stringMatching(/^00-/) as string },
    value: { cluster: 'sample', source: 'logs', sequence: 1 },
  });
});

it('says that it is ready, and what it counted', async () => {
  expect(await (await fetch(`${up.url}/readyz`)).json()).toEqual({
    degraded: {},
    ready: true,
    troubles: {},
  });
  const metrics = await (await fetch(`${up.url}/metrics`)).text();
  expect(metrics).toContain(
    'podwitness_records_received_total{stage="normalizer",source="logs"} 43',
  );
  expect(metrics).toContain('podwitness_collector_items_total{source="logs"} 43');
});

it('lets nobody in without the token, or by another name', async () => {
  const { token } = JSON.parse(await readFile(join(folder, 'api.json'), 'utf8')) as {
    token: string;
  };
  expect((await stat(join(folder, 'api.json'))).mode & 0o777).toBe(0o600);
  const authorization = `Bearer ${token}`;
  const type = { 'content-type': 'application/json' };
  expect(await post('/local/v1/query', { ...type, authorization })).toBe(200);
  expect(await post('/local/v1/query', type)).toBe(403);
  expect(await post('/local/v1/query', { ...type, authorization: `${authorization}x` })).toBe(403);
  const rebound = { ...type, authorization, host: 'evil.example:8440' };
  expect(await post('/local/v1/query', rebound)).toBe(403);
});

it('refuses a second process on the same folder, and stops in order', async () => {
  const second = await run(['up'], settings);
  expect(second).toMatchObject({ exitCode: 69 });
  expect(second.stderr).toContain('--data');
  up.kill('SIGTERM');
  expect(await up.exited).toBe(0);
  const found = await query('findings', [], settings);
  expect(found).toHaveLength(16);
});
