/**
 * Owns: how the runner gets a decision on a batch from a stage, stateless or stateful.
 */
import type { Lane } from '../ports/log.ts';
import type { Decision } from './commit.ts';
import type { Outcome } from './outcome.ts';
import { type Envelope, isTick, type Stage, type StatefulStage, type Tick } from './stage.ts';

/**
 * Outcomes aligned with the batch. Throws TransientError when a neighbour is sick: the same attempt
 * is then called again, and may keep what it has already done.
 */
export type Attempt<Out, Route extends string = never> = () => Promise<Decision<Out, Route>>;

export type Decide<In, Out, Route extends string = never> = (
  lane: Lane,
  batch: readonly Envelope<In | Tick>[],
) => Attempt<Out, Route>;

/** A stateless stage; ticks end as drops. */
export function decideStateless<In, Out, Route extends string = never>(
  stage: Stage<In, Out, Route>,
): Decide<In, Out, Route> {
  return (_lane, batch) => async () => {
    const events = batch.filter((e): e is Envelope<In> => !isTick(e.value));
    const decided = stage.apply(events);
    if (decided.length !== events.length) {
      throw new Error(`Stage ${stage.name} decided ${decided.length} of ${events.length}`);
    }
    if (events.length === batch.length) return { outcomes: decided, writes: [] };
    let next = 0;
    const outcomes = batch.map(
      (e): Outcome<Out, Route> =>
        isTick(e.value)
          ? { kind: 'drop', reason: 'tick' }
          : (decided[next++] as Outcome<Out, Route>),
    );
    return { outcomes, writes: [] };
  };
}

/** A stateful stage: its keys are read from the lane's state, its writes join the commit. */
export function decideStateful<In, Out, Route extends string = never>(
  stage: StatefulStage<In, Out, Route>,
): Decide<In, Out, Route> {
  return (lane, batch) => async () => {
    const keys = [...new Set(stage.keys(batch))];
    const values = await lane.state.getMany(keys);
    const found = keys.flatMap((key, i) => {
      const value = values[i];
      return value === undefined ? [] : [[key, value] as const];
    });
    return stage.step(new Map(found), batch);
  };
}
