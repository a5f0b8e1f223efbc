/**
 * Owns: what a stage sees while it decides: cells, now, event time. One for all records of a lane.
 */
import { ownCellKey } from './cell-key.ts';
import { type EventClock, latest, observe, watermark } from './event-time.ts';
import type { LaneMemory } from './lane-memory.ts';
import { afterRecord, afterTick, type LaneTime, NO_TIME } from './lane-time.ts';
import type { Cell, CellKey, KeyedOptions, Turn } from './model.ts';

/** The engine's own cell of a lane; every record needs it. */
export const LANE_CELL = ownCellKey('lane');
const TIME = 'time';

export class LaneTurn implements Turn, EventClock {
  nowMs = 0;
  readonly options: KeyedOptions;
  readonly #memory: LaneMemory;

  constructor(memory: LaneMemory, options: KeyedOptions) {
    this.#memory = memory;
    this.options = options;
  }

  cell(key: CellKey): Cell {
    return this.#memory.cell(key);
  }

  observe(group: string, source: string, timeMs: number): void {
    observe(this.#group(group), source, timeMs, this);
  }

  watermark(group: string, sources?: readonly string[]): number {
    return watermark(this.#group(group), sources, this);
  }

  latest(group: string): number | undefined {
    return latest(this.#group(group), this);
  }

  #group(group: string): Cell {
    return this.#memory.cell(ownCellKey('group', group));
  }

  /** It is not before the time of this record. */
  toRecord(timestampMs: number): void {
    this.#pass((time) => afterRecord(time, timestampMs, this.options.maxAheadMs));
  }

  /** Up to when timers are due. */
  toTick(timeMs: number): number {
    return this.#pass((time) => afterTick(time, timeMs, this.options.maxAheadMs)).tickMs ?? 0;
  }

  /** Nothing comes after now. */
  toEnd(): void {
    this.#pass(() => ({ nowMs: Number.POSITIVE_INFINITY, tickMs: Number.POSITIVE_INFINITY }));
  }

  /** It is what it was. */
  toSame(): void {
    this.#pass((time) => time);
  }

  #pass(next: (time: LaneTime) => LaneTime): LaneTime {
    const cell = this.#memory.cell(LANE_CELL);
    const before = cell.get<LaneTime>(TIME);
    const after = next(before ?? NO_TIME);
    if (after !== (before ?? NO_TIME)) cell.put(TIME, after);
    this.nowMs = after.nowMs;
    return after;
  }
}
