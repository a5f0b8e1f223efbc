/**
 * Owns: one partition's keyed state on the local disk, as a cache of its changelog.
 * Does not own: the changelog, which is the truth (changelog.ts); where the folder lies
 * (state-folder.ts).
 *
 * Keys: `s` + state key; `t` + a key that a dropPrefix removed and whose record compaction still
 * keeps (it wants a tombstone); `m` the identity and how far the changelog was applied.
 */
import { ClassicLevel } from 'classic-level';
import type { StateReader, StateWrite } from '../../ports/log.ts';

type Level = ClassicLevel<Buffer, Buffer>;
type Operation =
  | { readonly type: 'put'; readonly key: Buffer; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: Buffer };

const META = Buffer.from('m');
const EMPTY = Buffer.alloc(0);
const SLICE = 1_000;

export interface StateCache extends StateReader {
  /** Offset of the changelog up to which everything is applied; undefined: nothing is here. */
  readonly checkpoint: bigint | undefined;
  /** Applies in order. Not atomic: after a crash the same writes are applied again in order. */
  apply(writes: readonly StateWrite[], checkpoint: bigint): Promise<void>;
  /** Keys that are gone but have no tombstone in the changelog yet, at most `limit`. */
  owedTombstones(limit: number): Promise<readonly string[]>;
  clear(): Promise<void>;
  close(): Promise<void>;
}

export interface CacheIdentity {
  readonly clusterId: string;
  readonly topic: string;
  readonly partition: number;
}

export interface CacheParts {
  readonly folder: string;
  readonly identity: CacheIdentity;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** A cache that was not touched for so long may miss tombstones that compaction has removed. */
  readonly maxAgeMs: number;
}

interface Meta extends CacheIdentity {
  readonly checkpoint: string;
  readonly touchedAtMs: number;
}

/** Throws classic-level's errors (`LEVEL_LOCKED` when somebody else has it open). */
export async function openStateCache(parts: CacheParts): Promise<StateCache> {
  const db: Level = new ClassicLevel(parts.folder, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
  });
  await db.open();
  const cache = new LevelStateCache(db, parts);
  await cache.load();
  return cache;
}

class LevelStateCache implements StateCache {
  checkpoint: bigint | undefined;
  readonly #db: Level;
  readonly #parts: CacheParts;

  constructor(db: Level, parts: CacheParts) {
    this.#db = db;
    this.#parts = parts;
  }

  async load(): Promise<void> {
    const bytes = await this.#db.get(META);
    if (bytes === undefined) return this.clear();
    const meta = JSON.parse(bytes.toString()) as Meta;
    const { clusterId, topic, partition } = this.#parts.identity;
    const isOurs =
      meta.clusterId === clusterId && meta.topic === topic && meta.partition === partition;
    const isFresh = this.#parts.now() - meta.touchedAtMs <= this.#parts.maxAgeMs;
    if (!isOurs || !isFresh) return this.clear();
    this.checkpoint = BigInt(meta.checkpoint);
  }

  async getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]> {
    return this.#db.getMany(keys.map(stateKey));
  }

  async *scan(prefix: string): AsyncIterable<readonly [key: string, value: Buffer]> {
    for await (const [key, value] of this.#db.iterator(rangeOf('s', prefix))) {
      yield [key.toString('utf8', 1), value] as const;
    }
  }

  async owedTombstones(limit: number): Promise<readonly string[]> {
    const keys = await this.#db.keys({ ...rangeOf('t', ''), limit }).all();
    return keys.map((key) => key.toString('utf8', 1));
  }

  async apply(writes: readonly StateWrite[], checkpoint: bigint): Promise<void> {
    let batch: Operation[] = [];
    for (const write of writes) {
      switch (write.kind) {
        case 'put':
          batch.push({ type: 'put', key: stateKey(write.key), value: write.value });
          batch.push({ type: 'del', key: owedKey(write.key) });
          break;
        case 'delete':
          batch.push({ type: 'del', key: stateKey(write.key) });
          batch.push({ type: 'del', key: owedKey(write.key) });
          break;
        case 'dropPrefix':
          await this.#db.batch(batch);
          batch = [];
          await this.#drop(write.key);
          break;
      }
    }
    const { now, identity } = this.#parts;
    const meta: Meta = { ...identity, checkpoint: String(checkpoint), touchedAtMs: now() };
    batch.push({ type: 'put', key: META, value: Buffer.from(JSON.stringify(meta)) });
    await this.#db.batch(batch);
    this.checkpoint = checkpoint;
  }

  async #drop(prefix: string): Promise<void> {
    for (;;) {
      const keys = await this.#db.keys({ ...rangeOf('s', prefix), limit: SLICE }).all();
      const batch = keys.flatMap((key): Operation[] => [
        { type: 'del', key },
        { type: 'put', key: Buffer.concat([Buffer.from('t'), key.subarray(1)]), value: EMPTY },
      ]);
      if (batch.length > 0) await this.#db.batch(batch);
      if (keys.length < SLICE) return;
    }
  }

  async clear(): Promise<void> {
    await this.#db.clear();
    this.checkpoint = undefined;
  }

  async close(): Promise<void> {
    await this.#db.close();
  }
}

function stateKey(key: string): Buffer {
  return Buffer.from(`s${key}`);
}

function owedKey(key: string): Buffer {
  return Buffer.from(`t${key}`);
}

/** All keys of a kind that start with `prefix`. UTF-8 has no byte 0xff, so the bound is exact. */
function rangeOf(kind: 's' | 't', prefix: string): { gte: Buffer; lt: Buffer } {
  const gte = Buffer.from(kind + prefix);
  return { gte, lt: Buffer.concat([gte, Buffer.from([0xff])]) };
}
