/**
 * Owns: what a keyed stage is: state in cells, timers, event time. Interfaces only; the engine that
 * runs it on a lane's state is keyed.ts, the one without a log is offline.ts.
 *
 * A cell is a small tree of values under one key (a pod, a request UID, a node). A stage says which
 * cells a record is about; what else it turns out to need is read when it asks for it, and the record
 * is decided again from the start: stages are pure, so nobody sees the difference.
 */
import type { Outcome } from '../outcome.ts';
import type { Envelope } from '../stage.ts';

/** Made by cellKey(); any text may be a part of it. */
export type CellKey = string & { readonly cell: unique symbol };

/** Values are plain JSON and are not to be changed in place: what is put is what is kept. */
export interface Cell {
  readonly key: CellKey;
  get<T>(part: string): T | undefined;
  put(part: string, value: unknown): void;
  delete(part: string): void;
  /** Parts that start with `prefix`, in the order of their code units. */
  entries<T>(prefix: string): readonly (readonly [part: string, value: T])[];
  /**
   * One timer a name: setting it again moves it. It fires at the first tick not before `atMs`; what
   * is no time is due at once. A timer that sets itself again while it fires waits for the next tick.
   */
  setTimer(name: string, atMs: number): void;
  clearTimer(name: string): void;
  /** When the timer of that name is to fire. */
  timer(name: string): number | undefined;
}

export interface Timer {
  readonly cell: CellKey;
  readonly name: string;
  readonly atMs: number;
}

/** What a stage has while it decides on one record or timer. */
export interface Turn {
  /**
   * When it is, in ms: the last tick, or the time of the record where no tick came yet. Infinity at
   * the end of an input that is read offline: nothing comes after it.
   */
  readonly nowMs: number;
  /** Throws what the engine catches where the cell has yet to be read; the record is decided again. */
  cell(key: CellKey): Cell;
  /** A record of `source` in `group` (a cluster) is of the event time `timeMs`. */
  observe(group: string, source: string, timeMs: number): void;
  /**
   * Up to which event time all is expected to have come from `sources` (absent: all) of a group: the
   * least of their latest times, each no later than maxAheadMs after now. A source that was silent for
   * idleMs holds nothing back; where all are, it is nowMs. Infinity offline at the end.
   */
  watermark(group: string, sources?: readonly string[]): number;
  /** The latest event time of a group, no later than maxAheadMs after now; undefined: none was seen. */
  latest(group: string): number | undefined;
}

export interface KeyedStage<In, Out> {
  readonly name: string;
  /** The cells that a record is about, as far as it says; they are read together for a batch. */
  cellsOf(value: In): readonly CellKey[];
  apply(turn: Turn, envelope: Envelope<In>): Outcome<Out>;
  fire(turn: Turn, timer: Timer): readonly Out[];
  /**
   * Once per batch, after all records and timers: what is given once however often the batch changed
   * it. `changed`: the cells with parts that the batch changed, sorted; a timer is no part.
   */
  finish?(turn: Turn, changed: readonly CellKey[]): readonly Out[];
}

export interface KeyedOptions {
  /** About how much of the cells is kept in memory; the rest lies in the lane's state. */
  readonly cacheBytes: number;
  /** Timers that one tick fires; the rest is the next one's. */
  readonly maxTimersPerTick: number;
  /** A source that was silent for so long does not hold time back. */
  readonly idleMs: number;
  /** How far an event's time may be ahead of now before it is taken for a wrong clock. */
  readonly maxAheadMs: number;
}
