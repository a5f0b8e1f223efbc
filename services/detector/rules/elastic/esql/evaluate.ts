/**
 * Owns: the value of an expression for one event document, with ES|QL's nulls, and "cannot tell" where
 * it hangs on what was not recorded.
 * Does not own: functions (functions/), which part of a condition is evaluated here (lower.ts).
 *
 * Values are kept per document and node for as long as the document lives, so that what several
 * conditions or rules compute alike is computed once. The result does not depend on it.
 */
import type { EventDocument } from '../../expression.ts';
import type { ComparisonOperator } from './ast.ts';
import { textOf } from './functions/shape.ts';
import type { Node } from './node.ts';
import { readColumn } from './read.ts';
import {
  areEqual,
  compare,
  isMany,
  isTyped,
  type Known,
  plainText,
  type Scalar,
  type Value,
  valuesOf,
} from './value.ts';

interface Scope {
  readonly document: EventDocument;
  readonly values: Map<string, Value>;
  readonly extracted: Map<string, ReadonlyMap<string, Known>>;
  readonly elements: Map<string, Known>;
  /** Characters that functions were given so far. */
  work: number;
}

/**
 * MV_EXPAND runs what follows it once per element. An event that is made to cost more than this in one
 * such run counts as one that fits: it is better looked at than passed over.
 */
const MOST_WORK = 50_000_000;

const scopes = new WeakMap<EventDocument, Scope>();

/** What WHERE makes of an expression: true and false, null, or undefined where it can't be told. */
export function truthOf(node: Node, document: EventDocument): boolean | null | undefined {
  return truth(resultOf(node, document));
}

export function resultOf(node: Node, document: EventDocument): Value {
  const scope = scopes.get(document) ?? {
    ...{ document, values: new Map(), extracted: new Map(), elements: new Map(), work: 0 },
  };
  scopes.set(document, scope);
  return evaluate(node, scope);
}

function truth(value: Value): boolean | null | undefined {
  if (value === undefined || value === null || isMany(value))
    return value === undefined ? value : null;
  if (typeof value === 'boolean') return value;
  const text = plainText(value);
  return text === 'true' ? true : text === 'false' ? false : null;
}

/** Nodes that cost more to compute than to look up. */
const KEPT: ReadonlySet<Node['kind']> = new Set(['column', 'call', 'case', 'extract', 'any']);

function evaluate(node: Node, scope: Scope): Value {
  if (node.isOpen || !KEPT.has(node.kind)) return compute(node, scope);
  if (scope.values.has(node.key)) return scope.values.get(node.key);
  const value = compute(node, scope);
  scope.values.set(node.key, value);
  return value;
}

function compute(node: Node, scope: Scope): Value {
  switch (node.kind) {
    case 'constant':
      return node.value;
    case 'column':
      return readColumn(node.column, scope.document);
    case 'and':
    case 'or':
      return joined(node.args, scope, node.kind === 'or');
    case 'not': {
      const operand = truth(evaluate(node.args[0], scope));
      return typeof operand === 'boolean' ? !operand : operand;
    }
    case 'null': {
      const operand = evaluate(node.args[0], scope);
      return operand === undefined ? undefined : operand === null;
    }
    case 'case':
      return chosen(node.args, scope);
    case 'coalesce':
      return firstOf(node.args, scope);
    case 'element':
      return scope.elements.get(node.of) ?? null;
    case 'any':
      return anyElement(node, scope);
    case 'match':
      return matches(node, scope);
    case 'kql':
      throw new Error('KQL is no part of a computed expression');
    default:
      return strict(node, scope);
  }
}

type Strict = Extract<Node, { kind: 'call' | 'comparison' | 'in' | 'like' | 'rlike' | 'extract' }>;

/** Expressions of which nothing can be told unless all of their parts are known. */
function strict(node: Strict, scope: Scope): Value {
  const args: Known[] = [];
  for (const part of node.args) {
    const value = evaluate(part, scope);
    if (value === undefined) return undefined;
    args.push(value);
  }
  const [first = null, second = null] = args;
  switch (node.kind) {
    case 'call':
      for (const arg of args) for (const one of valuesOf(arg)) scope.work += sizeOf(one);
      return node.apply(args);
    case 'comparison':
      return compared(node.operator, first, second);
    case 'in':
      return isAmong(first, args.slice(1));
    case 'like':
    case 'rlike':
      return tested(first, node.test, scope);
    case 'extract':
      return extracted(node, first, scope);
  }
}

