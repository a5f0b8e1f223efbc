/**
 * Owns: values of EQL expressions that are more than a field compared with a literal.
 *
 * A field has any number of values, and so has what is made of it: all combinations of them. A
 * field without a value has one: null. A comparison with null is false, and what is asked of a
 * list holds where it holds for any of its combinations (Elasticsearch, multiValueDocValues).
 * Does not own: conditions (lower.ts).
 */
import type { Comparison, EventDocument, FieldPath } from '../../expression.ts';
import { comparePoints, holds } from '../value-tests.ts';
import { valuesAt } from '../fields.ts';
import type { Arithmetic, Comparator, EqlLiteral } from './ast.ts';
import { calculate } from './functions.ts';

/** An expression whose names are looked up and whose functions are known. */
export type Formula =
  | { readonly kind: 'value'; readonly value: EqlLiteral }
  | { readonly kind: 'field'; readonly paths: readonly FieldPath[] }
  | {
      readonly kind: 'apply';
      readonly args: readonly Formula[];
      apply(args: readonly EqlLiteral[]): EqlLiteral;
    };

/** More than any event has that is not made to have them; what lies behind is not looked at. */
const MAX_COMBINATIONS = 10_000;

export function valuesOf(formula: Formula, document: EventDocument): readonly EqlLiteral[] {
  switch (formula.kind) {
    case 'value':
      return [formula.value];
    case 'field': {
      const values = (valuesAt(document, formula.paths) ?? []).filter(isLiteral);
      return values.length === 0 ? [null] : values;
    }
    case 'apply':
      return combinations(formula.args.map((arg) => valuesOf(arg, document))).map((args) =>
        formula.apply(args),
      );
  }
}

function combinations(
  lists: readonly (readonly EqlLiteral[])[],
): readonly (readonly EqlLiteral[])[] {
  let found: readonly (readonly EqlLiteral[])[] = [[]];
  for (const list of lists) {
    const room = Math.ceil(MAX_COMBINATIONS / found.length);
    const values = list.slice(0, room);
    found = found.flatMap((args) => values.map((value) => [...args, value]));
  }
  return found;
}

function isLiteral(value: unknown): value is Exclude<EqlLiteral, null> {
  return ['string', 'number', 'boolean'].includes(typeof value);
}

export function arithmetic(operator: Arithmetic) {
  return ([left = null, right = null]: readonly EqlLiteral[]): EqlLiteral =>
    calculate(operator, left, right);
}

const ORDER = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;

export function comparisonOf(operator: Comparator): Comparison | undefined {
  return operator === '==' || operator === '!=' ? undefined : ORDER[operator];
}

/** Texts with texts, numbers with numbers; anything else is neither equal nor in an order. */
export function compareValues(operator: Comparator, left: EqlLiteral, right: EqlLiteral): boolean {
  if (left === null || right === null) return false;
  if (operator === '==') return left === right;
  if (operator === '!=') return left !== right;
  const order = ORDER[operator];
  if (typeof left === 'number' && typeof right === 'number') return holds(order, left - right);
  if (typeof left !== 'string' || typeof right !== 'string') return false;
  return holds(order, comparePoints(left, right));
}
