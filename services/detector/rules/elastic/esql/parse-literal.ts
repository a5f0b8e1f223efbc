/**
 * Owns: numbers, spans of time and lists as ES|QL writes them.
 */
import type { Ast, Constant } from './ast.ts';
import type { Cursor } from './cursor.ts';
import { invalid } from '../fault.ts';
import { readSpan } from './time-span.ts';

/** ES|QL's whole numbers have 64 bits; longer ones are doubles. */
const MOST_DIGITS = 20;

export function constantAt(start: number, value: Constant, end: number): Ast {
  return { kind: 'constant', value, start, end };
}

/** A number, or a number with a unit of time behind it. */
export function parseNumber(cursor: Cursor): Ast {
  const { end, kind, start, value } = cursor.next();
  const plain = Number(value);
  if (!Number.isFinite(plain)) throw invalid(start, 'the number is too large', 'Use another.');
  if (kind === 'decimal') return constantAt(start, plain, end);
  const unit = cursor.peek();
  const span = unit.kind === 'name' ? readSpan(plain, unit.value) : undefined;
  if (span !== undefined) return constantAt(start, span, cursor.next().end);
  return constantAt(start, value.length > MOST_DIGITS ? plain : BigInt(value), end);
}

/** `[1, 2]`, `["a", "b"]`, `[true, false]`. */
export function parseList(cursor: Cursor): Ast {
  const { start } = cursor.expect('[');
  const values: Constant[] = [];
  do values.push(parseItem(cursor));
  while (cursor.take(',') !== undefined);
  cursor.expect(']');
  return { kind: 'list', values, start, end: cursor.end() };
}

function parseItem(cursor: Cursor): Constant {
  if (cursor.is('true', 'false')) return cursor.next().value.toLowerCase() === 'true';
  if (cursor.peek().kind === 'text') return cursor.next().value;
  const isNegative = cursor.take('-') !== undefined;
  const { kind } = cursor.peek();
  const number = kind === 'integer' || kind === 'decimal' ? parseNumber(cursor) : undefined;
  const value = number?.kind === 'constant' ? number.value : undefined;
  if (typeof value === 'bigint' || typeof value === 'number') return isNegative ? -value : value;
  throw cursor.fault('a number, a text or a boolean should stand here');
}
