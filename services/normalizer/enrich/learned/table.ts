/**
 * Owns: all that is known, in memory and bounded: what the newest records of audit.inventory say,
 * merged, so that the order of records plays no part and none of two writers is forgotten.
 * Does not own: reading them (enrich/edge), what they mean (learn.ts, describe.ts).
 */
import { isMutable } from './fact.ts';
import { createInterning } from './intern.ts';
import { insert, knownAt, type State, stateAt, type Timeline } from './timeline.ts';

export interface Known {
  timeline(key: string): Timeline | undefined;
}

/** What a stage may ask. */
export interface Inventory extends Known {
  /**
   * Keys whose record should be written again: because it lacks what another one said that was
   * written at the same time, or before the topic forgets it.
   */
  due(nowMs: number, limit: number): readonly string[];
}

export interface Table extends Inventory {
  /**
   * Merges what a record says of its key. `timestampMs` is the record's own time, of which the
   * newest is what this table takes for now.
   */
  apply(key: string, told: Timeline, timestampMs: number): void;
  readonly size: number;
}

export interface TableLimits {
  /** Most keys; then what is gone goes first, then what was not written for longest. */
  readonly maxEntries: number;
  /** Most observations of one key; a pod's life has three or four. */
  readonly maxObservations: number;
}

export const MAX_OBSERVATIONS = 8;

const HOUR_MS = 3_600_000;
/** Events of a pod that is gone may still come. */
const KEEP_GONE_MS = 24 * HOUR_MS;
/** The topic forgets after 30 days. */
const WRITE_AGAIN_MS = 7 * 24 * HOUR_MS;

interface Entry {
  readonly timeline: Timeline;
  /** Of the newest record of this key. */
  readonly writtenMs: number;
}

/** What holds at `atMs`, by the nature of what the key names. */
export function lookup(known: Known, key: string, atMs: number): State | undefined {
  const timeline = known.timeline(key);
  if (timeline === undefined) return undefined;
  return isMutable(key) ? stateAt(timeline, atMs) : knownAt(timeline, atMs);
}

function isGone({ timeline }: Entry): boolean {
  return timeline.at(-1)?.change === 'end';
}

class InventoryTable implements Table {
  readonly #limits: TableLimits;
  /** In the order in which they were last written. */
  readonly #entries = new Map<string, Entry>();
  /** Of these, what is gone. */
  readonly #gone = new Set<string>();
  /** Their newest record does not hold all that is known: two wrote at once. */
  readonly #torn = new Set<string>();
  readonly #intern = createInterning();
  #nowMs = 0;

  constructor(limits: TableLimits) {
    this.#limits = limits;
  }

  get size(): number {
    return this.#entries.size;
  }

  timeline(key: string): Timeline | undefined {
    return this.#entries.get(key)?.timeline;
  }

  apply(key: string, told: Timeline, timestampMs: number): void {
    this.#nowMs = Math.max(this.#nowMs, timestampMs);
    const own = told.map(this.#intern);
    const timeline = this.#merged(own, this.timeline(key) ?? []);
    const entry = { timeline, writtenMs: timestampMs };
    this.#remove(key);
    this.#entries.set(key, entry);
    if (isGone(entry)) this.#gone.add(key);
    if (timeline !== own) this.#torn.add(key);
    this.#forgetGone();
    this.#forgetOldest(this.#gone);
    this.#forgetOldest(this.#entries.keys());
  }

  #merged(a: Timeline, b: Timeline): Timeline {
    return b.reduce<Timeline>((all, o) => insert(all, o, this.#limits.maxObservations), a);
  }

  #remove(key: string): void {
    this.#entries.delete(key);
    this.#gone.delete(key);
    this.#torn.delete(key);
  }

  #forgetGone(): void {
    for (const key of this.#gone) {
      const at = this.timeline(key)?.at(-1)?.atMs ?? 0;
      if (at > this.#nowMs - KEEP_GONE_MS) return;
      this.#remove(key);
    }
  }

  #forgetOldest(keys: Iterable<string>): void {
    for (const key of keys) {
      if (this.#entries.size <= this.#limits.maxEntries) return;
      this.#remove(key);
    }
  }

  due(nowMs: number, limit: number): readonly string[] {
    const keys = [...this.#torn].slice(0, limit);
    for (const [key, { writtenMs }] of this.#entries) {
      if (keys.length >= limit || writtenMs > nowMs - WRITE_AGAIN_MS) break;
      if (!this.#gone.has(key) && !this.#torn.has(key)) keys.push(key);
    }
    return keys;
  }
}

export function createTable(limits: TableLimits): Table {
  return new InventoryTable(limits);
}
