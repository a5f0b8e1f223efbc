/** Owns: tests of infra/local/cache.ts. */
import { chmod, mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  cacheFolder,
  closedFolder,
  makeRunFolders,
  pruneOldest,
} from '../../../../infra/local/cache.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'podwitness-cache-'));
  await chmod(folder, 0o755);
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test.each([
  [{}, false, '/home/ada/.cache/podwitness'],
  [{}, true, '/var/cache/podwitness'],
  [{ XDG_CACHE_HOME: '/xdg' }, true, '/xdg/podwitness'],
  [{ XDG_CACHE_HOME: '/xdg', PODWITNESS_LOCAL_CACHE: '/own' }, false, '/own'],
  [{ PODWITNESS_LOCAL_CACHE: '' }, false, '/home/ada/.cache/podwitness'],
])('with %o and root %o the cache is %s', (env, isRoot, expected) => {
  expect(cacheFolder(env, '/home/ada', isRoot)).toBe(expected);
});

test('a folder others can not enter is found on the way', async () => {
  const inner = join(folder, 'closed', 'inner');
  await mkdir(inner, { recursive: true });
  expect(await closedFolder(inner)).toBeUndefined();
  await chmod(join(folder, 'closed'), 0o700);
  expect(await closedFolder(inner)).toBe(join(folder, 'closed'));
});

test('only the last runs are kept', async () => {
  for (const name of ['2026-c', '2026-a', '2026-b']) await mkdir(join(folder, name));
  await pruneOldest(folder, 2);
  expect((await readdir(folder)).sort()).toEqual(['2026-b', '2026-c']);
});

test('a run has a folder that others can enter, and logs in the cache', async () => {
  const { runDir, logsDir } = await makeRunFolders(folder, 'fake');
  try {
    expect((await stat(runDir)).mode & 0o777).toBe(0o755);
    expect(logsDir.startsWith(join(folder, 'logs'))).toBe(true);
    expect(await readdir(join(folder, 'logs'))).toHaveLength(1);
  } finally {
    await rm(runDir, { recursive: true });
  }
});
