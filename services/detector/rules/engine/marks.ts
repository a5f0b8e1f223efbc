/**
 * Owns: which atoms are true of the event at hand. An atom is what one look at one field can tell:
 * `verb is create`, `requestURI contains /exec`; each has a number (atoms.ts).
 */
export class Marks {
  /** The atoms that are marked; the first `count` of them count. */
  readonly list: Int32Array;
  count = 0;
  /** The number of the event. A double, which does not overflow within the life of a process. */
  turn = 0;
  /** A byte each, and only those that were marked are cleared: they stay in the processor's cache. */
  readonly #flags: Uint8Array;

  constructor(atoms: number) {
    this.list = new Int32Array(atoms);
    this.#flags = new Uint8Array(atoms);
  }

  begin(): void {
    for (let i = 0; i < this.count; i++) this.#flags[this.list[i] as number] = 0;
    this.turn += 1;
    this.count = 0;
  }

  mark(atom: number): void {
    if (this.#flags[atom] === 1) return;
    this.#flags[atom] = 1;
    this.list[this.count] = atom;
    this.count += 1;
  }

  has(atom: number): boolean {
    return this.#flags[atom] === 1;
  }

  hasAny(atoms: readonly number[]): boolean {
    for (let i = 0; i < atoms.length; i++) {
      if (this.#flags[atoms[i] as number] === 1) return true;
    }
    return false;
  }
}
