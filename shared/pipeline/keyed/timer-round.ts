/**
 * Owns: the timers of one tick: which is next, and which must wait for the next tick.
 *
 * A timer that is set again while it fires, to a time that has passed, fires at the next tick: one
 * that always did so would leave no room for others.
 */
import type { CellKey } from './model.ts';
import type { QueuedTimer, TimerQueue } from './timer-queue.ts';

export class TimerRound {
  readonly untilMs: number;
  /** How many may fire. */
  readonly limit: number;
  fired = 0;
  readonly #queue: TimerQueue;
  /** Those in the state, in order; undefined: not read yet. */
  #stored: readonly QueuedTimer[] | undefined;
  #at = 0;
  #isAhead = false;
  readonly #again = new Set<string>();
  readonly #waiting: QueuedTimer[] = [];

  constructor(queue: TimerQueue, untilMs: number, limit: number) {
    this.#queue = queue;
    this.untilMs = untilMs;
    this.limit = limit;
  }

  /** There may be timers in the state that are due. */
  get mustRead(): boolean {
    return this.#stored === undefined && this.#queue.nextStoredMs <= this.untilMs;
  }

  found(timers: readonly QueuedTimer[]): void {
    this.#stored = timers;
  }

  /** Cells of the timers that were found, once. */
  cellsAhead(): readonly CellKey[] {
    if (this.#isAhead) return [];
    this.#isAhead = true;
    return (this.#stored ?? []).map(({ cell }) => cell);
  }

  next(): QueuedTimer | undefined {
    if (this.fired >= this.limit) return undefined;
    const stored = this.#nextStored();
    const added = this.#nextAdded();
    if (stored === undefined || added === undefined) return stored ?? added;
    return stored.key < added.key ? stored : added;
  }

  #nextStored(): QueuedTimer | undefined {
    for (;;) {
      const timer = this.#stored?.[this.#at];
      // It may have been moved or cleared since it was read.
      if (timer === undefined || !this.#queue.removed.has(timer.key)) return timer;
      this.#at++;
    }
  }

  #nextAdded(): QueuedTimer | undefined {
    for (;;) {
      const timer = this.#queue.peek();
      if (timer === undefined || timer.atMs > this.untilMs) return undefined;
      if (!this.#again.has(idOf(timer))) return timer;
      this.#queue.pop();
      this.#waiting.push(timer);
    }
  }

  hasFired(timer: QueuedTimer): void {
    this.fired++;
    this.#again.add(idOf(timer));
    if (timer === this.#stored?.[this.#at]) this.#at++;
  }

  end(): void {
    // Others came first, and took all the places.
    const left = this.#nextStored();
    if (left !== undefined) {
      this.#queue.nextStoredMs = Math.min(this.#queue.nextStoredMs, left.atMs);
    }
    for (const timer of this.#waiting.splice(0)) this.#queue.push(timer);
  }
}

/** Without its time. */
function idOf({ cell, name }: QueuedTimer): string {
  return `${cell}!${name}`;
}
