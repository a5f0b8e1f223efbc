/**
 * Owns: the operators of Falco's condition language, and what stands on their right side.
 */
import {
  type Check,
  type Condition,
  LIST_OPERATORS,
  MODIFIERS,
  type Modifier,
  NUMBER_OPERATORS,
  type Operand,
  type Subject,
  TEXT_OPERATORS,
  type TextValue,
} from './ast.ts';
import {
  BARE_TEXT,
  type Cursor,
  expectText,
  FilterError,
  IDENTIFIER,
  NUMBER,
  skipBlanks,
  take,
  takeOne,
  takeQuoted,
  takeText,
} from './cursor.ts';
import { takeOtherField } from './parse-subject.ts';

/** After the subject. */
export function parseComparison(cursor: Cursor, subject: Subject): Condition {
  const { at } = subject;
  skipBlanks(cursor);
  if (takeText(cursor, 'exists')) return { kind: 'exists', subject, at };
  const number = takeOne(cursor, NUMBER_OPERATORS);
  if (number !== undefined) {
    return { kind: 'check', subject, operator: number, operand: parseNumber(cursor), at };
  }
  const operator = takeOne(cursor, TEXT_OPERATORS);
  if (operator !== undefined) return parseTextCheck(cursor, subject, operator);
  const list = takeOne(cursor, LIST_OPERATORS);
  if (list !== undefined) {
    return { kind: 'check', subject, operator: list, operand: parseList(cursor), at };
  }
  const known = ['exists', ...NUMBER_OPERATORS, ...TEXT_OPERATORS, ...LIST_OPERATORS];
  const names = known.map((name) => `'${name}'`).join(', ');
  throw new FilterError(`expected a valid check operator: one of ${names}`, cursor.at);
}

function parseTextCheck(
  cursor: Cursor,
  subject: Subject,
  operator: (typeof TEXT_OPERATORS)[number],
): Check {
  const { at } = subject;
  const hasBlank = skipBlanks(cursor);
  if (!hasBlank && /\w$/.test(operator)) {
    throw new FilterError(`expected a blank after '${operator}'`, cursor.at);
  }
  const modifier = hasBlank ? takeModifier(cursor) : undefined;
  if (modifier === undefined) {
    return { kind: 'check', subject, operator, operand: parseText(cursor), at };
  }
  return { kind: 'check', subject, operator, modifier, operand: parseList(cursor), at };
}

/** A modifier has a list after it; without one the word is a text to compare with. */
function takeModifier(cursor: Cursor): Modifier | undefined {
  const { at } = cursor;
  const modifier = takeOne(cursor, MODIFIERS);
  if (modifier !== undefined && skipBlanks(cursor)) {
    if (cursor.text.charAt(cursor.at) === '(') return modifier;
    const start = cursor.at;
    const word = take(cursor, IDENTIFIER) ?? 'and';
    cursor.at = start;
    if (word !== 'and' && word !== 'or') return modifier;
  }
  cursor.at = at;
  return undefined;
}

function parseNumber(cursor: Cursor): Operand {
  skipBlanks(cursor);
  const { at } = cursor;
  const other = takeOtherField(cursor);
  if (other !== undefined) return other;
  const text = take(cursor, NUMBER);
  if (text !== undefined) return { kind: 'text', text, at };
  throw new FilterError('expected a number value or a field with a valid transformer', at);
}

function parseText(cursor: Cursor): Operand {
  const other = takeOtherField(cursor);
  if (other !== undefined) return other;
  const text = takeValue(cursor);
  if (text !== undefined) return text;
  throw new FilterError('expected a string value or a field with a valid transformer', cursor.at);
}

function takeValue(cursor: Cursor): TextValue | undefined {
  const { at } = cursor;
  const text = takeQuoted(cursor) ?? take(cursor, BARE_TEXT);
  return text === undefined ? undefined : { kind: 'text', text, at };
}

function parseList(cursor: Cursor): Operand {
  skipBlanks(cursor);
  const { at } = cursor;
  if (takeText(cursor, '(')) return { kind: 'texts', texts: parseItems(cursor), at };
  const other = takeOtherField(cursor);
  if (other !== undefined) return other;
  const text = take(cursor, IDENTIFIER);
  if (text !== undefined) return { kind: 'text', text, at };
  throw new FilterError('expected a list, an identifier, or a field with a valid transformer', at);
}

function parseItems(cursor: Cursor): readonly string[] {
  const texts: string[] = [];
  skipBlanks(cursor);
  if (takeText(cursor, ')')) return texts;
  do {
    skipBlanks(cursor);
    const value = takeValue(cursor);
    if (value === undefined) throw new FilterError('expected a string value', cursor.at);
    texts.push(value.text);
    skipBlanks(cursor);
  } while (takeText(cursor, ','));
  expectText(cursor, ')');
  return texts;
}
