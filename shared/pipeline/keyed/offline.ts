/**
 * Owns: running a keyed stage on records in memory, without a log: the same decisions as live, and at
 * the end everything that was waited for. Pure.
 */
import type { Outcome } from '../outcome.ts';
import type { Envelope, Tick } from '../stage.ts';
import { LaneMemory } from './lane-memory.ts';
import type { KeyedOptions, KeyedStage } from './model.ts';
import { KeyedRun } from './run.ts';

/** Timers that may fire at the end for each record, and besides. */
const LAST_TIMERS_PER_RECORD = 16;
const LAST_TIMERS = 100_000;

export interface OfflineDecision<Out> {
  /** Aligned with the envelopes. */
  readonly outcomes: readonly Outcome<Out>[];
  /** What timers gave at the end, then what the stage told when all was done. */
  readonly out: readonly Out[];
}

/**
 * At the end it is later than any time: all timers fire until none is left. Throws Error where a stage
 * sets timers without end.
 */
export function runKeyedOffline<In, Out>(
  stage: KeyedStage<In, Out>,
  options: KeyedOptions,
  envelopes: readonly Envelope<In | Tick>[],
): OfflineDecision<Out> {
  const memory = new LaneMemory(undefined);
  const run = new KeyedRun({ stage, options, memory, batch: envelopes });
  run.records();
  let left = LAST_TIMERS + LAST_TIMERS_PER_RECORD * envelopes.length;
  for (let fired = run.fireLast(left); fired > 0; fired = run.fireLast(left)) {
    left -= fired;
    if (left <= 0) throw new Error(`Stage ${stage.name} sets timers without end`);
  }
  run.finish();
  return { outcomes: run.outcomes, out: run.told };
}
