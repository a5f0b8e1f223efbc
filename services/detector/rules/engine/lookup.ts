/**
 * Owns: what one look at the values of a field tells: the atoms of all rules on that field that are
 * true, found by the value and not by trying one after the other.
 * Does not own: which atoms there are (atoms.ts).
 */
import { foldCase } from '../pattern.ts';
import { Automaton, type Literal } from './automaton.ts';
import { type Bound, Bounds } from './bounds.ts';
import type { Marks } from './marks.ts';
import { Networks } from './networks.ts';
import { textOf } from './reader.ts';

/** Texts to compare with, either as they are or folded. */
export interface TextAtoms {
  /** From a text to the atom of being that text. */
  readonly whole: Map<string, number>;
  /** By their text. */
  readonly literals: Map<string, Literal>;
}

/** All atoms on a field, as they are collected. -1: there is no such atom. */
export interface FieldAtoms {
  readonly cased: TextAtoms;
  readonly folded: TextAtoms;
  /** By the text of the network. */
  readonly networks: Map<string, number>;
  /** By operator and number. */
  readonly bounds: Map<string, Bound>;
  present: number;
  filled: number;
  unrecorded: number;
  /** The parts of the event, as bits, that the field is of. */
  parts: number;
}

interface TextLookup {
  /** Undefined where there is nothing to look for. */
  readonly whole: ReadonlyMap<string, number> | undefined;
  readonly literals: Automaton | undefined;
}

export class Lookup {
  readonly #cased: TextLookup | undefined;
  readonly #folded: TextLookup | undefined;
  readonly #networks: Networks | undefined;
  readonly #bounds: Bounds | undefined;
  readonly #present: number;
  readonly #filled: number;
  readonly #unrecorded: number;
  readonly #parts: number;
  readonly #marks: Marks;

  constructor(atoms: FieldAtoms, marks: Marks) {
    this.#cased = lookupOf(atoms.cased, false);
    this.#folded = lookupOf(atoms.folded, true);
    this.#networks = atoms.networks.size === 0 ? undefined : new Networks(atoms.networks);
    this.#bounds = atoms.bounds.size === 0 ? undefined : new Bounds([...atoms.bounds.values()]);
    this.#present = atoms.present;
    this.#filled = atoms.filled;
    this.#unrecorded = atoms.unrecorded;
    this.#parts = atoms.parts;
    this.#marks = marks;
  }

  /** The field is there. */
  present(): void {
    if (this.#present !== -1) this.#marks.mark(this.#present);
  }

  /** The field is not there; `missing`: the parts of the event that were not recorded. */
  absent(missing: number): void {
    if ((this.#parts & missing) !== 0) this.#marks.mark(this.#unrecorded);
  }

  item(item: unknown): void {
    if (item === null) return;
    if (this.#filled !== -1) this.#marks.mark(this.#filled);
    const text = textOf(item);
    if (text === undefined) return;
    if (this.#cased !== undefined) look(this.#cased, text, this.#marks);
    if (this.#folded !== undefined) lookFolded(this.#folded, text, this.#marks);
    if (this.#networks !== undefined) this.#networks.mark(text, this.#marks);
    if (this.#bounds !== undefined) this.#bounds.mark(text, this.#marks);
  }
}

function lookupOf({ literals, whole }: TextAtoms, isFolded: boolean): TextLookup | undefined {
  if (literals.size === 0 && whole.size === 0) return undefined;
  return {
    whole: whole.size === 0 ? undefined : whole,
    literals: literals.size === 0 ? undefined : new Automaton([...literals.values()], isFolded),
  };
}

function look({ literals, whole }: TextLookup, text: string, marks: Marks): void {
  const atom = whole?.get(text);
  if (atom !== undefined) marks.mark(atom);
  literals?.scan(text, marks);
}

const ASCII = 128;

/** Where only literals are looked for, plain text is not folded before: the automaton does that. */
function lookFolded(lookup: TextLookup, text: string, marks: Marks): void {
  const isDone = lookup.whole === undefined && lookup.literals?.scan(text, marks, ASCII) === true;
  if (!isDone) look(lookup, foldCase(text), marks);
}
