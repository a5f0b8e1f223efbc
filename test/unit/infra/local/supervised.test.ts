/** Owns: tests of infra/local/supervised.ts and reaper.mjs, with a fake server. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { startSupervised, waitUntilReady } from '../../../../infra/local/supervised.ts';
import { childPid, fakeServer } from '../../../support/fake-server.ts';

const STARTER = fileURLToPath(new URL('../../../support/starter-process.ts', import.meta.url));
const WAIT = { timeout: 10_000, interval: 20 };

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-supervised-'));
  await mkdir(join(folder, 'run'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

/** A process that has ended but that its parent did not ask about is not running. */
function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  const stat = existsSync(`/proc/${pid}/stat`) ? readFileSync(`/proc/${pid}/stat`, 'utf8') : '';
  return !/\) Z /.test(stat);
}

function gone(pids: readonly number[]): Promise<void> {
  return vi.waitFor(() => expect(pids.filter(isRunning)).toEqual([]), WAIT);
}

test('a server and its child end when their starter is killed, and the folder goes', async () => {
  const starter = spawn(process.execPath, ['--import', 'tsx', STARTER, folder], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(starter.stdout, 'data')) as [Buffer];
  const server = Number(line.toString());
  const child = await vi.waitFor(() => childPid(folder), WAIT);
  expect([server, child].every(isRunning)).toBe(true);
  starter.kill('SIGKILL');
  await gone([server, child]);
  await vi.waitFor(() => expect(existsSync(join(folder, 'run'))).toBe(false), WAIT);
});

test('stop ends the server, its child and its folder', async () => {
  const server = await startSupervised(fakeServer(folder));
  const child = await vi.waitFor(() => childPid(folder), WAIT);
  await server.stop({ signal: 'SIGKILL' });
  expect([server.pid, child].filter(isRunning)).toEqual([]);
  expect(existsSync(join(folder, 'run'))).toBe(false);
  expect(await server.exited).toBe('SIGKILL');
});

test('a server stopped for a while keeps its folder and ends as it likes', async () => {
  const server = await startSupervised(fakeServer(folder));
  await vi.waitFor(() => childPid(folder), WAIT);
  await server.stop({ signal: 'SIGTERM', keepFolder: true });
  expect(await server.exited).toBe(3);
  expect(existsSync(join(folder, 'run'))).toBe(true);
  await server.stop({ signal: 'SIGKILL' });
});

test('a server that does not heed SIGTERM is killed after a while', async () => {
  const server = await startSupervised(fakeServer(folder, 'stubborn'));
  await vi.waitFor(() => childPid(folder), WAIT);
  await server.stop({ signal: 'SIGTERM', keepFolder: true, patienceMs: 100 });
  expect(await server.exited).toBe('SIGKILL');
});

test('a program that is not there is an error', async () => {
  const order = { ...fakeServer(folder), command: join(folder, 'no-such-program') };
  await expect(startSupervised(order)).rejects.toThrow('no-such-program');
});

test('waiting ends with the log when the server ends', async () => {
  const logFile = join(folder, 'server.log');
  await writeFile(logFile, 'first\nlast words\n');
  const waiting = waitUntilReady({
    name: 'Fake',
    servers: [{ exited: Promise.resolve(1) }],
    logFiles: [logFile],
    timeoutMs: 60_000,
    probe: () => Promise.reject(new Error('not yet')),
  });
  await expect(waiting).rejects.toThrow(/Fake ended \(1\)[\s\S]*last words/);
});

test('waiting ends with the log when there is no answer in time', async () => {
  const logFile = join(folder, 'server.log');
  await writeFile(logFile, 'still starting\n');
  const waiting = waitUntilReady({
    name: 'Fake',
    servers: [],
    logFiles: [logFile],
    timeoutMs: 1,
    probe: () => Promise.reject(new Error('not yet')),
  });
  await expect(waiting).rejects.toThrow(/Fake did not answer in 1 ms[\s\S]*still starting/);
});

test('waiting ends with the first good answer', async () => {
  const probe = vi.fn(() => Promise.resolve()).mockRejectedValueOnce(new Error('not yet'));
  await waitUntilReady({ name: 'Fake', servers: [], logFiles: [], timeoutMs: 60_000, probe });
  expect(probe).toHaveBeenCalledTimes(2);
});
