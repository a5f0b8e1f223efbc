/**
 * Owns: the predicates of a rule set, each of them once however many rules have it, and what of the
 * index each of them needs.
 */
import { type Field, fieldKey, type Predicate, type Question, type Test } from '../expression.ts';
import { type Part, partOf } from '../fields.ts';
import { foldCase } from '../pattern.ts';
import type { Atoms } from './atoms.ts';
import { neededTexts } from './needed-texts.ts';
import { type Asked, compileQuestion, otherFieldOf } from './question.ts';
import type { Reader } from './reader.ts';
import { textsOfRegex } from './regex.ts';

/** In the order of their bits. */
export const PARTS: readonly Part[] = ['requestObject', 'responseObject'];

/** One of these atoms is true. */
export type Group = readonly number[];

/** A predicate, but for what it says where its field was not recorded. */
export interface Fact {
  readonly id: number;
  readonly slot: number;
  /** The field that it is compared with, or -1. */
  readonly other: number;
  /** The atoms that its field, and the other one, were not recorded; -1: they always are. */
  readonly unrecorded: { readonly own: number; readonly others: number };
  /** It is true if and only if one of them is; undefined: it has to be asked. */
  readonly atoms: Group | undefined;
  /** While it is true, so is one atom of each. */
  readonly needs: readonly Group[];
  readonly asked: Asked | undefined;
}

/** What a predicate needs of the index; enough: it asks no more. */
interface Needs {
  readonly groups: readonly Group[];
  readonly isEnough: boolean;
}
const NOTHING: Needs = { groups: [], isEnough: false };

export class Facts {
  readonly #facts: Fact[] = [];
  /** How many there are of each fact. */
  readonly #predicates: number[] = [];
  readonly #slots = new Map<Field, number>();
  readonly #byKey = new Map<string, Fact>();
  readonly #atoms: Atoms;
  readonly #reader: Reader;

  constructor(atoms: Atoms, reader: Reader) {
    this.#atoms = atoms;
    this.#reader = reader;
  }

  of({ field, question }: Predicate): Fact {
    const slot = this.#slotOf(field);
    const key = `${slot} ${questionKey(question)}`;
    const known = this.#byKey.get(key);
    const fact = known ?? this.#make(field, question, slot);
    if (known === undefined) {
      this.#byKey.set(key, fact);
      this.#facts.push(fact);
      this.#predicates.push(0);
    }
    this.#predicates[fact.id] = (this.#predicates[fact.id] ?? 0) + 1;
    return fact;
  }

  get count(): number {
    return this.#facts.length;
  }

