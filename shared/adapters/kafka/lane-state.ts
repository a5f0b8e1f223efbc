/**
 * Owns: a lane's keyed state between the cache on disk and the handler: restored, guarded.
 * Does not own: writing to it (lane.ts).
 */
import type { Kafka } from 'kafkajs';
import type { StateReader } from '../../ports/log.ts';
import type { Clock, Failpoint } from '../../ports/telemetry.ts';
import { restore } from './changelog.ts';
import type { StateCache } from './state-cache.ts';
import type { StateFolder } from './state-folder.ts';
import { openTopicReader } from './topic-reader.ts';

export interface StateParts {
  readonly general: Kafka;
  readonly states: StateFolder;
  readonly group: string;
  readonly topic: string;
  readonly changelogTopic: string | undefined;
  readonly failpoint: Failpoint;
  readonly clock: Clock;
}

/**
 * The partition's cache, up to date with its changelog; undefined without one. To be called after
 * fencing. Throws TransientError, FatalError.
 */
export async function restoredCache(
  { changelogTopic, clock, failpoint, general, group, states, topic }: StateParts,
  partition: number,
  signal: AbortSignal,
): Promise<StateCache | undefined> {
  if (changelogTopic === undefined) return undefined;
  const reader = await openTopicReader(general, changelogTopic, clock);
  try {
    const identity = { clusterId: await reader.clusterId(), topic: changelogTopic, partition };
    const cache = await states.open(group, identity, topic);
    try {
      const onProgress = () => failpoint('in-restore');
      await restore({ reader, partition, cache, onProgress, signal });
      return cache;
    } catch (error) {
      await cache.close();
      throw error;
    }
  } finally {
    await reader.close();
  }
}

/** Reading after the loss of the lane must not look like a bug of the handler. */
export function guardedReader(cache: StateCache | undefined, signal: AbortSignal): StateReader {
  const guarded = async <T>(read: () => Promise<T>): Promise<T> => {
    signal.throwIfAborted();
    try {
      return await read();
    } catch (error) {
      signal.throwIfAborted();
      throw error;
    }
  };
  return {
    async getMany(keys) {
      if (cache === undefined) return keys.map(() => undefined);
      return guarded(() => cache.getMany(keys));
    },
    async *scan(prefix) {
      if (cache === undefined) return;
      const entries = cache.scan(prefix)[Symbol.asyncIterator]();
      try {
        for (;;) {
          const next = await guarded(() => entries.next());
          if (next.done === true) return;
          yield next.value;
        }
      } finally {
        await entries.return?.();
      }
    },
  };
}
