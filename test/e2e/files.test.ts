/**
 * Files as an input of the whole product: another process writes and rotates a log while podwitness
 * is killed and started again; each line is an event, once.
 */
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Process, query, run, start } from '../support/podwitness.ts';
import { eventually } from '../support/sender.ts';

const WRITER = fileURLToPath(new URL('../support/rotating-writer.mjs', import.meta.url));
const LINES = 4_000;
const KILLS = 4;
const SETTLE_MS = 60_000;

let folder: string;
let running: Process | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-e2e-files-'));
  await mkdir(join(folder, 'logs'));
});
afterEach(async () => {
  running?.kill('SIGKILL');
  await running?.exited;
  await rm(folder, { recursive: true, force: true });
});

async function launch(): Promise<Process> {
  running = await start(['up', '--config', join(folder, 'config.yaml')], {});
  return running;
}

async function metric(url: string, name: string): Promise<number> {
  const text = await (await fetch(`${url}/metrics`)).text();
  const line = text.split('\n').find((l) => l.startsWith(name));
  return Number(line?.slice(line.lastIndexOf(' ') + 1) ?? Number.NaN);
}

it('has each line once, over rotation and kill -9', { timeout: 240_000 }, async () => {
  const pattern = join(folder, 'logs', 'audit.log');
  const files = [{ paths: [pattern], cluster: 'prod' }];
  const config = { dataDir: join(folder, 'data'), collector: { files } };
  await writeFile(join(folder, 'config.yaml'), JSON.stringify(config));
  // What was rotated before the first start is history, and nobody asked for it.
  let up = await launch();
  let isWriting = true;
  const args = [WRITER, join(folder, 'logs'), LINES, 150_000, 100, 150].map(String);
  const writing = promisify(execFile)(process.execPath, args).finally(() => {
    isWriting = false;
  });
  for (let kill = 0; kill < KILLS && isWriting; kill++) {
    await sleep(700 + 300 * kill);
    up.kill('SIGKILL');
    await up.exited;
    up = await launch();
  }
  await writing;
  const settings = { PODWITNESS_DATA_DIR: join(folder, 'data') };
  const found = await eventually(
    async () => (await query('events', [], settings)).length,
    (count) => count >= LINES,
    SETTLE_MS,
  );
  expect(found).toBe(LINES);
  const events = (await query('events', [], settings)) as { event: { id: string } }[];
  expect(new Set(events.map(({ event }) => event.id)).size).toBe(LINES);
  expect(await metric(up.url, `podwitness_input_lag_bytes{input="file:${pattern}"}`)).toBe(0);
  expect(await metric(up.url, 'podwitness_input_losses_total')).toBeNaN();
  const letters = await run(
    ['tail', 'audit.deadletter', '--from', 'beginning', '--until-end'],
    settings,
  );
  expect(letters.stdout).toBe('');
});
