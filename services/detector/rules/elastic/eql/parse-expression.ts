/**
 * Owns: conditions of EQL, tokens to tree: not before and before or; comparisons; arithmetic.
 * Does not own: what stands around a condition (parse.ts), what it means (lower.ts).
 */
import { invalid, unsupported } from '../fault.ts';
import type { Arithmetic, Comparator, EqlNode, Matcher } from './ast.ts';
import type { Cursor } from './cursor.ts';

/** Words that are no names of fields. */
const RESERVED = new Set([
  ...['and', 'any', 'by', 'false', 'in', 'join', 'like', 'maxspan', 'not', 'null', 'of', 'or'],
  ...['regex', 'sample', 'sequence', 'true', 'until', 'where', 'with'],
]);

export function readCondition(cursor: Cursor): EqlNode {
  return cursor.nested(() => readJoined(cursor, 'or', () => readJoined(cursor, 'and', readNot)));
}

function readJoined(
  cursor: Cursor,
  word: 'and' | 'or',
  read: (cursor: Cursor) => EqlNode,
): EqlNode {
  const first = read(cursor);
  const operands = [first];
  while (cursor.takeWord(word)) operands.push(read(cursor));
  return operands.length === 1 ? first : { kind: word, operands, offset: first.offset };
}

function readNot(cursor: Cursor): EqlNode {
  const { offset } = cursor.peek();
  if (!cursor.takeWord('not')) return readComparison(cursor);
  return { kind: 'not', operand: cursor.nested(() => readNot(cursor)), offset };
}

function readComparison(cursor: Cursor): EqlNode {
  const left = readSum(cursor);
  const operator = cursor.takeSign(...COMPARATORS);
  if (operator === undefined) {
    refuseAssignment(cursor);
    return left;
  }
  const right = readSum(cursor);
  const unordered = [left, right].find(hasNoOrder);
  if (unordered !== undefined && operator !== '==' && operator !== '!=') {
    throw invalid(unordered.offset, `"${operator}" compares texts and numbers`, 'Write == or !=.');
  }
  return { kind: 'comparison', operator, left, right, offset: left.offset };
}

function hasNoOrder(node: EqlNode): boolean {
  return node.kind === 'literal' && (node.value === null || typeof node.value === 'boolean');
}

const COMPARATORS: readonly Comparator[] = ['==', '!=', '<', '<=', '>', '>='];

function refuseAssignment(cursor: Cursor): void {
  if (!cursor.isSign('=')) return;
  throw invalid(
    cursor.peek().offset,
    '"=" compares nothing',
    'Write "==", or ":" to compare without case.',
  );
}

function readSum(cursor: Cursor): EqlNode {
  return readArithmetic(cursor, ['+', '-'], (at) =>
    readArithmetic(at, ['*', '/', '%'], readSigned),
  );
}

function readArithmetic(
  cursor: Cursor,
  signs: readonly Arithmetic[],
  read: (cursor: Cursor) => EqlNode,
): EqlNode {
  let left = read(cursor);
  for (;;) {
    const operator = cursor.takeSign(...signs);
    if (operator === undefined) return left;
    cursor.count();
    left = { kind: 'arithmetic', operator, left, right: read(cursor), offset: left.offset };
  }
}

function readSigned(cursor: Cursor): EqlNode {
  const { offset } = cursor.peek();
  const sign = cursor.takeSign('-', '+');
  if (sign === undefined) return readMatch(cursor);
  const operand = cursor.nested(() => readSigned(cursor));
  if (operand.kind === 'literal' && typeof operand.value === 'number') {
    return { ...operand, value: sign === '-' ? -operand.value : operand.value, offset };
  }
  const zero: EqlNode = { kind: 'literal', value: 0, offset };
  return { kind: 'arithmetic', operator: sign, left: zero, right: operand, offset };
}

function readMatch(cursor: Cursor): EqlNode {
  const left = readPrimary(cursor);
  const { offset } = left;
  const isNegated = cursor.peek().text === 'not' && cursor.peek(1).text === 'in';
  if (isNegated) cursor.takeWord('not');
  const operator = matcherAt(cursor);
  if (operator === undefined) return left;
  const match: EqlNode = {
    kind: 'match',
    operator,
    left,
    options: readOptions(cursor, operator),
    offset,
  };
  return isNegated ? { kind: 'not', operand: match, offset } : match;
}

