/**
 * Owns: conditions of EQL to the form that all rules share. What compares fields with literals becomes
 * tests that the engine can look up; all else is computed (evaluate.ts).
 *
 * Two values, as Elasticsearch has it: what is asked of a field without a value is false, and its
 * negation true, so `a != "x"` finds events without `a` (docs/rules-elastic.md).
 */
import { readNetwork } from '../../../../../shared/domain/ip.ts';
import type { Comparison as Order, Expression, Question, Test } from '../../expression.ts';
import { exactText, isAnything, literal, openPattern } from '../../pattern.ts';
import type { Position } from '../../position.ts';
import { allOf, anyOf, not } from '../expressions.ts';
import { invalid } from '../fault.ts';
import { fieldTypeOf } from '../field-types.ts';
import { fieldNamed } from '../fields.ts';
import { compared, equalTo, like } from '../value-tests.ts';
import type { Comparator, EqlLiteral, EqlNode, EventFilter } from './ast.ts';
import { computedField } from './computed.ts';
import { comparisonOf } from './evaluate.ts';
import { asMatcher, matching, textsOf, wildcards } from './formula.ts';
import { regexOf } from './regex.ts';

type Place = (offset: number) => Position;

/** Throws a fault where the condition is something that can not be asked. */
export function lowerFilter(
  { category, condition, offset }: EventFilter,
  place: Place,
): Expression {
  const node: EqlNode = { kind: 'field', name: 'event.category', offset };
  const isOf =
    category === undefined
      ? []
      : [asked(node, place, some(equalTo(node, category, true)), `== "${category}"`)];
  return allOf([...isOf, lower(condition, place)]);
}

type FieldNode = Extract<EqlNode, { kind: 'field' }>;

function lower(written: EqlNode, place: Place): Expression {
  const node = asMatcher(written);
  switch (node.kind) {
    case 'and':
      return allOf(node.operands.map((operand) => lower(operand, place)));
    case 'or':
      return anyOf(node.operands.map((operand) => lower(operand, place)));
    case 'not':
      return not(lower(node.operand, place));
    case 'field':
      return asked(node, place, some(equalTo(node, 'true', true)), '');
    case 'comparison':
      return comparison(node, place);
    case 'match':
      return match(node, place) ?? computed(node, place);
    case 'call':
      return call(node, place) ?? computed(node, place);
    default:
      return constant(node) ?? computed(node, place);
  }
}

function constant(node: EqlNode): Expression | undefined {
  if (node.kind !== 'literal') return undefined;
  return { kind: node.value === true ? 'always' : 'never' };
}

function some(test: Test): Question {
  return { kind: 'some', test };
}

function asked(node: FieldNode, place: Place, question: Question, text: string): Expression {
  const field = fieldNamed(node.name);
  const written = `${node.name} ${text}`.trimEnd();
  return { kind: 'predicate', field, question, text: written, at: place(node.offset) };
}

type Comparison = Extract<EqlNode, { kind: 'comparison' }>;
const MIRRORED: Readonly<Record<Comparator, Comparator>> = {
  ...{ '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' },
};

function comparison(node: Comparison, place: Place): Expression {
  const { left, operator, right } = node;
  if (operator === '!=') return not(comparison({ ...node, operator: '==' }, place));
  if (left.kind === 'literal' && right.kind !== 'literal') {
    return comparison({ ...node, left: right, right: left, operator: MIRRORED[operator] }, place);
  }
  if (right.kind !== 'literal') return computed(node, place);
  if (left.kind === 'field') return fieldCompared(left, operator, right.value, place);
  const isPlain = operator === '==' && typeof right.value === 'boolean' && isCondition(left);
  if (!isPlain) return computed(node, place);
  const condition = lower(left, place);
  return right.value === true ? condition : not(condition);
}

/** `cidrMatch(…) == true` is what is asked without the comparison. */
function isCondition(node: EqlNode): boolean {
  return ['and', 'or', 'not', 'comparison', 'match', 'call'].includes(node.kind);
}

