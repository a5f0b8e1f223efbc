/**
 * Owns: the indexer's attempt at one batch: seen-set, bulk write, verdicts. The edge around plan.ts.
 */
import type { CollectionName } from '../../shared/domain/collections.ts';
import type { Decide } from '../../shared/pipeline/decide.ts';
import { type Envelope, isTick, type Tick } from '../../shared/pipeline/stage.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import type { Lane } from '../../shared/ports/log.ts';
import type { Failpoint } from '../../shared/ports/telemetry.ts';
import {
  arrivalsOf,
  type Candidate,
  type Indexable,
  markExisting,
  pendingIds,
  type Plan,
  planBatch,
} from './plan.ts';
import {
  type Arrival,
  newestOf,
  NEWEST_KEY,
  place,
  remember,
  type SeenWindow,
  seenKeys,
} from './seen.ts';
import { outcomesOf, writePlan } from './edge/write-plan.ts';

export interface IndexerParts<T> {
  readonly store: EventStore;
  /** Where a record's document belongs. */
  collectionOf(value: T): CollectionName;
  readonly window: SeenWindow;
  /** As many records as one batch may hold: what a previous owner may have written uncommitted. */
  readonly maxBatchRecords: number;
  readonly failpoint: Failpoint;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/** How far a collector's clock may be ahead. */
const MAX_SKEW_MS = 3_600_000;

type Batch<T> = readonly Envelope<T | Tick>[];

interface Arrived extends Arrival {
  readonly document: Buffer;
  readonly collection: CollectionName;
}

/**
 * One record of a collector whose clock was years ahead would put the lane's newest generation
 * there, and nothing would be forgotten for years.
 */
function arrivedOf<T extends Indexable>(
  batch: Batch<T>,
  { collectionOf, now }: Pick<IndexerParts<T>, 'collectionOf' | 'now'>,
): readonly Arrived[] {
  const latestMs = now() + MAX_SKEW_MS;
  return batch.flatMap(({ value, origin }) => {
    if (isTick(value)) return [];
    const { document, id } = value;
    const timeMs = Math.min(origin.timestampMs, latestMs);
    return [{ id, document, timeMs, collection: collectionOf(value) }];
  });
}

async function existingOf(store: EventStore, plan: Plan): Promise<ReadonlySet<string>> {
  const found = new Set<string>();
  for (const [collection, ids] of pendingIds(plan)) {
    for (const id of await store.existing(collection, ids)) found.add(id);
  }
  return found;
}

async function snapshot(lane: Lane, keys: readonly string[]): Promise<ReadonlyMap<string, Buffer>> {
  const values = await lane.state.getMany(keys);
  const found = new Map<string, Buffer>();
  keys.forEach((key, i) => {
    const value = values[i];
    if (value !== undefined) found.set(key, value);
  });
  return found;
}

/**
 * What the previous owner of a lane had in hand when it died may be written but not committed, and
 * after a rollover the store would take it again. So the first records of each assignment, as many
 * as one batch can hold, are looked up in all backing indices.
 */
function createReplayGuard(maxBatchRecords: number) {
  const unverified = new WeakMap<Lane, number>();
  return {
    isDue: (lane: Lane): boolean => (unverified.get(lane) ?? maxBatchRecords) > 0,
    passed(lane: Lane, records: number): void {
      unverified.set(lane, (unverified.get(lane) ?? maxBatchRecords) - records);
    },
  };
}

/** One batch between its attempts. */
interface Task {
  /** The lane's newest generation before this batch. */
  readonly newest: number | undefined;
  plan: Plan<Candidate>;
  /**
   * Documents may be in the store that we don't know of: a previous owner's, or those of a write
   * that failed as a whole (a time-out says nothing about what was written).
   */
  isUnsure: boolean;
}

export function createIndexBatch<T extends Indexable>(parts: IndexerParts<T>): Decide<T, never> {
  const { store, window } = parts;
  const guard = createReplayGuard(parts.maxBatchRecords);

  const begin = async (lane: Lane, arrived: readonly Arrived[]): Promise<Task> => {
    const [stored] = await lane.state.getMany([NEWEST_KEY]);
    const newest = newestOf(stored);
    const candidates = place(window, newest, arrived);
    const state = await snapshot(lane, seenKeys(candidates));
    return { newest, plan: planBatch(state, candidates), isUnsure: guard.isDue(lane) };
  };

  return (lane, batch) => {
    const arrived = arrivedOf(batch, parts);
    let task: Task | undefined;
    return async () => {
      task ??= await begin(lane, arrived);
      if (task.isUnsure) task.plan = markExisting(task.plan, await existingOf(store, task.plan));
      await writePlan(task, parts);
      guard.passed(lane, arrived.length);
      const writes = remember(task.newest, arrivalsOf(task.plan));
      return { outcomes: outcomesOf(batch, task.plan), writes };
    };
  };
}
