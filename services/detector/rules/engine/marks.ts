/**
 * Owns: which atoms are true of the event at hand. An atom is what one look at one field can tell:
 * `verb is create`, `requestURI contains /exec`; each has a number (atoms.ts).
 *
 * Nothing is cleared between events: what was marked in an earlier turn is not marked in this one.
 * Turns are doubles, which do not overflow within the life of a process.
 */
export class Marks {
  /** The atoms marked in this turn; the first `count` of them count. */
  readonly list: Int32Array;
  count = 0;
  turn = 0;
  readonly #turns: Float64Array;

  constructor(atoms: number) {
    this.list = new Int32Array(atoms);
    this.#turns = new Float64Array(atoms);
  }

  begin(): void {
    this.turn += 1;
    this.count = 0;
  }

  mark(atom: number): void {
    if (this.#turns[atom] === this.turn) return;
    this.#turns[atom] = this.turn;
    this.list[this.count] = atom;
    this.count += 1;
  }

  has(atom: number): boolean {
    return this.#turns[atom] === this.turn;
  }

  hasAny(atoms: readonly number[]): boolean {
    for (let i = 0; i < atoms.length; i++) {
      if (this.#turns[atoms[i] as number] === this.turn) return true;
    }
    return false;
  }
}
