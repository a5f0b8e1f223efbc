/**
 * Owns: Falco's condition language, text to tree (libs, filter/parser.h). Its errors say what Falco's
 * say, and where.
 * Does not own: tokens (cursor.ts), checks (parse-check.ts), lists (lists.ts) and macros (macros.ts),
 * what fields there are.
 */
import type { Condition, Subject } from './ast.ts';
import {
  type Cursor,
  expectText,
  FilterError,
  IDENTIFIER,
  nested,
  NOT_BLANK,
  skipBlanks,
  take,
  takeText,
} from './cursor.ts';
import { parseComparison } from './parse-check.ts';
import { takeSubject } from './parse-subject.ts';

export interface FilterProblem {
  readonly reason: string;
  /** Character of the text, counted from 0. */
  readonly at: number;
}
type Parsed<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: FilterProblem };

/** Total: every text is a condition or has a problem. */
export function parseFilter(text: string): Parsed<Condition> {
  return attempt(() => {
    const cursor: Cursor = { text, at: 0, depth: 0 };
    if (text === '') throw new FilterError('filter input string is empty', 0);
    const condition = parseOr(cursor);
    if (cursor.at < text.length) {
      const before = text.slice(0, cursor.at).trim().slice(-40);
      throw new FilterError(`unexpected token after '${before}', expecting 'or', 'and'`, cursor.at);
    }
    return condition;
  });
}

/** A field, or a transformer around one, as exceptions name it; the whole text. */
export function parseSubject(text: string): Parsed<Subject> {
  return attempt(() => {
    const cursor: Cursor = { text, at: 0, depth: 0 };
    const subject = takeSubject(cursor);
    if (subject === undefined || cursor.at < text.length) {
      throw new FilterError('expected a field or a transformer', cursor.at);
    }
    return subject;
  });
}

/** The field or transformer that begins at `start`, as outputs name it, and where it ends. */
export function parseSubjectAt(
  text: string,
  start: number,
): Parsed<{ readonly subject: Subject; readonly end: number }> {
  return attempt(() => {
    const cursor: Cursor = { text, at: start, depth: 0 };
    const subject = takeSubject(cursor);
    if (subject === undefined) throw new FilterError('expected a field', start);
    return { subject, end: cursor.at };
  });
}

function attempt<T>(read: () => T): Parsed<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (!(error instanceof FilterError)) throw error;
    return { ok: false, problem: { reason: error.message, at: error.at } };
  }
}

function parseOr(cursor: Cursor): Condition {
  return parseChain(cursor, 'or', parseAnd);
}

function parseAnd(cursor: Cursor): Condition {
  return parseChain(cursor, 'and', parseNot);
}

function parseChain(
  cursor: Cursor,
  kind: 'and' | 'or',
  parseOperand: (cursor: Cursor) => Condition,
): Condition {
  skipBlanks(cursor);
  const { at } = cursor;
  const first = parseOperand(cursor);
  const operands = [first];
  skipBlanks(cursor);
  while (takeText(cursor, kind)) {
    operands.push(parseLinked(cursor, kind, parseOperand));
    skipBlanks(cursor);
  }
  return operands.length === 1 ? first : { kind, operands, at };
}

/** What follows `and` or `or`: after a blank any operand, without one a parenthesis. */
function parseLinked(
  cursor: Cursor,
  kind: 'and' | 'or',
  parseOperand: (cursor: Cursor) => Condition,
): Condition {
  if (skipBlanks(cursor)) return parseOperand(cursor);
  if (takeText(cursor, '(')) return parseEmbedded(cursor);
  throw new FilterError(`expected blank or '(' after '${kind}'`, cursor.at);
}

function parseNot(cursor: Cursor): Condition {
  skipBlanks(cursor);
  const { at } = cursor;
  let isNegated = false;
  while (take(cursor, NOT_BLANK) !== undefined) isNegated = !isNegated;
  let operand: Condition;
  if (takeText(cursor, 'not(')) {
    isNegated = !isNegated;
    operand = parseEmbedded(cursor);
  } else operand = parseCheck(cursor);
  return isNegated ? { kind: 'not', operand, at } : operand;
}

/** After an opening parenthesis. */
function parseEmbedded(cursor: Cursor): Condition {
  return nested(cursor, () => {
    const condition = parseOr(cursor);
    expectText(cursor, ')');
    return condition;
  });
}

function parseCheck(cursor: Cursor): Condition {
  skipBlanks(cursor);
  const { at } = cursor;
  if (takeText(cursor, '(')) return parseEmbedded(cursor);
  const subject = takeSubject(cursor);
  if (subject !== undefined) return parseComparison(cursor, subject);
  const name = take(cursor, IDENTIFIER);
  if (name !== undefined) return { kind: 'macro', name, at };
  throw new FilterError("expected a '(' token, a field check, or an identifier", at);
}
