/**
 * Owns: what an expression means where it stands: names to columns, calls to functions, constants
 * worked out.
 * Does not own: which columns there are (columns.ts), computing (evaluate.ts).
 */
import { compilePattern, type Pattern } from '../../pattern.ts';
import { compileKql } from '../kql/compile.ts';
import type { Ast } from './ast.ts';
import type { Columns } from './columns.ts';
import { invalid, type QueryFault, unsupported } from '../fault.ts';
import { CASTS } from './functions/convert.ts';
import { arithmetic, negate } from './functions/number.ts';
import type { Apply, EsqlFunction } from './functions/shape.ts';
import { FUNCTIONS, REFUSED } from './functions/table.ts';
import { isLookback, noClock } from './lookback.ts';
import { translateLucene, wildcardsOf } from '../lucene-regex.ts';
import { and, call, constant, node, type Node, not } from './node.ts';
import { readRegex } from './regex.ts';
import { type Known, manyOf, type Scalar } from './value.ts';
import { readWildcards } from './wildcard.ts';

export interface Binder {
  readonly source: string;
  readonly columns: Columns;
  /** How deep in an expression. */
  readonly depth: number;
}

/** Deeper than any rule nests, far below what the stack takes. */
const MAX_DEPTH = 300;
const LONGEST_TEXT = 200;

