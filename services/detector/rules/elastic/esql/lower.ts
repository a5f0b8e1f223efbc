/**
 * Owns: conditions of ES|QL as the form that all rules share: what asks one thing of one field becomes
 * a predicate that the engine's index knows, everything else a predicate on a computed boolean.
 * Does not own: computing (evaluate.ts), plain predicates (plain.ts).
 *
 * An expression is true, false or null, and `not` leaves null as it is. So nothing is negated as a
 * whole: `whenTrue` and `whenFalse` say when an expression is the one or the other, null being neither.
 */
import type { EventDocument, Expression, Field, Predicate, Test } from '../../expression.ts';
import { unsupported } from '../fault.ts';
import { truthOf } from './evaluate.ts';
import type { Node } from './node.ts';
import { type Plain, plainOf, prefilterOf } from './plain.ts';
import { type Column, columnKey, readColumn } from './read.ts';
import { isMany, isTyped } from './value.ts';

export function lowerConditions(conditions: readonly Node[]): Expression {
  return join('and', conditions.map(whenTrue));
}

function join(kind: 'and' | 'or', operands: readonly Expression[]): Expression {
  const decisive = kind === 'or' ? 'always' : 'never';
  const neutral = kind === 'or' ? 'never' : 'always';
  const flat = operands.flatMap((one) => (one.kind === kind ? one.operands : [one]));
  const rest = flat.filter((operand) => operand.kind !== neutral);
  if (rest.some((operand) => operand.kind === decisive)) return { kind: decisive };
  const [only] = rest;
  if (only === undefined) return { kind: neutral };
  return rest.length === 1 ? only : { kind, operands: rest };
}

function whenTrue(node: Node): Expression {
  switch (node.kind) {
    case 'and':
    case 'or':
      return join(node.kind, node.args.map(whenTrue));
    case 'not':
      return whenFalse(node.args[0]);
    case 'constant':
      return { kind: node.value === true ? 'always' : 'never' };
    case 'kql':
      return node.expression;
    case 'null':
      return isNull(node, true);
    default:
      return leaf(node, true);
  }
}

function whenFalse(node: Node): Expression {
  switch (node.kind) {
    case 'and':
      return join('or', node.args.map(whenFalse));
    case 'or':
      return join('and', node.args.map(whenFalse));
    case 'not':
      return whenTrue(node.args[0]);
    case 'constant':
      return { kind: node.value === false ? 'always' : 'never' };
    case 'kql':
      return { kind: 'not', operand: node.expression };
    case 'null':
      return isNull(node, false);
    default:
      return leaf(node, false);
  }
}

function isNull(node: Extract<Node, { kind: 'null' }>, expected: boolean): Expression {
  const [operand] = node.args;
  // A text that is no date or address is null in a field of such a type.
  const isPlain =
    operand.kind === 'column' && operand.column.type !== 'date' && operand.column.type !== 'ip';
  if (!isPlain) return computed(node, expected);
  const filled: Predicate = {
    kind: 'predicate',
    field: operand.column.field,
    question: { kind: 'filled' },
    text: `${operand.text} IS NOT NULL`,
  };
  return expected ? { kind: 'not', operand: filled } : filled;
}

function leaf(node: Node, expected: boolean): Expression {
  const plain = plainOf(node);
  if (plain !== undefined) return asked(plain, node, expected);
  const exact = computed(node, expected);
  const filter = expected ? prefilterOf(node) : undefined;
  return filter === undefined
    ? exact
    : join('and', [some(filter.column, filter.test, node), exact]);
}

/** Of many values a comparison is null, so that there has to be one. */
function asked(plain: Plain, node: Node, expected: boolean): Expression {
  const { column, fails, holds } = plain;
  const positive = some(column, holds, node);
  const negative: Expression = { kind: 'not', operand: positive };
  const isWanted = expected !== (plain.isTurned ?? false);
  if (plain.isAny === true) return isWanted ? positive : negative;
  if (isWanted) return join('and', [positive, hasOne(column)]);
  if (fails === undefined) return computed(node, expected);
  if (fails === 'otherwise') return join('and', [hasOne(column), negative]);
  return join('and', [some(column, fails, node), hasOne(column)]);
}

function some({ field }: Column, test: Test, { text }: Node): Predicate {
  return { kind: 'predicate', field, question: { kind: 'some', test }, text };
}

const IS_TRUE: Test = { kind: 'equals', texts: ['true'], cased: true };
const IS_FALSE: Test = { kind: 'equals', texts: ['false'], cased: true };

function hasOne(column: Column): Predicate {
  const field: Field = {
    kind: 'computed',
    key: `esql one ${columnKey(column)}`,
    from: column.field.paths,
    read(document) {
      const value = readColumn(column, document);
      if (value === undefined) return undefined;
      const isOne = value !== null && !isMany(value) && !isTyped(value, 'object');
      return isOne ? [true] : [];
    },
  };
  const question = { kind: 'some', test: IS_TRUE } as const;
  return { kind: 'predicate', field, question, text: `${column.name} has one value` };
}

function computed(node: Node, expected: boolean): Predicate {
  refuseKql(node);
  const field: Field = {
    kind: 'computed',
    key: `esql ${node.key}`,
    from: node.columns.flatMap((column) => column.field.paths),
    read: (document) => booleanOf(node, document),
  };
  const question = { kind: 'some', test: expected ? IS_TRUE : IS_FALSE } as const;
  return { kind: 'predicate', field, question, text: expected ? node.text : `NOT (${node.text})` };
}

/** Null is a field without a value; what can't be told is an absent one. */
function booleanOf(node: Node, document: EventDocument): readonly boolean[] | undefined {
  const truth = truthOf(node, document);
  if (truth === undefined) return undefined;
  return truth === null ? [] : [truth];
}

/** Elsewhere than under and, or, not, Elasticsearch refuses it, too. */
function refuseKql(root: Node): void {
  const open = [root];
  const seen = new Set<string>();
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (node.kind === 'kql') {
      throw unsupported(
        0,
        'KQL stands within another expression',
        'Use it as a condition by itself.',
      );
    }
    if (seen.has(node.key) || !('args' in node)) continue;
    seen.add(node.key);
    open.push(...node.args);
  }
}
