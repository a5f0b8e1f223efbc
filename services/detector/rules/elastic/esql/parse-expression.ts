/**
 * Owns: ES|QL's expressions: tokens to tree, with its precedence: or, and, not, comparisons, + -, * / %, casts.
 * Does not own: commands (parse.ts), names and functions (bind.ts).
 */
import type { ArithmeticOperator, Ast, ComparisonOperator, Constant } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { constantAt, parseList, parseNumber } from './parse-literal.ts';

const COMPARISONS = ['==', '!=', '<=', '>=', '<', '>'] as const;
/** Words that are no names unless they stand in backquotes. */
const RESERVED = new Set([
  ...['and', 'asc', 'by', 'desc', 'false', 'in', 'is', 'like', 'not', 'null', 'nulls', 'or'],
  ...['rlike', 'true'],
]);

export function parseExpression(cursor: Cursor): Ast {
  return cursor.nested(() =>
    joined(cursor, 'or', () => joined(cursor, 'and', () => negated(cursor))),
  );
}

function joined(cursor: Cursor, kind: 'and' | 'or', operand: () => Ast): Ast {
  const first = operand();
  if (!cursor.is(kind)) return first;
  const operands = [first];
  while (cursor.take(kind) !== undefined) operands.push(operand());
  return { kind, operands, start: first.start, end: cursor.end() };
}

function negated(cursor: Cursor): Ast {
  const word = cursor.take('not');
  if (word === undefined) return predicate(cursor);
  const operand = cursor.nested(() => negated(cursor));
  return { kind: 'not', operand, start: word.start, end: operand.end };
}

function predicate(cursor: Cursor): Ast {
  const left = sum(cursor);
  const { start } = left;
  const operator = COMPARISONS.find((sign) => cursor.is(sign));
  if (operator !== undefined) return suffixed(cursor, comparison(cursor, operator, left));
  if (cursor.is('=', '=~')) throw cursor.fault('== compares', 'Write == to compare.');
  if (cursor.is(':')) {
    cursor.next();
    const query = primary(cursor);
    return { kind: 'match', field: left, query, start, end: cursor.end() };
  }
  return suffixed(cursor, left);
}

function comparison(cursor: Cursor, operator: ComparisonOperator, left: Ast): Ast {
  cursor.next();
  const right = sum(cursor);
  if (COMPARISONS.some((sign) => cursor.is(sign))) {
    throw cursor.fault('comparisons do not chain', 'Join them with AND.');
  }
  return { kind: 'comparison', operator, left, right, start: left.start, end: right.end };
}

/** IN, LIKE, RLIKE, IS NULL and their negations. */
function suffixed(cursor: Cursor, left: Ast): Ast {
  const { start } = left;
  if (cursor.take('is') !== undefined) {
    const not = cursor.take('not') !== undefined;
    cursor.expect('null');
    const end = cursor.end();
    return inverted({ kind: 'null', operand: left, start, end }, not);
  }
  const not = cursor.is('not') && /^(?:in|like|rlike)$/i.test(cursor.peek(1).value);
  if (not) cursor.next();
  if (cursor.take('in') !== undefined) {
    const items = parenthesized(cursor, () => sum(cursor));
    return inverted({ kind: 'in', value: left, items, start, end: cursor.end() }, not);
  }
  for (const kind of ['like', 'rlike'] as const) {
    if (cursor.take(kind) === undefined) continue;
    const patterns = cursor.is('(') ? parenthesized(cursor, () => text(cursor)) : [text(cursor)];
    return inverted({ kind, value: left, patterns, start, end: cursor.end() }, not);
  }
  return left;
}

function inverted(operand: Ast, not: boolean): Ast {
  return not ? { kind: 'not', operand, start: operand.start, end: operand.end } : operand;
}

function parenthesized<T>(cursor: Cursor, item: () => T): readonly T[] {
  cursor.expect('(');
  const items = [item()];
  while (cursor.take(',') !== undefined) items.push(item());
  cursor.expect(')');
  return items;
}

/** A text as it stands there; no expression. */
export function text(cursor: Cursor): string {
  if (cursor.peek().kind !== 'text') throw cursor.fault('a text should stand here');
  return cursor.next().value;
}

