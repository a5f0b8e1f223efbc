/**
 * Owns: Falco's conditions to the engine's (libs, filter.cpp and sinsp_filtercheck.cpp). A check of a
 * field that is absent is false, also where it asks for a difference; `not` turns that.
 * Does not own: fields (fields/), transformers (subject.ts), several texts (many.ts).
 */
import type { Expression, Predicate, Question } from '../expression.ts';
import type { Check, Exists, Operand, ResolvedCondition, Tree } from './ast.ts';
import type { FalcoField, ResolveField } from './fields/field.ts';
import type { Meaning } from './fields/meaning.ts';
import { type GuardedTree, withGuards } from './guard.ts';
import { type Comparing, lowerModified, lowerOne, some } from './many.ts';
import { lowerAgainstField } from './other-field.ts';
import { PlacedError } from './placed-error.ts';
import { printCondition } from './print.ts';
import { LoweringError, lowerSubject } from './subject.ts';
import { COMPARISONS, pathTest } from './tests.ts';

export interface Lowering {
  readonly resolve: ResolveField;
  readonly meaning: Meaning;
}

/** @throws PlacedError */
export function lowerCondition(condition: ResolvedCondition, lowering: Lowering): Expression {
  return withGuards(mapLeaves(condition, (leaf) => lowerPlaced(leaf, lowering)));
}

function lowerPlaced(leaf: Check | Exists, lowering: Lowering): GuardedTree {
  try {
    return lowerLeaf(leaf, lowering);
  } catch (error) {
    if (!(error instanceof LoweringError)) throw error;
    throw new PlacedError(error.message, leaf.place, error.isUnknownField);
  }
}

function mapLeaves(
  tree: Tree<Check | Exists>,
  lower: (leaf: Check | Exists) => GuardedTree,
): GuardedTree {
  switch (tree.kind) {
    case 'and':
    case 'or':
      return { ...tree, operands: tree.operands.map((operand) => mapLeaves(operand, lower)) };
    case 'not':
      return { ...tree, operand: mapLeaves(tree.operand, lower) };
    default:
      return lower(tree);
  }
}

function lowerLeaf(leaf: Check | Exists, { meaning, resolve }: Lowering): GuardedTree {
  const subject = lowerSubject(leaf.subject, resolve);
  const text = printCondition(leaf);
  const at = leaf.place === undefined ? {} : { at: leaf.place };
  const ask = (question: Question): Predicate => ({
    ...{ kind: 'predicate', field: subject.field, question, text, ...at },
  });
  const { needsAuditId } = subject;
  if (leaf.kind === 'exists') {
    return { kind: 'leaf', expression: ask({ kind: 'filled' }), needsAuditId };
  }
  const fail = (reason: string): never => {
    throw new LoweringError(`filter error: ${reason}`, leaf.at);
  };
  const comparing: Comparing = { operator: leaf.operator, meaning, ask, fail };
  const { operand } = leaf;
  if (operand.kind !== 'field' && operand.kind !== 'transformed') {
    const expression = lowerValues(leaf, comparing, subject, textsOf(operand));
    return { kind: 'leaf', expression, needsAuditId };
  }
  const other = lowerSubject(operand, resolve);
  return {
    ...{ kind: 'leaf', expression: lowerAgainstField(comparing, subject, other) },
    needsAuditId: needsAuditId || other.needsAuditId,
  };
}

function textsOf(operand: Extract<Operand, { kind: 'text' | 'texts' }>): readonly string[] {
  return operand.kind === 'text' ? [operand.text] : operand.texts;
}

function lowerValues(
  { modifier, operator }: Check,
  comparing: Comparing,
  subject: FalcoField,
  texts: readonly string[],
): Expression {
  const { ask, fail } = comparing;
  if (subject.isList && operator !== 'in' && operator !== 'intersects') {
    return fail(`'${operator}' operator not supported list filters`);
  }
  if (subject.type === 'number') return lowerNumbers(comparing, texts, modifier);
  if (modifier !== undefined) return lowerModified(comparing, modifier, texts);
  if (operator === 'in' || operator === 'intersects') {
    if (texts.length === 0) return { kind: 'never' };
    const test = { kind: 'equals', texts, cased: true } as const;
    return ask(operator === 'in' && subject.isList ? { kind: 'every', test } : some(test));
  }
  if (operator === 'pmatch') return ask(some(pathTest(texts)));
  return lowerOne(comparing, texts[0] ?? '');
}

/** Lengths and counts: compared as numbers, and no further. */
function lowerNumbers(
  comparing: Comparing,
  texts: readonly string[],
  modifier: Check['modifier'],
): Expression {
  const { ask, fail, operator } = comparing;
  const numbers = texts.map((text) => {
    const number = text.trim() === '' ? Number.NaN : Number(text);
    return Number.isNaN(number) ? fail(`${text} is not a valid number`) : number;
  });
  const [bound = 0] = numbers;
  switch (operator) {
    case '<':
    case '<=':
    case '>':
    case '>=':
      return ask(some({ kind: 'compare', operator: COMPARISONS[operator], bound }));
    case '=':
    case '==':
    case '!=':
    case 'in':
    case 'intersects':
      return lowerEqual(comparing, numbers.map(String), modifier);
    default:
      return fail(`'${operator}' operator not supported for numeric filters`);
  }
}

function lowerEqual(
  comparing: Comparing,
  texts: readonly string[],
  modifier: Check['modifier'],
): Expression {
  if (modifier !== undefined) return lowerModified(comparing, modifier, texts);
  if (texts.length === 0) return { kind: 'never' };
  if (comparing.operator === '!=') return lowerOne(comparing, texts[0] ?? '');
  return comparing.ask(some({ kind: 'equals', texts, cased: true }));
}