function fieldCompared(
  field: FieldNode,
  operator: Comparator,
  value: EqlLiteral,
  place: Place,
): Expression {
  const text = `${operator} ${JSON.stringify(value)}`;
  const order = comparisonOf(operator);
  if (value === null) {
    return not(asked(field, place, { kind: 'filled' }, '!= null'));
  }
  const test =
    order === undefined ? equalTo(field, String(value), true) : ordered(field, order, value);
  return asked(field, place, some(test), text);
}

/** A number is compared as one, also where the templates have no type for the field. */
function ordered(field: FieldNode, operator: Order, value: EqlLiteral): Test {
  const isNumber = typeof value === 'number' && fieldTypeOf(field.name) === 'keyword';
  if (isNumber) return { kind: 'compare', operator, bound: value };
  return compared(field, operator, String(value));
}

/** Undefined where it takes a formula. */
function match(node: Extract<EqlNode, { kind: 'match' }>, place: Place): Expression | undefined {
  const { left, operator, options } = node;
  if (left.kind !== 'field') return undefined;
  const isIn = operator === 'in' || operator === 'in~';
  if (isIn && !options.every((option) => option.kind === 'literal' && option.value !== null)) {
    return undefined;
  }
  const { isCaseless } = matching(operator);
  const texts = textsOf(node);
  const ask = (question: Question, text: string) =>
    asked(left, place, question, `${operator} ${JSON.stringify(text)}`);
  if (operator === 'regex' || operator === 'regex~') {
    const source = regexOf(texts, node.offset);
    const flags = isCaseless ? 'i' : '';
    return ask(some({ kind: 'regex', source, flags }), texts.join(' or '));
  }
  return anyOf(
    texts.map((text) => {
      const pattern = isIn ? literal(text) : wildcards(text);
      if (isAnything(pattern)) return ask({ kind: 'filled' }, text);
      const isExact = exactText(pattern) !== undefined;
      return ask(
        some(isExact ? equalTo(left, text, !isCaseless) : like(left, pattern, !isCaseless)),
        text,
      );
    }),
  );
}

type Call = Extract<EqlNode, { kind: 'call' }>;

/** Undefined where it takes a formula. */
function call(node: Call, place: Place): Expression | undefined {
  const [field, ...rest] = node.args;
  const texts = rest.flatMap((arg) =>
    arg.kind === 'literal' && typeof arg.value === 'string' ? [arg.value] : [],
  );
  if (field?.kind !== 'field' || texts.length < rest.length) return undefined;
  const [first] = texts;
  const written = `in ${node.name}(${texts.map((text) => JSON.stringify(text)).join(', ')})`;
  if (node.name === 'cidrmatch' && !node.isCaseless && first !== undefined) {
    const networks = texts.map((text) => networkOf(text, node.offset));
    return asked(field, place, some({ kind: 'cidr', networks }), written);
  }
  const open = OPEN[node.name];
  if (open === undefined || first === undefined || texts.length !== 1) return undefined;
  const pattern = openPattern(literal(first), open);
  const test: Test = { kind: 'like', patterns: [pattern], cased: !node.isCaseless };
  return asked(field, place, some(test), written);
}

const OPEN: Readonly<Record<string, { start: boolean; end: boolean }>> = {
  startswith: { start: false, end: true },
  endswith: { start: true, end: false },
  stringcontains: { start: true, end: true },
};

function networkOf(text: string, offset: number): string {
  if (readNetwork(text) !== undefined) return text;
  throw invalid(offset, `"${text}" is no network`, 'Write a network: 10.0.0.0/8.');
}

function computed(node: EqlNode, place: Place): Expression {
  const question = some({ kind: 'equals', texts: ['true'], cased: true });
  const text = `${node.kind} of values`;
  return { kind: 'predicate', field: computedField(node), question, text, at: place(node.offset) };
}
