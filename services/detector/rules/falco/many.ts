/**
 * Owns: checks against several texts: `in`, `intersects`, `pmatch`, and operators with `oneof`, `anyof`
 * or `allof` (libs, sinsp_filtercheck.cpp, compare_rhs_with_mod).
 */
import { RE2JS } from 're2js';
import type { Expression, Predicate, Question, Test } from '../expression.ts';
import { compilePattern, foldCase } from '../pattern.ts';
import type { Modifier, Operator } from './ast.ts';
import { oneOfTest, textTest } from './tests.ts';
import type { Meaning } from './fields/meaning.ts';

export interface Comparing {
  readonly operator: Operator;
  readonly meaning: Meaning;
  /** The predicate that asks this of the subject. */
  ask(question: Question): Predicate;
  /** @throws LoweringError */
  fail(reason: string): never;
}

const NEVER: Expression = { kind: 'never' };

export function some(test: Test): Question {
  return { kind: 'some', test };
}

/** True where the subject is there, and the other is false. */
export function different(comparing: Comparing, equal: Expression): Expression {
  const operands = [comparing.ask({ kind: 'filled' }), { kind: 'not', operand: equal } as const];
  return { kind: 'and', operands };
}

function testOf({ fail, meaning, operator }: Comparing, text: string): Test {
  const test = textTest(operator, text, meaning);
  return typeof test === 'string' ? fail(test) : test;
}

/** One text. */
export function lowerOne(comparing: Comparing, text: string): Expression {
  const equal = comparing.ask(some(testOf(comparing, text)));
  return comparing.operator === '!=' ? different(comparing, equal) : equal;
}

/** No text at all fits nothing, whatever the modifier. */
export function lowerModified(
  comparing: Comparing,
  modifier: Modifier,
  texts: readonly string[],
): Expression {
  if (texts.length === 0) return NEVER;
  if (modifier === 'oneof') return lowerOneOf(comparing, texts);
  const { operator } = comparing;
  if (operator === '=' || operator === '==' || operator === '!=') {
    return lowerEquality(comparing, modifier, texts);
  }
  const operands = texts.map((text) => lowerOne(comparing, text));
  return { kind: modifier === 'anyof' ? 'or' : 'and', operands };
}

/** Equal to all, or different from any, says something of the number of different texts. */
function lowerEquality(
  comparing: Comparing,
  modifier: 'anyof' | 'allof',
  texts: readonly string[],
): Expression {
  const distinct = [...new Set(texts)];
  const isAny = comparing.ask(some({ kind: 'equals', texts: distinct, cased: true }));
  const isNegated = comparing.operator === '!=';
  if (isNegated === (modifier === 'allof')) {
    return isNegated ? different(comparing, isAny) : isAny;
  }
  if (distinct.length === 1) return isNegated ? different(comparing, isAny) : isAny;
  return isNegated ? comparing.ask({ kind: 'filled' }) : NEVER;
}

function lowerOneOf(comparing: Comparing, texts: readonly string[]): Expression {
  const isNegated = comparing.operator === '!=';
  const tests = texts.map((text) => {
    const fits = matcherOf(testOf(comparing, text));
    return isNegated ? (value: string) => !fits(value) : fits;
  });
  const key = `${comparing.operator} ${comparing.meaning} ${JSON.stringify(texts)}`;
  return comparing.ask(some(oneOfTest(key, tests)));
}

/** A test as a function of one text, for what the engine has no test of. */
export function matcherOf(test: Test): (text: string) => boolean {
  switch (test.kind) {
    case 'equals':
      return (text) => test.texts.includes(text);
    case 'like': {
      const patterns = test.patterns.map((pattern) => compilePattern(pattern, test.cased));
      return (text) => patterns.some((fits) => fits(test.cased ? text : foldCase(text)));
    }
    case 'regex': {
      const expression = RE2JS.compile(test.source);
      return (text) => expression.test(text);
    }
    case 'custom':
      return (text) => test.test(text);
    case 'compare':
      return (text) => comparesTo(test, text);
    default:
      return () => false;
  }
}

function comparesTo(
  { bound, operator }: Extract<Test, { kind: 'compare' }>,
  text: string,
): boolean {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (operator === 'lt' || operator === 'lte') {
    return operator === 'lt' ? value < bound : value <= bound;
  }
  return operator === 'gt' ? value > bound : value >= bound;
}
