/**
 * Owns: the cells of a lane that are in memory, what the record in hand has changed and how that is
 * undone, and which cells the batch has changed.
 * Does not own: reading them (load.ts), writing them (writes.ts), the order of work (run.ts).
 */
import { Budget } from './budget.ts';
import type { CellKey } from './model.ts';
import { type CellHost, type Change, StoredCell } from './stored-cell.ts';
import { TimerQueue } from './timer-queue.ts';

/** Thrown through the stage where a cell is not in memory; one for all: its stack tells nothing. */
const CELL_IS_MISSING = new Error('A cell has yet to be read');

export class LaneMemory implements CellHost {
  readonly journal: Change[] = [];
  readonly timers = new TimerQueue();
  /** Cells that the batch has changed; they stay in memory until it is committed. */
  readonly changed = new Set<StoredCell>();
  /** What the record in hand has asked for in vain. */
  missing: CellKey | undefined;
  readonly #cells = new Map<CellKey, StoredCell>();
  #budget: Budget | undefined;
  #record = 0;
  #batch = 0;

  /** @param budget undefined: there is no state; a cell that is not in memory is empty */
  constructor(budget: Budget | undefined) {
    this.#budget = budget;
    if (budget === undefined) this.timers.nextStoredMs = Number.POSITIVE_INFINITY;
  }

  /** All is in memory, there is no state. */
  get isAlone(): boolean {
    return this.#budget === undefined;
  }

  get hasNoRoom(): boolean {
    return this.#budget?.isSpent === true;
  }

  has(key: CellKey): boolean {
    return this.#cells.has(key);
  }

  /** Throws where it is not in memory; `missing` says which. */
  cell(key: CellKey): StoredCell {
    const found = this.#cells.get(key);
    if (found === undefined) {
      if (this.#budget === undefined) return this.add(new StoredCell(key, this));
      this.missing = key;
      throw CELL_IS_MISSING;
    }
    found.record = this.#record;
    if (found.batch !== this.#batch) {
      found.batch = this.#batch;
      this.#budget?.touch(found);
    }
    return found;
  }

  /** Takes a cell in as the state has it. It is kept for the record in hand if that has asked for it. */
  add(cell: StoredCell): StoredCell {
    if (cell.key === this.missing) cell.record = this.#record;
    this.#cells.set(cell.key, cell);
    this.#budget?.add(cell);
    return cell;
  }

  grew(cell: StoredCell, bytes: number): void {
    cell.bytes += bytes;
    this.#budget?.grew(bytes);
  }

  isHeld(cell: StoredCell): boolean {
    return cell.record === this.#record;
  }

  letGo(cell: StoredCell): void {
    this.#cells.delete(cell.key);
  }

  makeRoom(): void {
    this.#budget?.makeRoom();
  }

  /** What was done since the last keep or undo is the batch's. */
  keep(): void {
    for (const change of this.journal) {
      const { cell } = change;
      cell.keep(change);
      if (this.changed.has(cell)) continue;
      this.changed.add(cell);
      this.#budget?.pin(cell);
    }
    this.journal.length = 0;
    this.#record++;
    this.makeRoom();
  }

  undo(): void {
    for (const change of this.journal.reverse()) change.cell.undo(change);
    this.journal.length = 0;
  }

  /** The last batch is in the state now; the next one begins. */
  settle(): void {
    for (const cell of this.changed) this.#budget?.unpin(cell);
    this.changed.clear();
    this.timers.settle();
    this.#batch++;
    this.makeRoom();
  }

  /** It is not used any more, but for what may be under way. */
  release(): void {
    for (const cell of this.#cells.values()) this.#budget?.remove(cell);
    this.#cells.clear();
    this.#budget = new Budget(Number.POSITIVE_INFINITY);
  }
}
