/**
 * Owns: the order in which a batch is decided: records, the timers of ticks, the end of the batch.
 * Synchronous: where something has to be read first it says so, and goes on from there when it is
 * called again. Each record and each timer is decided from the start, or has changed nothing.
 * Does not own: reading (load.ts), what becomes of the changes (writes.ts).
 */
import { endings, extraOf, type Outcome } from '../outcome.ts';
import { type Envelope, isTick, type Tick } from '../stage.ts';
import { isOwnCell } from './cell-key.ts';
import type { LaneMemory } from './lane-memory.ts';
import { LANE_CELL, LaneTurn } from './lane-turn.ts';
import type { CellKey, KeyedOptions, KeyedStage } from './model.ts';
import { TimerRound } from './timer-round.ts';
import type { QueuedTimer } from './timer-queue.ts';

/** What has to be read before it goes on. */
export type Need =
  /** `isAhead`: they are not needed yet, and may be left out where there is no room. */
  | { readonly kind: 'cells'; readonly keys: readonly CellKey[]; readonly isAhead: boolean }
  /** The first timers in the state, `limit` of them, up to `untilMs`. */
  | { readonly kind: 'timers'; readonly untilMs: number; readonly limit: number };

export interface RunParts<In, Out> {
  readonly stage: KeyedStage<In, Out>;
  readonly options: KeyedOptions;
  readonly memory: LaneMemory;
  readonly batch: readonly Envelope<In | Tick>[];
}

/** Records whose cells are read at once. */
const RECORDS_AHEAD = 256;

export class KeyedRun<In, Out> {
  readonly outcomes: Outcome<Out>[] = [];
  /** What was given besides the outcomes, at the end. */
  readonly told: Out[] = [];
  readonly #parts: RunParts<In, Out>;
  readonly #turn: LaneTurn;
  #round: TimerRound | undefined;
  #fired: Out[] = [];
  /** Records whose cells were asked for. */
  #readAhead = 0;
  #isFinished = false;

  constructor(parts: RunParts<In, Out>) {
    this.#parts = parts;
    this.#turn = new LaneTurn(parts.memory, parts.options);
  }

  /** Goes on as far as it can; undefined: all is done. */
  advance(): Need | undefined {
    return this.records() ?? this.finish();
  }

  /** Decides on records; undefined: on all. */
  records(): Need | undefined {
    const { batch } = this.#parts;
    for (;;) {
      const at = this.outcomes.length;
      const envelope = batch[at];
      if (envelope === undefined) return undefined;
      const need = this.#cellsAhead(at) ?? this.#decide(envelope);
      if (need !== undefined) return need;
    }
  }

  /** After the last record. */
  finish(): Need | undefined {
    const { stage, memory, batch } = this.#parts;
    if (this.#isFinished || stage.finish === undefined || batch.length === 0) return undefined;
    const changed = [...memory.changed]
      .filter(
        ({ changes, key }) => changes !== undefined && changes.parts.size > 0 && !isOwnCell(key),
      )
      .map(({ key }) => key)
      .sort();
    return this.#whole(() => {
      this.#turn.toSame();
      const told = stage.finish?.(this.#turn, changed) ?? [];
      return () => {
        for (const item of told) this.told.push(item);
        this.#isFinished = true;
      };
    });
  }

  /** What has been asked for was read. */
  found(timers: readonly QueuedTimer[]): void {
    this.#round?.found(timers);
  }