/** @throws QueryFault */
export function bind(ast: Ast, binder: Binder): Node {
  // Chains of operators nest without parentheses, and columns nest in columns.
  const isDeep = binder.depth > MAX_DEPTH;
  const bound = isDeep ? undefined : bindKind(ast, { ...binder, depth: binder.depth + 1 });
  if (bound === undefined || bound.depth > MAX_DEPTH) {
    const reason = `the expression is built on more than ${MAX_DEPTH} others`;
    throw invalid(ast.start, reason, 'Make it simpler.');
  }
  if (ast.kind === 'name') return bound;
  const text = written(ast, binder.source).replace(/\s+/g, ' ');
  return { ...bound, text: text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}…` : text };
}

/** What is negated within itself (`x NOT IN (…)`, `x IS NOT NULL`) is shown without its NOT. */
function written(ast: Ast, source: string): string {
  const { end, start } = ast;
  const operand = 'value' in ast && typeof ast.value === 'object' ? ast.value : undefined;
  const inner = ast.kind === 'null' ? ast.operand : operand;
  if (inner === undefined || inner === null || !('end' in inner)) return source.slice(start, end);
  const rest = source.slice(inner.end, end).replace(/^(\s*(?:is\s+)?)not\s+/i, '$1');
  return `${source.slice(start, inner.end)}${rest}`;
}

function bindKind(ast: Ast, binder: Binder): Node {
  const all = (parts: readonly Ast[]) => parts.map((part) => bind(part, binder));
  switch (ast.kind) {
    case 'constant':
      return constant(ast.value);
    case 'list':
      return constant(
        manyOf(ast.values.flatMap((value): Scalar[] => (value === null ? [] : [value]))),
      );
    case 'name':
      return binder.columns.get(ast.name, ast.start);
    case 'and':
      return and(all(ast.operands));
    case 'or':
      return node({ kind: 'or', args: all(ast.operands) }, 'or');
    case 'not':
      return not(bind(ast.operand, binder));
    case 'null':
      return node({ kind: 'null', args: [bind(ast.operand, binder)] }, 'null');
    case 'comparison':
      return bindComparison(ast, binder);
    case 'in':
      return node({ kind: 'in', args: [bind(ast.value, binder), ...all(ast.items)] }, 'in');
    case 'like':
      return like(ast.patterns.map(readWildcards), bind(ast.value, binder));
    case 'rlike':
      return rlike(ast.patterns, bind(ast.value, binder), ast.start);
    case 'arithmetic':
      return folded(ast.operator, all([ast.left, ast.right]), arithmetic(ast.operator));
    case 'negative':
      return folded('negative', [bind(ast.operand, binder)], negate);
    default:
      return bindCall(ast, binder);
  }
}

function bindComparison(ast: Extract<Ast, { kind: 'comparison' }>, binder: Binder): Node {
  if (isLookback(ast)) return constant(true);
  const { operator } = ast;
  const args = [bind(ast.left, binder), bind(ast.right, binder)] as const;
  return node({ kind: 'comparison', operator, args }, operator);
}

function like(patterns: readonly Pattern[], value: Node): Node {
  const tests = patterns.map((pattern) => compilePattern(pattern, true));
  const test = (text: string) => tests.some((matches) => matches(text));
  return node({ kind: 'like', patterns, args: [value], test }, `like ${JSON.stringify(patterns)}`);
}

/** A pattern that LIKE could have written is one, since those are found through an index. */
function rlike(sources: readonly string[], value: Node, offset: number): Node {
  const wildcards = sources.map(wildcardsOf);
  const patterns = wildcards.flatMap((alternatives) => alternatives ?? []);
  if (!wildcards.includes(undefined)) return like(patterns, value);
  const translated = sources.map((source) => translateLucene(source, offset));
  const source = translated.length === 1 ? (translated[0] ?? '') : `(?:${translated.join('|')})`;
  const regex = readRegex(source);
  if (regex.kind === 'refused') throw unsupported(offset, regex.reason, regex.remedy);
  return node({ kind: 'rlike', source, args: [value], test: regex.test }, `rlike ${source}`);
}

/** Calls whose arguments are all known are worked out at once: functions are pure. */
function folded(name: string, args: readonly Node[], apply: Apply): Node {
  const constants: Known[] = [];
  for (const arg of args) {
    if (arg.kind !== 'constant') return call(name, args, apply);
    constants.push(arg.value);
  }
  return constant(apply(constants));
}

type CallAst = Extract<Ast, { kind: 'call' | 'cast' | 'match' | 'parameter' | 'options' }>;

function bindCall(ast: CallAst, binder: Binder): Node {
  switch (ast.kind) {
    case 'parameter': {
      if (ast.name === '_tstart' || ast.name === '_tend') throw noClock(ast.start, `?${ast.name}`);
      const reason = `the parameter ?${ast.name} has no value in a rule`;
      throw unsupported(ast.start, reason, 'Write the value out.');
    }
    case 'options':
      throw unsupported(ast.start, 'named arguments are not known here', 'Leave them out.');
    case 'match':
      return match(ast.field, ast.query, binder);
    case 'cast': {
      const name = Object.hasOwn(CASTS, ast.type) ? CASTS[ast.type] : undefined;
      if (name !== undefined) return bindFunction(name, [ast.operand], ast.start, binder);
      throw unsupported(ast.start, `the type ${ast.type} is not known here`, 'Compare as text.');
    }
    case 'call':
      return bindNamed(ast, binder);
  }
}

function bindNamed(ast: Extract<Ast, { kind: 'call' }>, binder: Binder): Node {
  const { args, name, start } = ast;
  switch (name) {
    case 'CASE':
    case 'COALESCE': {
      const least = name === 'CASE' ? 2 : 1;
      if (args.length < least) throw wrongCount(ast, least, 'more');
      const bound = args.map((arg) => bind(arg, binder));
      return node({ kind: name === 'CASE' ? 'case' : 'coalesce', args: bound }, name);
    }
    case 'NOW':
      throw noClock(start, 'NOW()');
    case 'TRANGE':
      return constant(true);
    case 'KQL':
      return kql(ast);
    case 'MATCH': {
      const [field, query, ...rest] = args;
      if (field === undefined || query === undefined) throw wrongCount(ast, 2, 2);
      if (rest.length > 0)
        throw unsupported(start, 'MATCH with options is not known here', 'Use ==.');
      return match(field, query, binder);
    }
    default:
      return bindFunction(name, args, start, binder);
  }
}

function wrongCount(
  { args, name, start }: Extract<Ast, { kind: 'call' }>,
  least: number,
  most: number | 'more',
): QueryFault {
  const counts = least === most ? `${least}` : `${least} to ${most}`;
  const reason = `${name} takes ${counts} arguments, not ${args.length}`;
  return invalid(start, reason, 'Give it as many.');
}

function bindFunction(name: string, args: readonly Ast[], start: number, binder: Binder): Node {
  const known: EsqlFunction | undefined = Object.hasOwn(FUNCTIONS, name)
    ? FUNCTIONS[name]
    : undefined;
  if (known === undefined) throw unknownFunction(name, start);
  const { least, most } = known;
  if (args.length < least || args.length > most) {
    throw wrongCount({ kind: 'call', name, args, start, end: start }, least, most);
  }
  const bound = args.map((arg) => bind(arg, binder));
  const apply = known.prepare(
    bound.map((arg) => (arg.kind === 'constant' ? arg.value : undefined)),
  );
  if (typeof apply !== 'function') throw unsupported(start, apply.reason, apply.remedy);
  return folded(name, bound, apply);
}

function unknownFunction(name: string, start: number): QueryFault {
  const refused = Object.hasOwn(REFUSED, name) ? REFUSED[name] : undefined;
  if (refused !== undefined) {
    return unsupported(start, `it ${refused}`, 'One event alone does not answer that.');
  }
  return unsupported(start, `the function ${name} is not known here`, 'See docs/rules-esql.md.');
}

/** On a keyword, `:` and MATCH ask whether any value is the query. */
function match(field: Ast, query: Ast, binder: Binder): Node {
  const column = bind(field, binder);
  const value = bind(query, binder);
  const isPlain = column.kind === 'column' && column.column.type !== 'text';
  if (!isPlain || value.kind !== 'constant' || value.value === null || Array.isArray(value.value)) {
    const reason = 'full-text search is there for keyword fields and one value only';
    throw unsupported(field.start, reason, 'Use LIKE.');
  }
  const scalar = value.value as Scalar;
  return node(
    { kind: 'match', column: column.column, value: scalar },
    `match ${column.key} ${value.key}`,
  );
}

function kql({ args, start }: Extract<Ast, { kind: 'call' }>): Node {
  const [query] = args;
  if (query?.kind !== 'constant' || typeof query.value !== 'string' || args.length > 1) {
    throw unsupported(start, 'KQL is there for one constant text', 'Write the query out.');
  }
  const place = { line: 1, column: 1 };
  const compiled = compileKql(query.value, () => place);
  if (!compiled.ok) {
    const { kind, reason, remedy } = compiled.fault;
    throw (kind === 'unsupported' ? unsupported : invalid)(
      query.start,
      `in KQL: ${reason}`,
      remedy,
    );
  }
  return node({ kind: 'kql', expression: compiled.value }, `kql ${query.value}`);
}
