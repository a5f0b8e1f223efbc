/**
 * Owns: the indexer's attempt at one batch: seen-set, bulk write, verdicts. The edge around plan.ts.
 */
import type { CollectionName } from '../../shared/domain/collections.ts';
import { TransientError } from '../../shared/errors/fault.ts';
import type { Decide } from '../../shared/pipeline/decide.ts';
import { type Envelope, isTick, type Tick } from '../../shared/pipeline/stage.ts';
import type { EventStore, WriteVerdict } from '../../shared/ports/event-store.ts';
import type { Lane } from '../../shared/ports/log.ts';
import type { Failpoint } from '../../shared/ports/telemetry.ts';
import {
  applyVerdicts,
  arrivalsOf,
  type Candidate,
  endingsOf,
  type Indexable,
  markExisting,
  operations,
  pendingIds,
  type Plan,
  planBatch,
} from './plan.ts';
import { remember, type SeenWindow, seenKeys } from './seen.ts';

export interface IndexerParts {
  readonly store: EventStore;
  readonly collection: CollectionName;
  readonly window: SeenWindow;
  /** As many records as one batch may hold: what a previous owner may have written uncommitted. */
  readonly maxBatchRecords: number;
  readonly failpoint: Failpoint;
}

type Batch<T> = readonly Envelope<T | Tick>[];

function candidatesOf<T extends Indexable>(batch: Batch<T>): readonly Candidate[] {
  return batch.flatMap(({ value, origin }) =>
    isTick(value) ? [] : [{ id: value.id, document: value.document, timeMs: origin.timestampMs }],
  );
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

function waitOf(verdicts: readonly WriteVerdict[]): number {
  return verdicts.reduce(
    (ms, v) => (v.kind === 'retry' ? Math.max(ms, v.retryAfterMs ?? 0) : ms),
    0,
  );
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

export function createIndexBatch<T extends Indexable>(parts: IndexerParts): Decide<T, never> {
  const { collection, failpoint, store, window } = parts;
  const guard = createReplayGuard(parts.maxBatchRecords);

  const begin = async (
    lane: Lane,
    candidates: readonly Candidate[],
    state: ReadonlyMap<string, Buffer>,
  ): Promise<Plan> => {
    const plan = planBatch(window, state, candidates);
    if (!guard.isDue(lane) || pendingIds(plan).length === 0) return plan;
    return markExisting(plan, await store.existing(collection, pendingIds(plan)));
  };

  /** One write of what is pending; throws TransientError while the store asks for patience. */
  const advance = async (plan: Plan): Promise<{ plan: Plan; waitMs: number; busy: boolean }> => {
    const verdicts = await store.write(operations(plan, collection));
    failpoint('after-bulk');
    return {
      plan: applyVerdicts(plan, verdicts),
      waitMs: waitOf(verdicts),
      busy: verdicts.some((v) => v.kind === 'retry'),
    };
  };

  return (lane, batch) => {
    const candidates = candidatesOf(batch);
    let plan: Plan | undefined;
    return async () => {
      const state = await snapshot(lane, seenKeys(window, candidates));
      plan ??= await begin(lane, candidates, state);
      while (pendingIds(plan).length > 0) {
        const step = await advance(plan);
        plan = step.plan;
        if (step.busy) {
          const message = 'The store takes less than it is sent';
          throw new TransientError(message, { code: 'store_busy', retryAfterMs: step.waitMs });
        }
      }
      guard.passed(lane, candidates.length);
      const endings = endingsOf(plan);
      let next = 0;
      const outcomes = batch.map(({ value }) =>
        isTick(value)
          ? ({ kind: 'drop', reason: 'tick' } as const)
          : (endings[next++] as (typeof endings)[0]),
      );
      return { outcomes, writes: remember(window, state, arrivalsOf(plan)) };
    };
  };
}