function sum(cursor: Cursor): Ast {
  return leftToRight(cursor, ['+', '-'], () =>
    leftToRight(cursor, ['*', '/', '%'], () => signed(cursor)),
  );
}

function leftToRight(
  cursor: Cursor,
  operators: readonly ArithmeticOperator[],
  operand: () => Ast,
): Ast {
  let left = operand();
  for (;;) {
    const operator = operators.find((sign) => cursor.is(sign));
    if (operator === undefined) return left;
    cursor.next();
    const right = operand();
    left = { kind: 'arithmetic', operator, left, right, start: left.start, end: right.end };
  }
}

function signed(cursor: Cursor): Ast {
  if (!cursor.is('-', '+')) return cast(cursor);
  const sign = cursor.next();
  const operand = cursor.nested(() => signed(cursor));
  if (sign.value === '+') return operand;
  return { kind: 'negative', operand, start: sign.start, end: operand.end };
}

function cast(cursor: Cursor): Ast {
  let operand = primary(cursor);
  while (cursor.take('::') !== undefined) {
    if (cursor.peek().kind !== 'name') throw cursor.fault('a type should stand here');
    const type = cursor.next().value.toLowerCase();
    operand = { kind: 'cast', operand, type, start: operand.start, end: cursor.end() };
  }
  return operand;
}

function primary(cursor: Cursor): Ast {
  const token = cursor.peek();
  const { start } = token;
  switch (token.kind) {
    case 'text':
      return constantAt(start, cursor.next().value, token.end);
    case 'integer':
    case 'decimal':
      return parseNumber(cursor);
    case 'parameter':
      cursor.next();
      return { kind: 'parameter', name: token.value.replace(/^\?+/, ''), start, end: token.end };
    case 'quoted':
    case 'name':
      return word(cursor);
    default:
  }
  if (cursor.is('[')) return parseList(cursor);
  if (cursor.take('(') === undefined) throw cursor.fault('a value should stand here');
  const inner = parseExpression(cursor);
  cursor.expect(')');
  return { ...inner, start, end: cursor.end() };
}

const WORDS: Readonly<Record<string, Constant>> = { null: null, true: true, false: false };

function word(cursor: Cursor): Ast {
  const token = cursor.peek();
  const lower = token.value.toLowerCase();
  if (token.kind === 'name' && Object.hasOwn(WORDS, lower)) {
    return constantAt(token.start, WORDS[lower] ?? null, cursor.next().end);
  }
  if (token.kind === 'name' && RESERVED.has(lower)) throw cursor.fault('a value should stand here');
  const next = cursor.peek(1);
  if (token.kind === 'name' && next.kind === 'sign' && next.value === '(') return call(cursor);
  return { kind: 'name', name: parseName(cursor), start: token.start, end: cursor.end() };
}

/** Identifiers with dots between them; behind a dot any word is one. */
export function parseName(cursor: Cursor): string {
  const parts: string[] = [];
  do {
    const { kind } = cursor.peek();
    if (kind !== 'name' && kind !== 'quoted') throw cursor.fault('a name should stand here');
    parts.push(cursor.next().value);
  } while (cursor.take('.') !== undefined);
  return parts.join('.');
}

function call(cursor: Cursor): Ast {
  const { start, value } = cursor.next();
  cursor.expect('(');
  const args: Ast[] = [];
  if (cursor.is('*') && cursor.peek(1).value === ')') {
    cursor.next();
  } else if (!cursor.is(')')) {
    do args.push(cursor.is('{') ? options(cursor) : parseExpression(cursor));
    while (cursor.take(',') !== undefined);
  }
  cursor.expect(')');
  return { kind: 'call', name: value.toUpperCase(), args, start, end: cursor.end() };
}

/** `{"name": value, …}`: the named arguments of full-text functions; no function here takes any. */
function options(cursor: Cursor): Ast {
  const { start } = cursor.expect('{');
  while (!cursor.is('}')) {
    text(cursor);
    cursor.expect(':');
    primary(cursor);
    if (cursor.take(',') === undefined) break;
  }
  cursor.expect('}');
  return { kind: 'options', start, end: cursor.end() };
}
