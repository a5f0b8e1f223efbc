/**
 * Owns: which conditions ask one thing of one field of the event, and what they ask.
 * Does not own: what becomes of them (lower.ts).
 */
import { readNetwork } from '../../../../../shared/domain/ip.ts';
import type { Comparison, Test } from '../../expression.ts';
import { literal, openPattern, type Pattern } from '../../pattern.ts';
import type { ComparisonOperator } from './ast.ts';
import type { Node } from './node.ts';
import type { Column } from './read.ts';
import { ipOf, plainText, type Scalar } from './value.ts';

export interface Plain {
  readonly column: Column;
  readonly holds: Test;
  /**
   * When it does not hold, and is not null either; `otherwise`: for each single value that `holds` does
   * not hold for. Undefined: no plain test says it.
   */
  readonly fails?: Test | 'otherwise';
  /** Written the other way round: `!=`. */
  readonly isTurned?: boolean;
  /** Any of many values counts, and none is false. */
  readonly isAny?: boolean;
}

/** Undefined for what asks more. */
export function plainOf(node: Node): Plain | undefined {
  switch (node.kind) {
    case 'column':
      return isTyped(node.column) ? undefined : { column: node.column, holds: TRUE, fails: FALSE };
    case 'comparison':
      return comparison(node);
    case 'in':
      return among(node);
    case 'match':
      return anyValue(node);
    case 'like':
      return onTexts(node.args[0], { kind: 'like', patterns: node.patterns, cased: true });
    case 'rlike':
      return onTexts(node.args[0], { kind: 'regex', source: node.source, flags: '' });
    case 'call':
      if (node.name === 'MV_CONTAINS') return contains(node);
      return node.name === 'CIDR_MATCH' ? inNetworks(node) : affix(node);
    default:
      return undefined;
  }
}

const TRUE: Test = { kind: 'equals', texts: ['true'], cased: true };
const FALSE: Test = { kind: 'equals', texts: ['false'], cased: true };

/** Fields whose values are not compared as the text that the document has. */
function isTyped({ type }: Column): boolean {
  return type === 'date' || type === 'ip';
}

function onTexts(operand: Node, holds: Test): Plain | undefined {
  if (operand.kind !== 'column' || isTyped(operand.column)) return undefined;
  return { column: operand.column, holds, fails: 'otherwise' };
}

type Constant = Extract<Node, { kind: 'constant' }>;

/** A constant with one value that is compared as its text is. */
function scalarOf(node: Node | undefined): Scalar | undefined {
  if (node?.kind !== 'constant' || !isScalar(node)) return undefined;
  const { value } = node;
  // Beyond these JavaScript's text of a number is not that of the constant.
  const isLarge = typeof value === 'bigint' && !Number.isSafeInteger(Number(value));
  return isLarge || typeof value === 'object' ? undefined : value;
}

function isScalar(node: Constant): node is Constant & { readonly value: Scalar } {
  return node.value !== null && !Array.isArray(node.value);
}

function equalTest({ type }: Column, values: readonly Scalar[]): Test | undefined {
  if (type === 'date') return undefined;
  const texts = values.map(plainText);
  if (type !== 'ip') return { kind: 'equals', texts, cased: true };
  const networks = texts.flatMap((text) => ipOf(text)?.text ?? []);
  return networks.length === texts.length ? { kind: 'cidr', networks } : undefined;
}

const TURNED: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  ...{ '==': '==', '!=': '!=', '<': '>', '<=': '>=', '>': '<', '>=': '<=' },
};
const OPPOSITE: Readonly<Record<ComparisonOperator, ComparisonOperator>> = {
  ...{ '==': '!=', '!=': '==', '<': '>=', '<=': '>', '>': '<=', '>=': '<' },
};
const BOUNDS: Readonly<Partial<Record<ComparisonOperator, Comparison>>> = {
  ...{ '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' },
};

function comparison(node: Extract<Node, { kind: 'comparison' }>): Plain | undefined {
  const [left, right] = node.args;
  const isTurned = right.kind === 'column';
  const operand = isTurned ? right : left;
  const value = scalarOf(isTurned ? left : right);
  if (operand.kind !== 'column' || value === undefined) return undefined;
  const { column } = operand;
  const operator = isTurned ? TURNED[node.operator] : node.operator;
  if (operator === '==' || operator === '!=') {
    const holds = equalTest(column, [value]);
    const turned = operator === '!=';
    return holds && { column, holds, fails: 'otherwise', isTurned: turned };
  }
  const [holds, fails] = [operator, OPPOSITE[operator]].map((one) => boundTest(one, value));
  if (isTyped(column) || holds === undefined || fails === undefined) return undefined;
  return { column, holds, fails };
}

