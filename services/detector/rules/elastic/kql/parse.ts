/**
 * Owns: KQL, text to tree: the grammar of Kibana's query bar (kuery), its oddities included: `not`
 * needs a space behind it, a value runs on over spaces up to the next and, or, not.
 * Does not own: names and values (literal.ts), what they mean (lower.ts).
 */
import { invalid } from '../fault.ts';
import type { KqlNode, Literal } from './ast.ts';
import { readLiteral } from './literal.ts';

/** Deeper nesting than any rule has, far below what the stack takes. */
const MAX_DEPTH = 100;
const SPACE = /[ \t\r\n\u00a0]*/y;
const AND = /[ \t\r\n\u00a0]+and[ \t\r\n\u00a0]+/iy;
const OR = /[ \t\r\n\u00a0]+or[ \t\r\n\u00a0]+/iy;
const NOT = /not[ \t\r\n\u00a0]+/iy;
const RANGE = /<=|>=|<|>/y;
const OPERATORS = { '<': 'lt', '<=': 'lte', '>': 'gt', '>=': 'gte' } as const;

interface Cursor {
  readonly source: string;
  at: number;
  depth: number;
}

/** Throws a fault (fault.ts) where the query breaks the grammar. */
export function parseKql(source: string): KqlNode {
  const cursor: Cursor = { source, at: 0, depth: 0 };
  take(cursor, SPACE);
  if (cursor.at === source.length) return { kind: 'everything' };
  const query = readOr(cursor, readTerm);
  take(cursor, SPACE);
  if (cursor.at < source.length) throw expected(cursor, 'and, or or the end');
  return query;
}

type Read = (cursor: Cursor) => KqlNode;

function readOr(cursor: Cursor, read: Read): KqlNode {
  return readJoined(cursor, 'or', OR, (at) =>
    readJoined(at, 'and', AND, (one) => readNot(one, read)),
  );
}

function readJoined(cursor: Cursor, kind: 'and' | 'or', word: RegExp, read: Read): KqlNode {
  const first = read(cursor);
  const operands = [first];
  while (take(cursor, word) !== undefined) operands.push(read(cursor));
  return operands.length === 1 ? first : { kind, operands };
}

function readNot(cursor: Cursor, read: Read): KqlNode {
  if (take(cursor, NOT) === undefined) return read(cursor);
  return { kind: 'not', operand: read(cursor) };
}

/** A query in parentheses, or one test. */
function readTerm(cursor: Cursor): KqlNode {
  if (cursor.source.charAt(cursor.at) === '(') return readInside(cursor, ')', readTerm);
  const first = literalAt(cursor, 'a field or a value');
  const end = cursor.at;
  take(cursor, SPACE);
  const range = take(cursor, RANGE);
  if (range !== undefined) {
    take(cursor, SPACE);
    const operator = OPERATORS[range as keyof typeof OPERATORS];
    return { kind: 'range', field: first, operator, value: literalAt(cursor, 'a value') };
  }
  if (cursor.source.charAt(cursor.at) !== ':') {
    cursor.at = end;
    return { kind: 'is', field: undefined, value: first };
  }
  cursor.at += 1;
  take(cursor, SPACE);
  if (cursor.source.charAt(cursor.at) === '{') {
    return { kind: 'nested', field: first, operand: readInside(cursor, '}', readTerm) };
  }
  return readValues(cursor, first);
}

/** One value, or values in parentheses with and, or, not between them. */
function readValues(cursor: Cursor, field: Literal): KqlNode {
  if (cursor.source.charAt(cursor.at) === '(') {
    return readInside(cursor, ')', (at) => readValues(at, field));
  }
  return { kind: 'is', field, value: literalAt(cursor, 'a value') };
}

/** Past the opening parenthesis, the query in it, and past the closing one. */
function readInside(cursor: Cursor, close: string, read: Read): KqlNode {
  if (cursor.depth >= MAX_DEPTH) {
    const reason = `the query nests parentheses deeper than ${MAX_DEPTH}`;
    throw invalid(cursor.at, reason, 'Write it with fewer parentheses.');
  }
  cursor.depth += 1;
  cursor.at += 1;
  take(cursor, SPACE);
  const query = readOr(cursor, read);
  take(cursor, SPACE);
  if (cursor.source.charAt(cursor.at) !== close) throw expected(cursor, `and, or or "${close}"`);
  cursor.at += 1;
  cursor.depth -= 1;
  return query;
}

function literalAt(cursor: Cursor, what: string): Literal {
  const read = readLiteral(cursor.source, cursor.at);
  if (read === undefined) throw expected(cursor, what);
  cursor.at = read.end;
  return read.literal;
}

/** What stands here if it is that, and past it. */
function take(cursor: Cursor, token: RegExp): string | undefined {
  token.lastIndex = cursor.at;
  const [text] = token.exec(cursor.source) ?? [];
  if (text !== undefined) cursor.at += text.length;
  return text;
}

function expected({ at, source }: Cursor, what: string): Error {
  const end = source.trimEnd().length;
  const found = at < end ? JSON.stringify(source.slice(at, at + 20)) : 'its end';
  const remedy = 'Mend the KQL query here; names and values with \\():<>"*{} in them go in quotes.';
  return invalid(Math.min(at, end), `the query has ${found} where ${what} should stand`, remedy);
}
