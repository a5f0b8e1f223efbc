/**
 * Owns: writing a plan to the store until all of it has an end, and its ends in the batch's order.
 */
import { TransientError } from '../../../shared/errors/fault.ts';
import type { Ending } from '../../../shared/pipeline/outcome.ts';
import { type Envelope, isTick } from '../../../shared/pipeline/stage.ts';
import type { EventStore, WriteVerdict } from '../../../shared/ports/event-store.ts';
import type { Failpoint } from '../../../shared/ports/telemetry.ts';
import {
  applyVerdicts,
  endingsOf,
  operations,
  pendingIds,
  type Plan,
  type Writable,
} from '../plan.ts';

/** A plan between the attempts of its batch. */
interface Writing<W extends Writable> {
  plan: Plan<W>;
  /** A write failed as a whole: nobody knows what of it was done. */
  isUnsure: boolean;
}

interface WriteParts {
  readonly store: EventStore;
  readonly failpoint: Failpoint;
}

function waitOf(verdicts: readonly WriteVerdict[]): number {
  return verdicts.reduce(
    (ms, v) => (v.kind === 'retry' ? Math.max(ms, v.retryAfterMs ?? 0) : ms),
    0,
  );
}

/** Writes what is pending until all has an end; throws TransientError while the store is busy. */
export async function writePlan<W extends Writable>(
  writing: Writing<W>,
  { failpoint, store }: WriteParts,
): Promise<void> {
  while (pendingIds(writing.plan).size > 0) {
    writing.isUnsure = true;
    const verdicts = await store.write(operations(writing.plan));
    writing.isUnsure = false;
    failpoint('after-bulk');
    writing.plan = applyVerdicts(writing.plan, verdicts);
    if (!verdicts.some((verdict) => verdict.kind === 'retry')) continue;
    const options = { code: 'store_busy', retryAfterMs: waitOf(verdicts) } as const;
    throw new TransientError('The store takes less than it is sent', options);
  }
}

/** One ending for each record of the batch, in its order; ticks end as drops. */
export function outcomesOf(
  batch: readonly Envelope<unknown>[],
  plan: Plan,
): readonly Ending<never>[] {
  const endings = endingsOf(plan);
  let next = 0;
  return batch.map(({ value }) =>
    isTick(value)
      ? ({ kind: 'drop', reason: 'tick' } as const)
      : (endings[next++] as (typeof endings)[0]),
  );
}
