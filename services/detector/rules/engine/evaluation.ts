/**
 * Owns: one event being matched with the rules of a set: what was read of it, and what is known.
 * All memory is of the set, and used again for the next event.
 */
import type { EventDocument } from '../expression.ts';
import { isMissing } from '../fields.ts';
import { NO, type Truth, UNKNOWN, type Witness, YES } from './condition.ts';
import { type Fact, PARTS } from './facts.ts';
import type { Lookup } from './lookup.ts';
import type { Marks } from './marks.ts';
import { ABSENT, type Reader } from './reader.ts';
import type { Visitor } from './trie.ts';

interface Memory {
  readonly marks: Marks;
  readonly reader: Reader;
  /** By field number; undefined where the field has no atoms. */
  readonly lookups: readonly (Lookup | undefined)[];
  readonly facts: number;
  readonly rules: number;
}

export class Evaluation implements Witness, Visitor {
  readonly marks: Marks;
  /** Positions of the rules that were found; the first `foundCount` of them count. */
  readonly foundRules: Int32Array;
  foundCount = 0;
  readonly #reader: Reader;
  readonly #lookups: readonly (Lookup | undefined)[];
  /** The turns in which fields were looked at, rules found, facts asked. */
  readonly #lookTurns: Float64Array;
  readonly #ruleTurns: Float64Array;
  readonly #factTurns: Float64Array;
  readonly #factTruths: Uint8Array;
  /** The parts that were not recorded, as bits. */
  #missing = 0;

  constructor({ facts, lookups, marks, reader, rules }: Memory) {
    this.marks = marks;
    this.#reader = reader;
    this.#lookups = lookups;
    this.foundRules = new Int32Array(rules);
    this.#lookTurns = new Float64Array(lookups.length);
    this.#ruleTurns = new Float64Array(rules);
    this.#factTurns = new Float64Array(facts);
    this.#factTruths = new Uint8Array(facts);
  }

  begin(document: EventDocument): void {
    this.marks.begin();
    this.#reader.begin(document);
    this.foundCount = 0;
    this.#missing = 0;
    for (let part = 0; part < PARTS.length; part++) {
      if (isMissing(document, PARTS[part] as (typeof PARTS)[number])) this.#missing |= 1 << part;
    }
  }

  lookAt(slot: number): void {
    if (this.#lookTurns[slot] === this.marks.turn) return;
    this.#lookTurns[slot] = this.marks.turn;
    const lookup = this.#lookups[slot];
    if (lookup === undefined) return;
    if (this.#reader.each(slot, take, lookup)) lookup.present();
    else lookup.absent(this.#missing);
  }

  found(rule: number): void {
    if (this.#ruleTurns[rule] === this.marks.turn) return;
    this.#ruleTurns[rule] = this.marks.turn;
    this.foundRules[this.foundCount] = rule;
    this.foundCount += 1;
  }

  /** `isStrict`: what was not recorded is absent, and not unknown. */
  truthOf(fact: Fact, isStrict: boolean): Truth {
    if (!isStrict && this.#missing !== 0 && this.#isUnrecorded(fact)) return UNKNOWN;
    const { asked, atoms } = fact;
    if (atoms === undefined || asked !== undefined) return this.#ask(fact);
    this.lookAt(fact.slot);
    return this.marks.hasAny(atoms) ? YES : NO;
  }

  /** Each fact once per event. */
  #ask({ asked, id, other, slot }: Fact): Truth {
    if (this.#factTurns[id] !== this.marks.turn) {
      this.#factTurns[id] = this.marks.turn;
      const others = other === -1 ? ABSENT : this.#reader.valuesOf(other);
      this.#factTruths[id] = asked?.(this.#reader.valuesOf(slot), others) === true ? YES : NO;
    }
    return this.#factTruths[id] === YES ? YES : NO;
  }

  /** Its field is, or it has a value and the field that it is compared with is. */
  #isUnrecorded({ other, slot, unrecorded: { others, own } }: Fact): boolean {
    this.lookAt(slot);
    if (own !== -1 && this.marks.has(own)) return true;
    if (others === -1 || !this.#reader.isPresent(slot)) return false;
    this.lookAt(other);
    return this.marks.has(others);
  }
}

function take(item: unknown, lookup: Lookup): void {
  lookup.item(item);
}