/** Texts are ordered, too, but the index knows numbers only. */
function boundTest(operator: ComparisonOperator, value: Scalar): Test | undefined {
  const bound = BOUNDS[operator];
  if (bound === undefined || (typeof value !== 'number' && typeof value !== 'bigint')) {
    return undefined;
  }
  return { kind: 'compare', operator: bound, bound: Number(value) };
}

function among({ args }: Extract<Node, { kind: 'in' }>): Plain | undefined {
  const [operand, ...items] = args;
  const values = items.flatMap((item) => scalarOf(item) ?? []);
  if (operand.kind !== 'column' || values.length < items.length) return undefined;
  const holds = equalTest(operand.column, values);
  return holds && { column: operand.column, holds, fails: 'otherwise' };
}

function anyValue({ column, value }: Extract<Node, { kind: 'match' }>): Plain | undefined {
  const isLarge = typeof value === 'bigint' && !Number.isSafeInteger(Number(value));
  const holds = isLarge || typeof value === 'object' ? undefined : equalTest(column, [value]);
  return holds && { column, holds, fails: 'otherwise', isAny: true };
}

type Call = Extract<Node, { kind: 'call' }>;

/** Of one value; null where there is none is false. */
function contains({ args }: Call): Plain | undefined {
  const [operand, part] = args;
  const value = scalarOf(part);
  if (operand?.kind !== 'column' || isTyped(operand.column) || value === undefined)
    return undefined;
  const holds: Test = { kind: 'equals', texts: [plainText(value)], cased: true };
  return { column: operand.column, holds, fails: 'otherwise', isAny: true };
}

function affixPattern({ args, name }: Call): Pattern | undefined {
  const part = args[1];
  if (part?.kind !== 'constant' || typeof part.value !== 'string') return undefined;
  const text = literal(part.value);
  switch (name) {
    case 'STARTS_WITH':
      return openPattern(text, { start: false, end: true });
    case 'ENDS_WITH':
      return openPattern(text, { start: true, end: false });
    case 'CONTAINS':
      return openPattern(text, { start: true, end: true });
    default:
      return undefined;
  }
}

function affix(node: Call): Plain | undefined {
  const pattern = affixPattern(node);
  const [operand] = node.args;
  if (pattern === undefined || operand === undefined) return undefined;
  return onTexts(operand, { kind: 'like', patterns: [pattern], cased: true });
}

/** What is no address is null, which a field of another type may hold. */
function inNetworks({ args }: Call): Plain | undefined {
  const [operand, ...rest] = args;
  const networks = rest.flatMap((item) => {
    const value = scalarOf(item);
    return typeof value === 'string' && readNetwork(value) !== undefined ? [value] : [];
  });
  if (operand?.kind !== 'column' || networks.length < rest.length) return undefined;
  const { column } = operand;
  const holds: Test = { kind: 'cidr', networks };
  return column.type === 'ip' ? { column, holds, fails: 'otherwise' } : { column, holds };
}

interface Prefilter {
  readonly column: Column;
  readonly test: Test;
}

/** What is true whenever the condition is, so that an index finds it: TO_LOWER without case. */
export function prefilterOf(node: Node): Prefilter | undefined {
  const [operand] = 'args' in node ? node.args : [];
  if (operand?.kind !== 'call' || operand.name !== 'TO_LOWER') return undefined;
  const [lowered] = operand.args;
  if (lowered?.kind !== 'column' || isTyped(lowered.column)) return undefined;
  const test = foldedTest(node);
  return test && { column: lowered.column, test };
}

function foldedTest(node: Node): Test | undefined {
  switch (node.kind) {
    case 'like':
      return { kind: 'like', patterns: node.patterns, cased: false };
    case 'comparison':
    case 'in': {
      const items = node.args.slice(1);
      const texts = items.map(scalarOf).filter((value) => typeof value === 'string');
      const isEqual = node.kind === 'in' || node.operator === '==';
      if (!isEqual || texts.length < items.length) return undefined;
      return { kind: 'equals', texts, cased: false };
    }
    case 'call': {
      const pattern = affixPattern(node);
      return pattern && { kind: 'like', patterns: [pattern], cased: false };
    }
    default:
      return undefined;
  }
}
