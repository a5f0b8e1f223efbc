/**
 * Owns: the timers of a lane while a batch is decided: those that it adds, in order, and those in the
 * state that it takes away.
 * Does not own: the timers of one cell (stored-cell.ts), reading those in the state (load.ts).
 */
import { timerStateKey } from './layout.ts';
import type { Timer } from './model.ts';

/** A timer with its state key, whose order is the order of firing. */
export interface QueuedTimer extends Timer {
  readonly key: string;
}

/** Entries of the heap that stand for nothing any more: more than these, and it is made anew. */
const MAX_STALE = 1024;

function isBefore(a: QueuedTimer, b: QueuedTimer): boolean {
  return a.atMs < b.atMs || (a.atMs === b.atMs && a.key < b.key);
}

export class TimerQueue {
  /** Not in the state yet. */
  readonly added = new Map<string, QueuedTimer>();
  /** In the state, and to be deleted. */
  readonly removed = new Set<string>();
  /** No timer in the state is due before. */
  nextStoredMs = 0;
  /** Binary heap, the least first. Holds what is no longer in `added`, too: peek drops it. */
  #heap: QueuedTimer[] = [];

  add(timer: Timer): void {
    const key = timerStateKey(timer);
    if (this.removed.delete(key)) {
      this.nextStoredMs = Math.min(this.nextStoredMs, timer.atMs);
      return;
    }
    const queued = { ...timer, key };
    this.added.set(key, queued);
    this.push(queued);
  }

  remove(timer: Timer): void {
    const key = timerStateKey(timer);
    if (!this.added.delete(key)) this.removed.add(key);
  }

  /** The least of what was added. */
  peek(): QueuedTimer | undefined {
    for (;;) {
      const least = this.#heap[0];
      if (least === undefined || this.added.get(least.key) === least) return least;
      this.pop();
    }
  }

  /** Puts one back that was taken out with pop, still being in `added`. */
  push(timer: QueuedTimer): void {
    if (this.#heap.length > 2 * this.added.size + MAX_STALE) {
      this.#tidy();
      return;
    }
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const up = (at - 1) >> 1;
      const parent = heap[up];
      if (parent === undefined || !isBefore(timer, parent)) break;
      heap[at] = parent;
      at = up;
    }
    heap[at] = timer;
  }

  /** Takes the least out of the order; it stays in `added`. */
  pop(): void {
    const last = this.#heap.pop();
    if (last !== undefined && this.#heap.length > 0) this.#sink(last);
  }

  #sink(timer: QueuedTimer): void {
    const heap = this.#heap;
    let at = 0;
    for (;;) {
      const left = heap[2 * at + 1];
      const right = heap[2 * at + 2];
      if (left === undefined) break;
      const isRight = right !== undefined && isBefore(right, left);
      const least = isRight ? right : left;
      if (!isBefore(least, timer)) break;
      heap[at] = least;
      at = 2 * at + (isRight ? 2 : 1);
    }
    heap[at] = timer;
  }

  /** All that is in `added`, which a list in order is a heap of, too. */
  #tidy(): void {
    this.#heap = [...this.added.values()].sort((a, b) => (isBefore(a, b) ? -1 : 1));
  }

  /** The changes are in the state now. */
  settle(): void {
    for (const { atMs } of this.added.values()) {
      this.nextStoredMs = Math.min(this.nextStoredMs, atMs);
    }
    this.added.clear();
    this.removed.clear();
    this.#heap = [];
  }
}