  /** It is the end of all time: timers fire that are due then. How many did. */
  fireLast(limit: number): number {
    const { memory } = this.#parts;
    this.#whole(() => {
      this.#turn.toEnd();
      return () => {};
    });
    const round = new TimerRound(memory.timers, Number.POSITIVE_INFINITY, limit);
    this.#fire(round);
    round.end();
    for (const item of this.#fired.splice(0)) this.told.push(item);
    return round.fired;
  }

  /** The cells of the next records that are not in memory. */
  #cellsAhead(at: number): Need | undefined {
    const { batch, memory, stage } = this.#parts;
    if (memory.isAlone || at < this.#readAhead) return undefined;
    this.#readAhead = at + RECORDS_AHEAD;
    const keys = new Set<CellKey>([LANE_CELL]);
    for (const { value } of batch.slice(at, this.#readAhead)) {
      if (!isTick(value)) for (const key of stage.cellsOf(value)) keys.add(key);
    }
    return this.#ahead(keys);
  }

  #ahead(keys: Iterable<CellKey>): Need | undefined {
    const missing = [...keys].filter((key) => !this.#parts.memory.has(key));
    return missing.length === 0 ? undefined : { kind: 'cells', keys: missing, isAhead: true };
  }

  #decide(envelope: Envelope<In | Tick>): Need | undefined {
    const { value, origin } = envelope;
    if (isTick(value)) return this.#tick(value);
    return this.#whole(() => {
      this.#turn.toRecord(origin.timestampMs);
      const outcome = this.#parts.stage.apply(this.#turn, { value, origin });
      return () => this.outcomes.push(outcome);
    });
  }

  #tick(tick: Tick): Need | undefined {
    const { memory, options } = this.#parts;
    if (this.#round === undefined) {
      const need = this.#whole(() => {
        const dueMs = this.#turn.toTick(tick.timeMs);
        return () => {
          const limit = Math.max(1, options.maxTimersPerTick);
          this.#round = new TimerRound(memory.timers, dueMs, limit);
        };
      });
      if (need !== undefined) return need;
    }
    const round = this.#round;
    if (round === undefined) return undefined;
    const need = this.#timersDue(round) ?? this.#fire(round);
    if (need !== undefined) return need;
    round.end();
    this.#round = undefined;
    const items = this.#fired.splice(0);
    this.outcomes.push(
      items.length > 0 ? { kind: 'emit', items } : { kind: 'drop', reason: 'tick' },
    );
    return undefined;
  }

  /** Timers in the state that are due, then their cells. */
  #timersDue(round: TimerRound): Need | undefined {
    if (round.mustRead) {
      return { kind: 'timers', untilMs: round.untilMs, limit: round.limit };
    }
    const cells = round.cellsAhead();
    return cells.length === 0 ? undefined : this.#ahead(new Set(cells));
  }

  #fire(round: TimerRound): Need | undefined {
    for (let timer = round.next(); timer !== undefined; timer = round.next()) {
      const { atMs, cell, name } = timer;
      const need = this.#whole(() => {
        this.#turn.toSame();
        this.#turn.cell(cell).clearTimer(name);
        const given = this.#parts.stage.fire(this.#turn, { atMs, cell, name });
        return () => {
          for (const item of given) this.#fired.push(item);
        };
      });
      if (need !== undefined) return need;
      round.hasFired(timer);
    }
    return undefined;
  }

  /**
   * Does all of `action` or nothing: where a cell is missing, what it did is undone. What it returns
   * is called when all is done.
   */
  #whole(action: () => () => void): Need | undefined {
    const { memory } = this.#parts;
    memory.missing = undefined;
    try {
      const done = action();
      // Asked for in vain, also where a stage has caught what was thrown.
      if (memory.missing === undefined) {
        memory.keep();
        done();
        return undefined;
      }
    } catch (error) {
      if (memory.missing === undefined) throw error;
    }
    memory.undo();
    return { kind: 'cells', keys: [memory.missing], isAhead: false };
  }
}

/** Adds what is told at the end to the last record. */
export function withExtra<Out>(
  outcomes: readonly Outcome<Out>[],
  told: readonly Out[],
): readonly Outcome<Out>[] {
  const last = outcomes.at(-1);
  if (last === undefined || told.length === 0) return outcomes;
  const extra = [...extraOf(last), ...told];
  return [...outcomes.slice(0, -1), { kind: 'split', parts: endings(last), extra }];
}
