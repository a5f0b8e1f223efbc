/**
 * Owns: what Falco's operators ask of one value, as tests of the engine (libs, filter_compare.cpp).
 * Does not own: which values there are (lower.ts).
 */
import { RE2JS } from 're2js';
import type { Comparison, Test } from '../expression.ts';
import { literal, openPattern, type Pattern } from '../pattern.ts';
import type { NumberOperator, Operator } from './ast.ts';
import { compileGlob, compilePathPrefixes, globPattern } from './glob.ts';
import type { Meaning } from './fields/meaning.ts';
import { textOf } from './fields/field.ts';

export const COMPARISONS: Readonly<Record<NumberOperator, Comparison>> = {
  '<': 'lt',
  '<=': 'lte',
  '>': 'gt',
  '>=': 'gte',
};

/** A text says why there is no such test. */
type Made = Test | string;

/** Of a text compared with one text; `!=` is the caller's to negate. */
export function textTest(operator: Operator, wanted: string, meaning: Meaning): Made {
  switch (operator) {
    case '=':
    case '==':
    case '!=':
    case 'in':
    case 'intersects':
      return { kind: 'equals', texts: [wanted], cased: true };
    case 'contains':
      return like(openPattern(literal(wanted), { start: true, end: true }), true);
    case 'icontains':
      return like(openPattern(literal(wanted), { start: true, end: true }), false);
    case 'startswith':
      return like(openPattern(literal(wanted), { start: false, end: true }), true);
    case 'endswith':
      return like(openPattern(literal(wanted), { start: true, end: false }), true);
    case 'glob':
    case 'iglob':
      return globTest(wanted, operator === 'glob');
    case 'regex':
      return regexTest(wanted);
    case 'bcontains':
    case 'bstartswith':
      return bytesTest(operator, wanted);
    case 'pmatch':
      return pathTest([wanted]);
    default:
      return orderTest(operator, wanted, meaning);
  }
}

function like(pattern: Pattern, cased: boolean): Test {
  return { kind: 'like', patterns: [pattern], cased };
}

function globTest(glob: string, cased: boolean): Test {
  const pattern = globPattern(glob);
  if (pattern !== undefined) return like(pattern, cased);
  const matches = compileGlob(glob, cased);
  return custom(`${cased ? 'glob' : 'iglob'} ${glob}`, matches);
}

/** The whole text must match. */
function regexTest(source: string): Made {
  try {
    RE2JS.compile(source);
  } catch (error) {
    return `invalid regex pattern: ${error instanceof Error ? error.message : source}`;
  }
  return { kind: 'regex', source: `^(?:${source})$`, flags: '' };
}

/** Bytes are written as hexadecimal digits. */
function bytesTest(operator: 'bcontains' | 'bstartswith', digits: string): Made {
  if (!/^(?:[0-9A-Fa-f]{2})+$/.test(digits)) {
    return 'bcontains and bstartswith operator support hex strings only';
  }
  const wanted = Buffer.from(digits, 'hex');
  return custom(`${operator} ${digits.toLowerCase()}`, (text) => {
    const at = Buffer.from(text).indexOf(wanted);
    return operator === 'bcontains' ? at !== -1 : at === 0;
  });
}

export function pathTest(paths: readonly string[]): Test {
  return custom(`pmatch ${JSON.stringify(paths)}`, compilePathPrefixes(paths));
}

/** Falco compares texts as texts (strcmp), so that 1000 is less than 999. */
function orderTest(operator: NumberOperator, wanted: string, meaning: Meaning): Made {
  const bound = Number(wanted);
  if (meaning === 'corrected' && !Number.isNaN(bound)) {
    return { kind: 'compare', operator: COMPARISONS[operator], bound };
  }
  return custom(`${operator} ${wanted}`, (text) => isOrdered(operator, text, wanted));
}

export function isOrdered(operator: NumberOperator, left: string, right: string): boolean {
  if (left === right) return operator === '<=' || operator === '>=';
  return left < right === operator.startsWith('<');
}

/** Of exactly one of the tests. */
export function oneOfTest(key: string, tests: readonly ((text: string) => boolean)[]): Test {
  return custom(`oneof ${key}`, (text) => {
    let count = 0;
    for (const test of tests) if (test(text) && ++count > 1) return false;
    return count === 1;
  });
}

function custom(key: string, matches: (text: string) => boolean): Test {
  return {
    kind: 'custom',
    key: `falco ${key}`,
    test(value) {
      const text = textOf(value);
      return text !== undefined && matches(text);
    },
  };
}
