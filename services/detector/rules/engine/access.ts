/**
 * Owns: by what a rule is found: clauses of groups of atoms, of which at least one clause has an atom
 * true in each of its groups whenever the rule's condition is true, or can't be told.
 *
 * What is negated never helps to find a rule. A fact about what was not recorded is unknown, so the
 * atoms of that stand beside its own.
 */
import type { Atom } from './atoms.ts';
import type { Condition } from './condition.ts';
import { type Group, unrecordedOf } from './facts.ts';

/** The most telling group first; none: nothing is known, and the rule is tried on each event. */
export type Clause = readonly Group[];

/** How many clauses `and` may make of `or`. */
const MAX_CLAUSES = 12;

/** How often an atom may be expected to be true where it is asked; the less, the better. */
export type Weights = Float64Array;

/** The more predicates ask for an atom, the commoner it is taken to be. */
export function weigh(atoms: readonly Atom[], uses: Float64Array): Weights {
  return Float64Array.from(atoms, ({ weight }, index) => weight * (uses[index] ?? 0));
}

export function clausesOf(condition: Condition, weights: Weights): readonly Clause[] {
  const clauses = possible(condition, false, weights);
  return clauses.map((clause) =>
    clause
      .map((group) => ({ group, weight: weightOf(group, weights) }))
      .sort((a, b) => a.weight - b.weight)
      .map(({ group }) => group),
  );
}

function weightOf(group: Group, weights: Weights): number {
  return group.reduce((sum, atom) => sum + (weights[atom] ?? 0), 0);
}

/** Clauses of what makes the condition, or its negation, anything but false. */
function possible(condition: Condition, isNegated: boolean, weights: Weights): readonly Clause[] {
  switch (condition.kind) {
    case 'constant':
      return condition.value === isNegated ? [] : [[]];
    case 'not':
      return possible(condition.operand, !isNegated, weights);
    case 'fact': {
      if (isNegated) return [[]];
      const { fact, isStrict } = condition;
      const unrecorded = isStrict ? [] : unrecordedOf(fact);
      return [fact.needs.map((group) => [...group, ...unrecorded])];
    }
    default: {
      const operands = condition.operands.map((one) => possible(one, isNegated, weights));
      const isAll = (condition.kind === 'and') !== isNegated;
      return isAll ? all(operands, weights) : any(operands);
    }
  }
}

/** One of the operands. Those with one group each are one clause together. */
function any(operands: readonly (readonly Clause[])[]): readonly Clause[] {
  const clauses = operands.flat();
  if (clauses.some((clause) => clause.length === 0)) return [[]];
  const single = clauses.filter((clause) => clause.length === 1);
  const longer = clauses.filter((clause) => clause.length > 1);
  return single.length === 0 ? longer : [[union(single.flat())], ...longer];
}

/** All of the operands: each clause of one with each of the others, or less where that is too much. */
function all(operands: readonly (readonly Clause[])[], weights: Weights): readonly Clause[] {
  let product: readonly Clause[] = [[]];
  for (const clauses of [...operands].sort((a, b) => a.length - b.length)) {
    const fits = product.length * clauses.length <= MAX_CLAUSES;
    const factors = fits || clauses.length === 1 ? clauses : [[bestUnion(clauses, weights)]];
    product = product.flatMap((left) => factors.map((right) => [...left, ...right]));
  }
  return product;
}

/** Of many clauses one group: the best of each. */
function bestUnion(clauses: readonly Clause[], weights: Weights): Group {
  const best = clauses.map((clause) =>
    clause.reduce((a, b) => (weightOf(b, weights) < weightOf(a, weights) ? b : a)),
  );
  return union(best);
}

function union(groups: readonly Group[]): Group {
  return [...new Set(groups.flat())];
}
