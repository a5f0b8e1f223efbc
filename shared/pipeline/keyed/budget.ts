/**
 * Owns: which cells are let go when there is no room: of those that lie in the state as they are, the
 * one that was not used for longest. One for all lanes of a worker: a busy lane may have it all.
 */
import type { StoredCell } from './stored-cell.ts';

export class Budget {
  readonly #limitBytes: number;
  #usedBytes = 0;
  /** Cells that may be let go, in the order of their last use. */
  readonly #idle = new Set<StoredCell>();

  constructor(limitBytes: number) {
    this.#limitBytes = limitBytes;
  }

  get isSpent(): boolean {
    return this.#usedBytes > this.#limitBytes;
  }

  /** A cell came into memory. */
  add(cell: StoredCell): void {
    this.#usedBytes += cell.bytes;
    this.#idle.add(cell);
  }

  touch(cell: StoredCell): void {
    if (this.#idle.delete(cell)) this.#idle.add(cell);
  }

  /** The state does not have it as it is now: it stays until `unpin`. */
  pin(cell: StoredCell): void {
    this.#idle.delete(cell);
  }

  unpin(cell: StoredCell): void {
    this.#idle.add(cell);
  }

  grew(bytes: number): void {
    this.#usedBytes += bytes;
  }

  remove(cell: StoredCell): void {
    this.#idle.delete(cell);
    this.#usedBytes -= cell.bytes;
  }

  /** Lets go of as many as there is no room for. */
  makeRoom(): void {
    if (!this.isSpent) return;
    for (const cell of this.#idle) {
      if (cell.host.isHeld(cell)) continue;
      this.remove(cell);
      cell.host.letGo(cell);
      if (!this.isSpent) return;
    }
  }
}
