/**
 * The embedded pair on a disk that fills up: 503 with Retry-After while there is no room, nothing
 * that was answered 2xx missing, each event once, and no restart.
 */
import { spawnSync } from 'node:child_process';
import { closeSync, openSync, rmSync, statfsSync, writeSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type Apiserver,
  batchesOf,
  startApiserver,
  steadily,
} from '../support/apiserver-sender.ts';
import { missingData, recordedBurst } from '../support/data.ts';
import { distinctEvents, documentKeys } from '../support/distinct.ts';
import { type Process, query, type Settings, start } from '../support/podwitness.ts';
import { eventually } from '../support/sender.ts';

const MIB = 1024 * 1024;
const DISK_MIB = 400;
const HASTE = 20;
const FULL_MS = 5_000;
const SETTLE_MS = 30_000;
/** Only root may mount; a user namespace is of no use to the process that is tested. */
const canMount = process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0;

let folder: string;
let settings: Settings;
let up: Process | undefined;
let server: Apiserver | undefined;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-disk-'));
  const size = `size=${DISK_MIB}m`;
  expect(spawnSync('mount', ['-t', 'tmpfs', '-o', size, 'tmpfs', folder]).status).toBe(0);
  settings = { PODWITNESS_DATA_DIR: join(folder, 'data') };
});

afterEach(async () => {
  server?.close();
  up?.kill('SIGKILL');
  await up?.exited;
  spawnSync('umount', ['-l', folder]);
  await rm(folder, { recursive: true, force: true });
});

function freeBytes(): number {
  const { bavail, bsize } = statfsSync(folder);
  return bavail * bsize;
}

/** Leaves about `bytes` of room; returns how to give the rest back. */
function fillDisk(bytes: number): () => void {
  const ballast = join(folder, 'ballast');
  const handle = openSync(ballast, 'w');
  while (freeBytes() > bytes + MIB) writeSync(handle, Buffer.alloc(MIB));
  try {
    while (freeBytes() > bytes) writeSync(handle, Buffer.alloc(4096));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
  }
  closeSync(handle);
  return () => rmSync(ballast);
}

describe.skipIf(!canMount || missingData() !== undefined)('a disk that fills up', () => {
  it.each([
    ['is never filled by us: the limit holds before', '64', 32 * MIB],
    ['is full to the last byte', '0', 0],
  ])('%s', { timeout: 120_000 }, async (_name, minFreeMb, leftBytes) => {
    up = await start(['up'], { ...settings, PODWITNESS_EMBEDDED_MIN_FREE_MB: minFreeMb });
    const { url } = up;
    server = startApiserver({ cluster: 'disk', address: () => url, haste: HASTE });
    const sent: Buffer[] = [];
    const bodies = (function* () {
      for (const body of batchesOf(recordedBurst().bodies, 20)) {
        sent.push(body);
        yield body;
      }
    })();
    const loading = new AbortController();
    const posting = steadily([{ server, bodies }], 20, loading.signal);
    await sleep(2_000);
    const giveBack = fillDisk(leftBytes);
    const isRefused = () => server?.answers.some(({ said }) => said === 503) ?? false;
    await eventually(
      async () => isRefused(),
      (is) => is,
      SETTLE_MS,
    );
    await sleep(FULL_MS);
    giveBack();
    await sleep(2_000);
    loading.abort();
    await posting;
    await server.idle();

    const { accepted, answers, dropped } = server;
    for (const { retryAfter, said } of answers) {
      expect([200, 503, 'deadline']).toContain(said);
      if (said === 503) expect(retryAfter).toBeDefined();
    }
    expect(accepted.size + dropped.size).toBe(sent.length);
    expect(dropped).toEqual(new Set());
    const expected = distinctEvents(sent);
    const found = await eventually(
      () => query('events', ['orchestrator.cluster.name=disk'], settings),
      (documents) => documents.length >= expected.length,
      SETTLE_MS,
    );
    expect(documentKeys(found)).toEqual(expected);
    up.kill('SIGTERM');
    expect(await up.exited).toBe(0);
  });
});
