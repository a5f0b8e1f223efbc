/**
 * Owns: how changes of state are written to a changelog topic, and bringing a cache up to date
 * from it. Does not own: the cache's files (state-cache.ts), fetching (topic-reader.ts).
 *
 * Key `k` + state key: the value, or null when the key was deleted. Key `p` + prefix, with the
 * header `podwitness-op: drop-prefix`: all keys that start with it were removed. Compaction keeps
 * the latest drop of a prefix, which is behind every record that it removes, so order holds.
 */
import type { LogRecord, OutRecord, StateWrite } from '../../ports/log.ts';
import type { StateCache } from './state-cache.ts';
import type { FetchLimits, TopicReader } from './topic-reader.ts';

export const OPERATION_HEADER = 'podwitness-op';
const DROP_PREFIX = 'drop-prefix';
const FETCH: FetchLimits = { minBytes: 1, maxBytes: 4 * 1024 * 1024, maxWaitMs: 500 };

export interface ChangelogPartition {
  readonly topic: string;
  readonly partition: number;
}

export function changelogRecord(
  { topic, partition }: ChangelogPartition,
  write: StateWrite,
  timestampMs: number,
): OutRecord & Pick<LogRecord, 'value'> {
  const base = { topic, partition, timestampMs };
  switch (write.kind) {
    case 'put':
      return { ...base, key: Buffer.from(`k${write.key}`), value: write.value };
    case 'delete':
      return { ...base, key: Buffer.from(`k${write.key}`), value: null };
    case 'dropPrefix':
      return {
        ...base,
        key: Buffer.from(`p${write.key}`),
        value: Buffer.from(DROP_PREFIX),
        headers: { [OPERATION_HEADER]: DROP_PREFIX },
      };
  }
}

/** The change that a changelog record stands for. Throws Error where it is none of ours. */
export function writeOf(record: LogRecord): StateWrite {
  const text = record.key?.toString('utf8') ?? '';
  const key = text.slice(1);
  if (text.startsWith('p') && record.headers[OPERATION_HEADER] === DROP_PREFIX) {
    return { kind: 'dropPrefix', key };
  }
  if (!text.startsWith('k')) {
    throw new Error(`Not a state change: ${record.topic}/${record.partition} at ${record.offset}`);
  }
  return record.value === null
    ? { kind: 'delete', key }
    : { kind: 'put', key, value: record.value };
}

export interface RestoreParts {
  readonly reader: TopicReader;
  readonly partition: number;
  readonly cache: StateCache;
  /** Called after each portion that was applied. */
  onProgress(): void;
  readonly signal: AbortSignal;
}

/**
 * Applies what the changelog has after the cache's checkpoint. To be called after fencing: from
 * then on nobody else writes to this partition, so its end is fixed.
 */
export async function restore(parts: RestoreParts): Promise<void> {
  const { cache, partition, reader } = parts;
  const [starts, ends] = await Promise.all([reader.starts([partition]), reader.ends([partition])]);
  const start = starts.get(partition) ?? 0n;
  const end = ends.get(partition) ?? 0n;
  const { checkpoint } = cache;
  if (checkpoint !== undefined && (checkpoint < start || checkpoint > end)) await cache.clear();
  if (cache.checkpoint === undefined) return applyFrom(parts, start, end);
  // Exactly one offset behind: that is the marker of the last commit, which the cache has applied.
  const isBehind = end - cache.checkpoint > 1n;
  await applyFrom(parts, cache.checkpoint, isBehind ? end : cache.checkpoint);
}

async function applyFrom(parts: RestoreParts, start: bigint, end: bigint): Promise<void> {
  const { cache, onProgress, partition, reader, signal } = parts;
  let position = start;
  while (position < end && !signal.aborted) {
    const [fetched] = await reader.fetch(new Map([[partition, position]]), FETCH);
    if (fetched === undefined) continue;
    await cache.apply(fetched.records.map(writeOf), fetched.next);
    position = fetched.next;
    onProgress();
  }
  // Also without a change: the cache was in use now.
  await cache.apply([], position);
}
