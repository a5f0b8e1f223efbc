/**
 * Owns: numbering the atoms of a rule set: the same atom of different rules is one.
 * Does not own: finding out which are true (lookup.ts), what a predicate needs (facts.ts).
 */
import type { Comparison } from '../expression.ts';
import type { Literal } from './automaton.ts';
import type { FieldAtoms, TextAtoms } from './lookup.ts';
import type { Place } from './needed-texts.ts';

export interface Atom {
  /** The field's number. */
  readonly slot: number;
  /** For people, without the field. */
  readonly text: string;
  /** How often it is true where it is asked, by its kind alone: 1 is an exact text. */
  readonly weight: number;
}

const PLACES: Readonly<Record<Place, string>> = {
  all: '=',
  start: 'starts with',
  end: 'ends with',
  inside: 'contains',
};
/** Longer texts are as good as rare. */
const RARE_LENGTH = 8;
/** True of most values. */
const COMMON = 50;
/** True of whole events, and of many fields of them at once. */
const UNRECORDED = 500;

export class Atoms {
  readonly all: Atom[] = [];
  /** By field number. */
  readonly fields: FieldAtoms[] = [];

  #add(atom: Atom): number {
    return this.all.push(atom) - 1;
  }

  #fieldOf(slot: number): FieldAtoms {
    const texts = (): TextAtoms => ({ whole: new Map(), literals: new Map() });
    this.fields[slot] ??= {
      ...{
        cased: texts(),
        folded: texts(),
        networks: new Map<string, number>(),
        bounds: new Map(),
      },
      ...{ present: -1, filled: -1, unrecorded: -1, parts: 0 },
    };
    return this.fields[slot];
  }

  /** A value is, has, starts or ends with the text. Not empty but for `all`. */
  text(slot: number, text: string, place: Place, cased: boolean): number {
    const atoms = cased ? this.#fieldOf(slot).cased : this.#fieldOf(slot).folded;
    const add = (weight: number): number =>
      this.#add({ slot, text: `${PLACES[place]} ${text}`, weight });
    if (place === 'all') {
      const atom = atoms.whole.get(text) ?? add(1);
      atoms.whole.set(text, atom);
      return atom;
    }
    const literal: Literal = atoms.literals.get(text) ?? { text, inside: -1, start: -1, end: -1 };
    atoms.literals.set(text, literal);
    if (literal[place] === -1) literal[place] = add(1 + RARE_LENGTH / text.length);
    return literal[place];
  }

  network(slot: number, network: string): number {
    const { networks } = this.#fieldOf(slot);
    const atom =
      networks.get(network) ?? this.#add({ slot, text: `in ${network}`, weight: COMMON });
    networks.set(network, atom);
    return atom;
  }

  bound(slot: number, operator: Comparison, bound: number): number {
    const { bounds } = this.#fieldOf(slot);
    const text = `${operator} ${bound}`;
    const known = bounds.get(text);
    if (known !== undefined) return known.atom;
    const atom = this.#add({ slot, text, weight: COMMON });
    bounds.set(text, { operator, bound, atom });
    return atom;
  }

  presence(slot: number, kind: 'present' | 'filled'): number {
    const field = this.#fieldOf(slot);
    if (field[kind] === -1) field[kind] = this.#add({ slot, text: kind, weight: COMMON });
    return field[kind];
  }

  /** The field is absent, and it is of a part that was not recorded. `parts`: of PARTS, as bits. */
  unrecorded(slot: number, parts: number): number {
    const field = this.#fieldOf(slot);
    if (field.unrecorded === -1) {
      field.unrecorded = this.#add({ slot, text: 'was not recorded', weight: UNRECORDED });
    }
    field.parts = parts;
    return field.unrecorded;
  }
}
