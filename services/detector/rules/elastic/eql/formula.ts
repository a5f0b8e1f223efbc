/**
 * Owns: EQL expressions to formulas over one event: functions looked up, patterns compiled.
 * Does not own: evaluating them (evaluate.ts), which of them need no formula (lower.ts).
 */
import { RE2JS } from 're2js';
import type { FieldPath } from '../../expression.ts';
import { compilePattern, foldCase, type Pattern } from '../../pattern.ts';
import { invalid } from '../fault.ts';
import { fieldNamed } from '../fields.ts';
import type { EqlLiteral, EqlNode, Matcher } from './ast.ts';
import { arithmetic, compareValues, type Formula } from './evaluate.ts';
import { FUNCTIONS } from './functions.ts';
import { regexOf } from './regex.ts';

/** Functions that are another way to write a matcher. */
const MATCHING: ReadonlyMap<string, 'like' | 'regex'> = new Map([
  ['wildcard', 'like'],
  ['match', 'regex'],
]);

/** `wildcard(field, "a*")` is `field like "a*"`; all else stays as it is. */
export function asMatcher(node: EqlNode): EqlNode {
  const operator = node.kind === 'call' ? MATCHING.get(node.name) : undefined;
  if (node.kind !== 'call' || operator === undefined) return node;
  const [left, ...options] = node.args;
  if (left === undefined || options.length === 0)
    throw wrongCount(node.offset, node.name, 'two or more');
  const matcher: Matcher = node.isCaseless ? `${operator}~` : operator;
  return { kind: 'match', operator: matcher, left, options, offset: node.offset };
}

export function formulaOf(written: EqlNode): Formula {
  const node = asMatcher(written);
  switch (node.kind) {
    case 'literal':
      return { kind: 'value', value: node.value };
    case 'field':
      return { kind: 'field', paths: pathsOf(node.name) };
    case 'arithmetic':
      return applied([node.left, node.right], arithmetic(node.operator));
    case 'comparison':
      return comparison(node);
    case 'match':
      return match(node);
    case 'and':
    case 'or':
      return applied(node.operands, (values) =>
        node.kind === 'and' ? values.every((value) => value === true) : values.includes(true),
      );
    case 'not':
      return applied([node.operand], ([value]) => value !== true);
    case 'call':
      return call(node);
  }
}

/** Where the document has the field; a computed field has no place. */
export function pathsOf(name: string): readonly FieldPath[] {
  const field = fieldNamed(name);
  return field.kind === 'path' ? field.paths : [];
}

function applied(
  args: readonly EqlNode[],
  apply: (args: readonly EqlLiteral[]) => EqlLiteral,
): Formula {
  return { kind: 'apply', args: args.map(formulaOf), apply };
}

function isNull(node: EqlNode): boolean {
  return node.kind === 'literal' && node.value === null;
}

function comparison(node: Extract<EqlNode, { kind: 'comparison' }>): Formula {
  const { left, operator, right } = node;
  if (isNull(left) || isNull(right)) {
    const other = isNull(left) ? right : left;
    return applied([other], ([value]) => (value === null) === (operator === '=='));
  }
  return applied([left, right], ([a = null, b = null]) => compareValues(operator, a, b));
}

function call(node: Extract<EqlNode, { kind: 'call' }>): Formula {
  const { args, isCaseless, name, offset } = node;
  const known = FUNCTIONS.get(name);
  if (known === undefined) {
    const reason = `EQL has no function "${name}" that looks at one event`;
    throw invalid(
      offset,
      reason,
      `There are: ${[...FUNCTIONS.keys(), ...MATCHING.keys()].join(', ')}.`,
    );
  }
  if (args.length < known.least || args.length > known.most) {
    const count = known.least === known.most ? known.least : `${known.least} to ${known.most}`;
    throw wrongCount(offset, name, String(count));
  }
  if (isCaseless && !known.canFold) {
    throw invalid(offset, `${name} does not look at case`, 'Take the "~" out.');
  }
  return applied(args, (values) => known.apply(values, isCaseless));
}

function wrongCount(offset: number, name: string, count: string): Error {
  return invalid(offset, `${name} takes ${count} values`, 'Give it as many.');
}

function match(node: Extract<EqlNode, { kind: 'match' }>): Formula {
  if (node.operator === 'in' || node.operator === 'in~') {
    const fold = node.operator === 'in~';
    return applied([node.left, ...node.options], ([value = null, ...options]) =>
      options.some((option) => compareValues('==', folded(value, fold), folded(option, fold))),
    );
  }
  const fits = textTest(node);
  return applied([node.left], ([value = null]) => value !== null && fits(String(value)));
}

function folded(value: EqlLiteral, fold: boolean): EqlLiteral {
  return fold && typeof value === 'string' ? foldCase(value) : value;
}

function textTest(node: Extract<EqlNode, { kind: 'match' }>): (text: string) => boolean {
  const { isCaseless } = matching(node.operator);
  if (node.operator === 'regex' || node.operator === 'regex~') {
    const source = regexOf(textsOf(node), node.offset);
    const regex = RE2JS.compile(source, isCaseless ? RE2JS.CASE_INSENSITIVE : 0);
    return (text) => regex.test(text);
  }
  const patterns = textsOf(node).map((text) => compilePattern(wildcards(text), !isCaseless));
  return (text) => {
    const comparable = isCaseless ? foldCase(text) : text;
    return patterns.some((fits) => fits(comparable));
  };
}

export function matching(operator: Matcher): { readonly isCaseless: boolean } {
  return { isCaseless: operator === ':' || operator.endsWith('~') };
}

/** The texts that a value is held against. */
export function textsOf({
  operator,
  options,
}: Extract<EqlNode, { kind: 'match' }>): readonly string[] {
  return options.map((option) => {
    if (option.kind === 'literal' && option.value !== null) return String(option.value);
    const remedy = operator === ':' ? 'Write "== null".' : 'Write a text.';
    throw invalid(option.offset, `"${operator}" takes texts`, remedy);
  });
}

/** `*` and `?`; EQL has no way to write them plain. */
export function wildcards(text: string): Pattern {
  const parts = text.split(/([*?])/).filter((part) => part !== '');
  return parts.map((part) => {
    if (part === '*') return { kind: 'any' };
    return part === '?' ? { kind: 'one' } : { kind: 'text', text: part };
  });
}
