/**
 * Owns: running a keyed stage on the state of lanes.
 * Does not own: what is done in which order (run.ts), the same without a log (offline.ts).
 */
import type { Lane, StateReader } from '../../ports/log.ts';
import type { Decision } from '../commit.ts';
import type { Decide } from '../decide.ts';
import type { Envelope, Tick } from '../stage.ts';
import { Budget } from './budget.ts';
import { LaneMemory } from './lane-memory.ts';
import { loadCells, loadTimers } from './load.ts';
import type { KeyedOptions, KeyedStage } from './model.ts';
import { KeyedRun, type Need, withExtra } from './run.ts';
import { writesOf } from './writes.ts';

/** What is known of a lane. */
interface Seat {
  memory: LaneMemory;
  /** Offset of the last record of the latest batch. */
  lastOffset: bigint;
}

/**
 * The memory for a batch. Where that does not begin behind the latest one, that one was not committed,
 * and memory is not what the state is.
 */
function memoryFor(seat: Seat, batch: readonly Envelope<unknown>[], budget: Budget): LaneMemory {
  const [first, last] = [batch[0], batch.at(-1)];
  if (first !== undefined && first.origin.offset <= seat.lastOffset) {
    seat.memory.release();
    seat.memory = new LaneMemory(budget);
  } else seat.memory.settle();
  seat.lastOffset = last?.origin.offset ?? seat.lastOffset;
  return seat.memory;
}

async function satisfy<In, Out>(
  need: Need,
  state: StateReader,
  memory: LaneMemory,
  run: KeyedRun<In, Out>,
): Promise<void> {
  if (need.kind === 'cells') return loadCells(state, memory, need);
  run.found(await loadTimers(state, memory.timers, need));
}

/**
 * `stage` on a worker's lanes. Its memory is one for all of them, and lost with a lane: what counts is
 * the lane's state. An attempt that fails goes on, when it is called again, at the record where it was.
 */
export function createKeyed<In, Out>(
  stage: KeyedStage<In, Out>,
  options: KeyedOptions,
): Decide<In, Out> {
  const budget = new Budget(options.cacheBytes);
  const seats = new WeakMap<Lane, Seat>();
  const seatOf = (lane: Lane): Seat => {
    const known = seats.get(lane);
    if (known !== undefined) return known;
    const seat: Seat = { memory: new LaneMemory(budget), lastOffset: -1n };
    seats.set(lane, seat);
    lane.signal.addEventListener('abort', () => seat.memory.release(), { once: true });
    return seat;
  };
  return (lane: Lane, batch: readonly Envelope<In | Tick>[]) => {
    let memory: LaneMemory | undefined;
    let run: KeyedRun<In, Out> | undefined;
    let decision: Decision<Out, never> | undefined;
    return async () => {
      if (decision !== undefined) return decision;
      memory ??= memoryFor(seatOf(lane), batch, budget);
      run ??= new KeyedRun({ stage, options, memory, batch });
      for (let need = run.advance(); need !== undefined; need = run.advance()) {
        await satisfy(need, lane.state, memory, run);
      }
      decision = { outcomes: withExtra(run.outcomes, run.told), writes: writesOf(memory) };
      return decision;
    };
  };
}
