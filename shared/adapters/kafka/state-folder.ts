/**
 * Owns: where this process keeps its state caches, and that no two processes or lanes use one
 * folder at the same time.
 *
 * Several processes on one host may be given the same state directory. Each takes the first
 * `instance-<n>` below it that is free, and so finds its caches again after a restart. Free means
 * that LevelDB's lock in it can be had; the system releases the lock also at kill -9.
 */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { ClassicLevel } from 'classic-level';
import { FatalError } from '../../errors/fault.ts';
import { type CacheIdentity, openStateCache, type StateCache } from './state-cache.ts';

const MOST_INSTANCES = 64;
/** Half of Kafka's default delete.retention.ms, for which tombstones are kept. */
const MAX_CACHE_AGE_MS = 12 * 60 * 60 * 1_000;

export interface StateFolder {
  /** Waits for the cache's former user in this process to close it. */
  open(group: string, identity: CacheIdentity, inputTopic: string): Promise<StateCache>;
  close(): Promise<void>;
}

function isLocked(error: unknown): boolean {
  const cause: unknown = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && cause.code === 'LEVEL_LOCKED';
}

async function takeInstance(directory: string): Promise<{ path: string; lock: ClassicLevel }> {
  for (let n = 0; n < MOST_INSTANCES; n++) {
    const path = join(directory, `instance-${n}`);
    await mkdir(path, { recursive: true });
    const lock = new ClassicLevel(join(path, 'lock'));
    try {
      await lock.open();
      return { path, lock };
    } catch (error) {
      if (!isLocked(error)) throw error;
    }
  }
  const what = `${MOST_INSTANCES} processes use ${directory} already`;
  throw new FatalError(what, { code: 'data_dir_locked' });
}

/** Touches the disk at the first `open`, so that a log without state leaves no trace. */
export function stateFolder(directory: string, now: () => number): StateFolder {
  let instance: ReturnType<typeof takeInstance> | undefined;
  const closings = new Map<string, Promise<void>>();

  return {
    async open(group, identity, inputTopic) {
      instance ??= takeInstance(directory);
      const names = [group, inputTopic, String(identity.partition)];
      const folder = join((await instance).path, ...names.map(encodeURIComponent));
      const former = closings.get(folder);
      let closed: () => void = () => undefined;
      closings.set(folder, new Promise((resolve) => (closed = resolve)));
      await former;
      try {
        await mkdir(folder, { recursive: true });
        const parts = { folder, identity, now, maxAgeMs: MAX_CACHE_AGE_MS };
        return onClose(await openStateCache(parts), closed);
      } catch (error) {
        closed();
        throw error;
      }
    },
    async close() {
      await Promise.all(closings.values());
      await (await instance)?.lock.close();
    },
  };
}

function onClose(cache: StateCache, closed: () => void): StateCache {
  const close = cache.close.bind(cache);
  let closing: Promise<void> | undefined;
  cache.close = () => {
    closing ??= close().finally(closed);
    return closing;
  };
  return cache;
}
