/**
 * Owns: a rule's condition over facts, and its truth for the event at hand.
 * Does not own: which rules are tried (access.ts, trie.ts).
 */
import type { Expression } from '../expression.ts';
import { type Fact, type Facts, unrecordedOf } from './facts.ts';

/** Kleene's three values, as small numbers. */
export const NO = 0;
export const YES = 1;
export const UNKNOWN = 2;
export type Truth = typeof NO | typeof YES | typeof UNKNOWN;

/** What a condition is made of. `isStrict`: what was not recorded is absent, and not unknown. */
export type Condition =
  | { readonly kind: 'fact'; readonly fact: Fact; readonly isStrict: boolean }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'constant'; readonly value: boolean };

/** Who knows about facts. */
export interface Witness {
  truthOf(fact: Fact, isStrict: boolean): Truth;
}

export function compileCondition(
  expression: Expression,
  facts: Facts,
  isAsRecorded = false,
): Condition {
  switch (expression.kind) {
    case 'always':
    case 'never':
      return { kind: 'constant', value: expression.kind === 'always' };
    case 'as-recorded':
      return compileCondition(expression.operand, facts, true);
    case 'not':
      return { kind: 'not', operand: compileCondition(expression.operand, facts, isAsRecorded) };
    case 'and':
    case 'or': {
      const { kind, operands } = expression;
      return joined(
        kind,
        operands.map((operand) => compileCondition(operand, facts, isAsRecorded)),
      );
    }
    case 'predicate': {
      const fact = facts.of(expression);
      return { kind: 'fact', fact, isStrict: isAsRecorded || unrecordedOf(fact).length === 0 };
    }
  }
}

/** What is known from the index comes before what has to be asked: order is of no meaning. */
function joined(kind: 'and' | 'or', operands: readonly Condition[]): Condition {
  const flat = operands.flatMap((one) => (one.kind === kind ? one.operands : [one]));
  const [only] = flat;
  if (flat.length === 1 && only !== undefined) return only;
  return { kind, operands: [...flat.filter(isKnown), ...flat.filter((one) => !isKnown(one))] };
}

function isKnown(condition: Condition): boolean {
  return condition.kind === 'fact' && condition.fact.asked === undefined;
}

export function truthOf(condition: Condition, witness: Witness): Truth {
  switch (condition.kind) {
    case 'fact':
      return witness.truthOf(condition.fact, condition.isStrict);
    case 'constant':
      return condition.value ? YES : NO;
    case 'not': {
      const truth = truthOf(condition.operand, witness);
      return truth === UNKNOWN ? UNKNOWN : truth === YES ? NO : YES;
    }
    default:
      return truthOfAll(condition.operands, condition.kind === 'or' ? YES : NO, witness);
  }
}

/** `decisive`: the value that one operand is enough for. */
function truthOfAll(
  operands: readonly Condition[],
  decisive: typeof NO | typeof YES,
  witness: Witness,
): Truth {
  let truth: Truth = decisive === YES ? NO : YES;
  for (const operand of operands) {
    const next = truthOf(operand, witness);
    if (next === decisive) return next;
    if (next === UNKNOWN) truth = UNKNOWN;
  }
  return truth;
}
