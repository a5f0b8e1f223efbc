/**
 * Owns: the folder outside the checkout that keeps downloads and logs, and the run folders of
 * servers. Does not own: what is put in there (downloads.ts, kafka.ts, elasticsearch.ts).
 */
import { chmodSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

const RUNS_WITH_LOGS_KEPT = 20;

/** What is read of the environment, by the entry points only (main.ts, the tests' set-up). */
export interface CacheEnvironment {
  readonly PODWITNESS_LOCAL_CACHE?: string | undefined;
  readonly XDG_CACHE_HOME?: string | undefined;
}

/**
 * Where downloads and logs are kept. For root the default is /var/cache/podwitness instead of its
 * home: Elasticsearch refuses to run as root, and the user it runs as can't enter root's home.
 */
export function cacheFolder(env: CacheEnvironment, home: string, isRoot: boolean): string {
  if (env.PODWITNESS_LOCAL_CACHE) return resolve(env.PODWITNESS_LOCAL_CACHE);
  if (env.XDG_CACHE_HOME) return join(resolve(env.XDG_CACHE_HOME), 'podwitness');
  return isRoot ? '/var/cache/podwitness' : join(home, '.cache', 'podwitness');
}

export function runsAsRoot(): boolean {
  return process.getuid?.() === 0;
}

/** The first folder on the way to `path` that other users can't enter, if there is one. */
export async function closedFolder(path: string): Promise<string | undefined> {
  const { mode } = await stat(path);
  if ((mode & 0o001) === 0) return path;
  return dirname(path) === path ? undefined : closedFolder(dirname(path));
}

export interface RunFolders {
  /** Removed when the server is stopped or its starter dies. */
  readonly runDir: string;
  /** Kept, in the cache. */
  readonly logsDir: string;
}

/** Makes the folders of one server's run; forgets the logs of all but the last runs. */
export async function makeRunFolders(cacheDir: string, name: string): Promise<RunFolders> {
  const logs = join(cacheDir, 'logs');
  await mkdir(logs, { recursive: true });
  const stamp = new Date().toISOString().replaceAll(/[:.]/g, '-');
  const logsDir = await mkdtemp(join(logs, `${stamp}-${name}-`));
  await pruneOldest(logs, RUNS_WITH_LOGS_KEPT);
  const runDir = await mkdtemp(join(tmpdir(), `podwitness-${name}-`));
  chmodSync(runDir, 0o755);
  return { runDir, logsDir };
}

/** Names begin with the time, so the order of names is the order of runs. */
export async function pruneOldest(folder: string, keep: number): Promise<void> {
  const names = (await readdir(folder)).sort();
  const old = names.slice(0, Math.max(0, names.length - keep));
  await Promise.all(old.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
