/**
 * Owns: joining conditions, so that what the engine can look up at once stands in one test.
 */
import { type Expression, fieldKey, type Test } from '../expression.ts';

export function allOf(operands: readonly Expression[]): Expression {
  const needed = operands.filter(({ kind }) => kind !== 'always');
  const [only] = needed;
  if (only === undefined) return { kind: 'always' };
  return needed.length === 1 ? only : { kind: 'and', operands: needed };
}

/** Tests of one field with one kind of value become one test: `verb: (get or list)`. */
export function anyOf(operands: readonly Expression[]): Expression {
  const joined = new Map<string, Expression>();
  for (const operand of operands.flatMap((one) => (one.kind === 'or' ? one.operands : [one]))) {
    const key = keyOf(operand) ?? `alone ${joined.size}`;
    const twin = joined.get(key);
    joined.set(key, twin === undefined ? operand : together(twin, operand));
  }
  const [only, ...more] = joined.values();
  if (only === undefined) return { kind: 'never' };
  return more.length === 0 ? only : { kind: 'or', operands: [only, ...more] };
}

export function not(operand: Expression): Expression {
  return operand.kind === 'not' ? operand.operand : { kind: 'not', operand };
}

/** Predicates with the same key can be one. */
function keyOf(operand: Expression): string | undefined {
  if (operand.kind !== 'predicate' || operand.question.kind !== 'some') return undefined;
  const { test } = operand.question;
  if (test.kind === 'cidr') return `cidr ${fieldKey(operand.field)}`;
  if (test.kind !== 'equals' && test.kind !== 'like') return undefined;
  return `${test.kind} ${test.cased} ${fieldKey(operand.field)}`;
}

function together(twin: Expression, operand: Expression): Expression {
  const apart: Expression = { kind: 'or', operands: [twin, operand] };
  if (twin.kind !== 'predicate' || operand.kind !== 'predicate') return apart;
  if (twin.question.kind !== 'some' || operand.question.kind !== 'some') return apart;
  const test = testOfBoth(twin.question.test, operand.question.test);
  if (test === undefined) return apart;
  const text = `${twin.text} or ${operand.text}`;
  return { ...twin, question: { kind: 'some', test }, text };
}

function testOfBoth(one: Test, other: Test): Test | undefined {
  if (one.kind === 'equals' && other.kind === 'equals') {
    return { ...one, texts: [...one.texts, ...other.texts] };
  }
  if (one.kind === 'like' && other.kind === 'like') {
    return { ...one, patterns: [...one.patterns, ...other.patterns] };
  }
  if (one.kind === 'cidr' && other.kind === 'cidr') {
    return { ...one, networks: [...one.networks, ...other.networks] };
  }
  return undefined;
}
