/**
 * Owns: what is known of an event by the predicates that hold: per field its possible values, and per
 * predicate whether it is true. Immutable.
 */
import type { Position } from '../position.ts';

/** Of a field with at most one value. */
export interface Known {
  /** Folded texts; where the field has a value, it is one of them. Undefined: any. */
  readonly allowed: ReadonlySet<string> | undefined;
  readonly isPresent: boolean;
  readonly isAbsent: boolean;
}

export interface Facts {
  /** By dotted path. */
  readonly fields: ReadonlyMap<string, Known>;
  /** By predicateKey. */
  readonly truths: ReadonlyMap<string, boolean>;
}

/** Why there can be no such event. */
export interface Dead {
  readonly dead: string;
  readonly at?: Position | undefined;
}

export const NO_FACTS: Facts = { fields: new Map(), truths: new Map() };

export function intersect(
  left: ReadonlySet<string> | undefined,
  right: ReadonlySet<string> | undefined,
): ReadonlySet<string> | undefined {
  if (left === undefined || right === undefined) return left ?? right;
  return new Set([...left].filter((text) => right.has(text)));
}

export function isContradiction({ allowed, isAbsent, isPresent }: Known): boolean {
  return isPresent && (isAbsent || allowed?.size === 0);
}

export function withField(facts: Facts, field: string, known: Known): Facts {
  return { ...facts, fields: new Map(facts.fields).set(field, known) };
}

export function withTruth(facts: Facts, key: string, truth: boolean): Facts {
  return { ...facts, truths: new Map(facts.truths).set(key, truth) };
}

/** What holds whichever of the alternatives does; `before` holds in all of them. */
export function joinFacts(before: Facts, alternatives: readonly Facts[]): Facts {
  const [first, ...others] = alternatives;
  if (first === undefined) return before;
  const fields = new Map(before.fields);
  for (const [field, known] of first.fields) {
    const all = [known, ...others.flatMap((facts) => facts.fields.get(field) ?? [])];
    if (all.length === alternatives.length) fields.set(field, joined(all));
  }
  return { ...before, fields };
}

function joined(all: readonly Known[]): Known {
  const sets = all.flatMap(({ allowed }) => allowed ?? []);
  return {
    allowed: sets.length === all.length ? new Set(sets.flatMap((set) => [...set])) : undefined,
    isPresent: all.every(({ isPresent }) => isPresent),
    isAbsent: all.every(({ isAbsent }) => isAbsent),
  };
}