  /** How many predicates ask for each atom: the more, the less it tells. */
  uses(): Float64Array {
    const uses = new Float64Array(this.#atoms.all.length);
    for (const fact of this.#facts) {
      for (const group of [...fact.needs, unrecordedOf(fact)]) {
        for (const atom of group) uses[atom] = (uses[atom] ?? 0) + (this.#predicates[fact.id] ?? 0);
      }
    }
    return uses;
  }

  /** Rules of a language share the objects of their fields. */
  #slotOf(field: Field): number {
    const known = this.#slots.get(field);
    if (known !== undefined) return known;
    const slot = this.#reader.slotOf(field);
    this.#slots.set(field, slot);
    return slot;
  }

  #make(field: Field, question: Question, slot: number): Fact {
    const other = otherFieldOf(question);
    const needs = this.#needsOf(slot, question);
    const [first] = needs.groups;
    const isDecided = needs.isEnough && first !== undefined;
    const hasPresence =
      needs.groups.length > 0 || field.kind === 'words' || question.kind === 'null';
    return {
      id: this.#facts.length,
      slot,
      other: other === undefined ? -1 : this.#slotOf(other),
      unrecorded: { own: this.#unrecorded(field), others: this.#unrecorded(other) },
      atoms: isDecided ? first : undefined,
      needs: hasPresence ? needs.groups : [[this.#atoms.presence(slot, 'present')]],
      asked: isDecided ? undefined : compileQuestion(question),
    };
  }

  #unrecorded(field: Field | undefined): number {
    const parts = field === undefined ? 0 : partsOf(field);
    if (field === undefined || parts === 0) return -1;
    return this.#atoms.unrecorded(this.#slotOf(field), parts);
  }

  #needsOf(slot: number, question: Question): Needs {
    switch (question.kind) {
      case 'present':
      case 'filled':
        return { groups: [[this.#atoms.presence(slot, question.kind)]], isEnough: true };
      case 'null':
        return NOTHING;
      case 'some':
        return this.#needsOfTest(slot, question.test);
      case 'every':
        return { groups: this.#needsOfTest(slot, question.test).groups, isEnough: false };
    }
  }

  #needsOfTest(slot: number, test: Test): Needs {
    const atoms = this.#atoms;
    switch (test.kind) {
      case 'equals': {
        const texts = test.cased ? test.texts : test.texts.map(foldCase);
        return enough(texts.map((text) => atoms.text(slot, text, 'all', test.cased)));
      }
      case 'like':
        return this.#needsOfPatterns(slot, test);
      case 'compare':
        return enough([atoms.bound(slot, test.operator, test.bound)]);
      case 'cidr':
        return enough(test.networks.map((network) => atoms.network(slot, network)));
      case 'regex': {
        const { groups, isFolded } = textsOfRegex(test.source, test.flags);
        const atomOf = (text: string): number => atoms.text(slot, text, 'inside', !isFolded);
        return { groups: groups.map((texts) => unique(texts.map(atomOf))), isEnough: false };
      }
      case 'field':
      case 'custom':
        return NOTHING;
    }
  }

  #needsOfPatterns(slot: number, { cased, patterns }: Extract<Test, { kind: 'like' }>): Needs {
    const all = patterns.map((pattern) => neededTexts(pattern, cased));
    const atomsOf = all.map(({ texts }) =>
      texts.map(({ place, text }) => this.#atoms.text(slot, text, place, cased)),
    );
    const [only] = atomsOf;
    if (only !== undefined && atomsOf.length === 1) {
      return { groups: only.map((atom) => [atom]), isEnough: all.every((one) => one.isEnough) };
    }
    // Of each pattern its longest text; with one pattern that has none, nothing is needed.
    const longest = all.map(({ texts }, index) => {
      const lengths = texts.map(({ text }) => text.length);
      return atomsOf[index]?.[lengths.indexOf(Math.max(...lengths))];
    });
    const group = longest.filter((atom) => atom !== undefined);
    if (group.length < longest.length) return NOTHING;
    return { groups: [unique(group)], isEnough: all.every((one) => one.isEnough) };
  }
}

function enough(atoms: readonly number[]): Needs {
  return { groups: [unique(atoms)], isEnough: true };
}

function unique(atoms: readonly number[]): Group {
  return [...new Set(atoms)];
}

/** Of words none: that a word is nowhere in the event is never for want of a part. */
function partsOf(field: Field): number {
  if (field.kind === 'words') return 0;
  const paths = field.kind === 'path' ? field.paths : field.from;
  return paths.reduce((bits, path) => {
    const part = partOf(path);
    return part === undefined ? bits : bits | (1 << PARTS.indexOf(part));
  }, 0);
}

/** Tells a question from all others. */
function questionKey(question: Question): string {
  if (question.kind !== 'some' && question.kind !== 'every') return question.kind;
  const { kind, test } = question;
  if (test.kind === 'custom') return `${kind} custom ${test.key}`;
  if (test.kind === 'compare') return `${kind} ${test.operator} ${test.bound}`;
  if (test.kind !== 'field') return `${kind} ${JSON.stringify(test)}`;
  return `${kind} field ${test.how} ${test.cased} ${fieldKey(test.other)}`;
}

/** While the fact is unknown, one of these atoms is true. */
export function unrecordedOf({ unrecorded: { others, own } }: Fact): Group {
  return [own, others].filter((atom) => atom !== -1);
}