function matcherAt(cursor: Cursor): Matcher | undefined {
  if (cursor.takeSign(':') !== undefined) return ':';
  for (const word of ['like', 'regex', 'in'] as const) {
    if (!cursor.takeWord(word)) continue;
    return cursor.takeSign('~') === undefined ? word : `${word}~`;
  }
  return undefined;
}

/** One literal, or literals in parentheses; `in` has parentheses always, and any values in them. */
function readOptions(cursor: Cursor, operator: Matcher): readonly EqlNode[] {
  const isIn = operator === 'in' || operator === 'in~';
  if (!isIn && !cursor.isSign('(')) return [readConstant(cursor)];
  cursor.expectSign('(');
  const options = readList(cursor, isIn ? readCondition : readConstant);
  cursor.expectSign(')');
  return options;
}

function readList(cursor: Cursor, read: (cursor: Cursor) => EqlNode): readonly EqlNode[] {
  const items = [read(cursor)];
  while (cursor.takeSign(',') !== undefined) items.push(read(cursor));
  return items;
}

function readConstant(cursor: Cursor): EqlNode {
  const node = readSigned(cursor);
  if (node.kind === 'literal') return node;
  throw invalid(node.offset, 'something else than a value is compared with', 'Write a text.');
}

function readPrimary(cursor: Cursor): EqlNode {
  const { kind, offset, text } = cursor.peek();
  if (cursor.takeSign('(') !== undefined) {
    const inner = readCondition(cursor);
    cursor.expectSign(')');
    return inner;
  }
  if (kind === 'text' || kind === 'number') {
    cursor.next();
    return { kind: 'literal', value: kind === 'text' ? text : Number(text), offset };
  }
  const constant = kind === 'name' ? CONSTANTS.get(text) : undefined;
  if (constant !== undefined) {
    cursor.next();
    return { kind: 'literal', value: constant.value, offset };
  }
  if (cursor.takeSign('?') !== undefined) refuseOldText(cursor, offset);
  else if (kind === 'name' && isCall(cursor)) return readCall(cursor);
  return { kind: 'field', name: readFieldName(cursor), offset };
}

const CONSTANTS = new Map([
  ['true', { value: true }],
  ['false', { value: false }],
  ['null', { value: null }],
]);

function refuseOldText(cursor: Cursor, offset: number): void {
  if (cursor.peek().kind !== 'text') return;
  const remedy = 'Write the text in three quotes.';
  throw invalid(offset, 'a raw text begins with "?", which EQL has no more', remedy);
}

function isCall(cursor: Cursor): boolean {
  const isFollowed = cursor.isSign('(', 1) || (cursor.isSign('~', 1) && cursor.isSign('(', 2));
  return isFollowed && !RESERVED.has(cursor.peek().text);
}

function readCall(cursor: Cursor): EqlNode {
  const { offset, text } = cursor.next();
  const isCaseless = cursor.takeSign('~') !== undefined;
  cursor.expectSign('(');
  const args = cursor.isSign(')') ? [] : readList(cursor, readCondition);
  cursor.expectSign(')');
  return { kind: 'call', name: text.toLowerCase(), isCaseless, args, offset };
}

/** Names with dots between them; in backticks a name may have any signs. */
export function readFieldName(cursor: Cursor): string {
  const names: string[] = [];
  do {
    const { kind, text } = cursor.peek();
    const isName =
      kind === 'quoted' || (kind === 'name' && (names.length > 0 || !RESERVED.has(text)));
    if (!isName || text === '') throw cursor.expected('a field or a value');
    cursor.next();
    names.push(text);
  } while (cursor.takeSign('.') !== undefined);
  const { offset } = cursor.peek();
  if (cursor.isSign('[') && cursor.peek(1).kind === 'number') {
    const remedy = 'Leave the index out: a list fits where any of its values does.';
    throw unsupported(offset, 'a value of a list is asked for by its place', remedy);
  }
  return names.join('.');
}