function sizeOf(value: Scalar): number {
  return typeof value === 'string' ? value.length : 1;
}

/** `decisive`: the value that one operand is enough for; undefined goes before null. */
function joined(operands: readonly Node[], scope: Scope, decisive: boolean): Value {
  let result: boolean | null | undefined = !decisive;
  for (const operand of operands) {
    const next = truth(evaluate(operand, scope));
    if (next === decisive) return decisive;
    if (next === undefined || (next === null && result !== undefined)) result = next;
  }
  return result;
}

/** Conditions and values in turn, and a value for the rest. Null conditions count as false. */
function chosen(args: readonly Node[], scope: Scope): Value {
  for (let i = 0; i + 1 < args.length; i += 2) {
    const [condition, value] = [args[i], args[i + 1]];
    if (condition === undefined || value === undefined) break;
    const isTrue = truth(evaluate(condition, scope));
    if (isTrue === undefined) return undefined;
    if (isTrue === true) return evaluate(value, scope);
  }
  const rest = args.length % 2 === 1 ? args.at(-1) : undefined;
  return rest === undefined ? null : evaluate(rest, scope);
}

function firstOf(args: readonly Node[], scope: Scope): Value {
  for (const arg of args) {
    const value = evaluate(arg, scope);
    if (value !== null) return value;
  }
  return null;
}

function compared(operator: ComparisonOperator, a: Known, b: Known): boolean | null {
  if (a === null || b === null || isMany(a) || isMany(b)) return null;
  if (operator === '==') return areEqual(a, b);
  if (operator === '!=') {
    const equal = areEqual(a, b);
    return equal === null ? null : !equal;
  }
  const difference = compare(a, b);
  return difference === null ? null : HOLDS[operator](difference);
}

const HOLDS: Readonly<Record<'<' | '<=' | '>' | '>=', (difference: number) => boolean>> = {
  '<': (difference) => difference < 0,
  '<=': (difference) => difference <= 0,
  '>': (difference) => difference > 0,
  '>=': (difference) => difference >= 0,
};

/** As a chain of `==` joined by or. */
function isAmong(value: Known, items: readonly Known[]): boolean | null {
  let result: boolean | null = false;
  for (const item of items) {
    const equal = compared('==', value, item);
    if (equal === true) return true;
    if (equal === null) result = null;
  }
  return result;
}

function tested(value: Known, test: (text: string) => boolean, scope: Scope): boolean | null {
  if (value === null || isMany(value)) return null;
  const text = textOf(value);
  scope.work += text?.length ?? 0;
  return text === undefined ? null : test(text);
}

function extracted(node: Extract<Node, { kind: 'extract' }>, input: Known, scope: Scope): Value {
  const key = `${node.extractor.key} ${node.args[0].key}`;
  const kept = node.isOpen ? undefined : scope.extracted.get(key);
  if (kept !== undefined) return kept.get(node.name) ?? null;
  const texts = valuesOf(input).flatMap((value) => textOf(value) ?? []);
  for (const text of texts) scope.work += text.length;
  const columns = node.extractor.extract(texts);
  if (!node.isOpen) scope.extracted.set(key, columns);
  return columns.get(node.name) ?? null;
}

/** Any value of the column; false where there is none. */
function matches({ column, value }: Extract<Node, { kind: 'match' }>, scope: Scope): Value {
  const values = readColumn(column, scope.document);
  if (values === undefined) return undefined;
  return valuesOf(values).some((one) => !isTyped(one, 'object') && areEqual(one, value) === true);
}

/** A row without a value stays a row. Undefined counts as in `or`. */
function anyElement(node: Extract<Node, { kind: 'any' }>, scope: Scope): Value {
  const [over, body] = node.args;
  const elements = evaluate(over, scope);
  if (elements === undefined) return undefined;
  const limit = scope.work + MOST_WORK;
  let result: Value = false;
  for (const element of elements === null ? [null] : valuesOf(elements)) {
    scope.elements.set(node.element, element);
    const next = truth(evaluate(body, scope));
    if (next === true || scope.work > limit) return true;
    if (next === undefined) result = undefined;
  }
  return result;
}
