/**
 * Owns: the state of one lane while a batch is decided: what was read of it, what the batch changes,
 * and three ordered indexes in it (timers, who may be let go).
 * Does not own: reading it (edge/load.ts); what the values mean.
 *
 * Keys: `lane` · `g/…` a source, `s/…` a sender, `c/…` a collector, `l/…` what was lost ·
 * `due/<time>/<key>` a timer · `drop/<time>/<key>` sources and senders that may be let go, and
 * `idle/<time>/<key>` collectors, oldest first.
 * Times in keys have a fixed width, so that the order of keys is the order of time.
 */
import type { StateSnapshot } from '../../../shared/pipeline/stage.ts';
import type { StateWrite } from '../../../shared/ports/log.ts';

const TIME_DIGITS = 15;
const EMPTY = Buffer.alloc(0);

export type IndexName = 'due' | 'drop' | 'idle';

export function indexKey(index: IndexName, timeMs: number, key: string): string {
  return `${index}/${String(timeMs).padStart(TIME_DIGITS, '0')}/${key}`;
}

export interface IndexEntry {
  readonly timeMs: number;
  readonly key: string;
}

/** What an index key points to. */
export function entryOf(index: IndexName, key: string): IndexEntry {
  const start = index.length + 1;
  return {
    timeMs: Number(key.slice(start, start + TIME_DIGITS)),
    key: key.slice(start + TIME_DIGITS + 1),
  };
}

export interface Memory {
  get<T>(key: string): T | undefined;
  put(key: string, value: unknown): void;
  delete(key: string): void;
  addTo(index: IndexName, timeMs: number, key: string): void;
  removeFrom(index: IndexName, timeMs: number, key: string): void;
  /** The least entry of an index that does not point to `except`; as far as it was read. */
  first(index: IndexName, except?: string): IndexEntry | undefined;
  /** One write for each key that the batch changed. */
  writes(): readonly StateWrite[];
}

/** Position of `key` in `sorted`, or where it belongs. */
function positionOf(sorted: readonly string[], key: string): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((sorted[middle] as string) < key) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Keys in the order of their code units: times come first in them, and are digits. */
function sortedKeys(snapshot: StateSnapshot, index: IndexName): string[] {
  return [...snapshot.keys()].filter((key) => key.startsWith(`${index}/`)).sort();
}

export function createMemory(snapshot: StateSnapshot): Memory {
  const values = new Map<string, unknown>();
  const changed = new Set<string>();
  const indexes: Readonly<Record<IndexName, string[]>> = {
    due: sortedKeys(snapshot, 'due'),
    drop: sortedKeys(snapshot, 'drop'),
    idle: sortedKeys(snapshot, 'idle'),
  };
  const indexed = new Map<string, boolean>();
  const read = (key: string): unknown => {
    if (values.has(key)) return values.get(key);
    const bytes = snapshot.get(key);
    const value: unknown = bytes === undefined ? undefined : JSON.parse(bytes.toString('utf8'));
    values.set(key, value);
    return value;
  };
  const memory: Memory = {
    get: <T>(key: string) => read(key) as T | undefined,
    put(key, value) {
      values.set(key, value);
      changed.add(key);
    },
    delete(key) {
      values.set(key, undefined);
      changed.add(key);
    },
    addTo(index, timeMs, key) {
      const entry = indexKey(index, timeMs, key);
      const sorted = indexes[index];
      const at = positionOf(sorted, entry);
      if (sorted[at] !== entry) sorted.splice(at, 0, entry);
      indexed.set(entry, true);
    },
    removeFrom(index, timeMs, key) {
      const entry = indexKey(index, timeMs, key);
      const sorted = indexes[index];
      const at = positionOf(sorted, entry);
      if (sorted[at] === entry) sorted.splice(at, 1);
      indexed.set(entry, false);
    },
    first(index, except) {
      for (const key of indexes[index]) {
        const entry = entryOf(index, key);
        if (entry.key !== except) return entry;
      }
      return undefined;
    },
    writes() {
      const puts = [...changed].map((key): StateWrite => {
        const value = values.get(key);
        if (value === undefined) return { kind: 'delete', key };
        return { kind: 'put', key, value: Buffer.from(JSON.stringify(value)) };
      });
      const entries = [...indexed].map(
        ([key, isIn]): StateWrite =>
          isIn ? { kind: 'put', key, value: EMPTY } : { kind: 'delete', key },
      );
      return [...puts, ...entries];
    },
  };
  return memory;
}
