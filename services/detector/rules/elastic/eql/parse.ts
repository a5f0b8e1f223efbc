/**
 * Owns: EQL queries, text to tree: filters, sequences, samples, pipes.
 * Does not own: conditions (parse-expression.ts), what they mean (lower.ts).
 */
import { invalid, unsupported } from '../fault.ts';
import type { EqlQuery, EventFilter, Term } from './ast.ts';
import { type Cursor, createCursor } from './cursor.ts';
import { readCondition, readFieldName } from './parse-expression.ts';
import { tokenize } from './tokens.ts';

/** Throws a fault (fault.ts) where the query breaks the grammar, or has a pipe. */
export function parseEql(source: string): EqlQuery {
  const cursor = createCursor(tokenize(source));
  const query = readQuery(cursor);
  const { kind, offset } = cursor.peek();
  if (cursor.isSign('|')) {
    const remedy = 'Take the pipe out: each event is matched by itself, and none is left out.';
    throw unsupported(offset, `the query has a pipe (| ${cursor.peek(1).text})`, remedy);
  }
  if (kind !== 'end') throw cursor.expected('and, or or the end');
  return query;
}

function readQuery(cursor: Cursor): EqlQuery {
  const { offset } = cursor.peek();
  // A category may have the name of a keyword, too.
  if (cursor.peek(1).text === 'where') return { kind: 'event', filter: readFilter(cursor) };
  if (cursor.takeWord('sequence')) return readTerms(cursor, 'sequence');
  if (cursor.takeWord('sample')) return readTerms(cursor, 'sample');
  if (cursor.takeWord('join')) {
    throw unsupported(offset, 'Elasticsearch has no join', 'Write a sequence or a sample.');
  }
  return { kind: 'event', filter: readFilter(cursor) };
}

function readFilter(cursor: Cursor): EventFilter {
  const { kind, offset, text } = cursor.peek();
  if (kind === 'sign' || kind === 'number' || kind === 'end') {
    throw cursor.expected('a category of events, any, sequence or sample');
  }
  cursor.next();
  cursor.expectWord('where');
  const isAny = kind === 'name' && text === 'any';
  return { category: isAny ? undefined : text, condition: readCondition(cursor), offset };
}

function readTerms(cursor: Cursor, kind: 'sequence' | 'sample'): EqlQuery {
  const { offset } = cursor.peek();
  const before = readMaxSpan(cursor);
  const by = readKeys(cursor);
  const maxSpan = before ?? readMaxSpan(cursor);
  const terms: Term[] = [];
  while (cursor.isSign('[') || cursor.isSign('![')) terms.push(readTerm(cursor));
  const until = cursor.takeWord('until') ? readTerm(cursor) : undefined;
  const events = terms.reduce((sum, { runs }) => sum + runs, 0);
  if (events < 2)
    throw invalid(offset, `a ${kind} has fewer than two events`, 'Add one in brackets.');
  if (kind === 'sample' && (maxSpan !== undefined || until !== undefined)) {
    throw invalid(offset, 'a sample has no order', 'Take maxspan and until out.');
  }
  return { kind, by, maxSpan, terms, until };
}

function readTerm(cursor: Cursor): Term {
  const isMissing = cursor.takeSign('![') !== undefined;
  if (!isMissing) cursor.expectSign('[');
  const filter = readFilter(cursor);
  cursor.expectSign(']');
  const before = readRuns(cursor);
  const by = readKeys(cursor);
  return { ...filter, by, runs: before ?? readRuns(cursor) ?? 1, isMissing };
}

function readKeys(cursor: Cursor): readonly string[] {
  if (!cursor.takeWord('by')) return [];
  const keys: string[] = [];
  do {
    cursor.takeSign('?');
    keys.push(readFieldName(cursor));
  } while (cursor.takeSign(',') !== undefined);
  return keys;
}

/** `with maxspan=5m`. */
function readMaxSpan(cursor: Cursor): string | undefined {
  if (cursor.peek(1).text !== 'maxspan' || !cursor.takeWord('with')) return undefined;
  cursor.next();
  cursor.expectSign('=');
  const number = cursor.next();
  const unit = cursor.next();
  if (number.kind === 'number' && /^(?:ms|s|m|h|d)$/.test(unit.text))
    return number.text + unit.text;
  throw invalid(number.offset, 'maxspan is no duration', 'Write a number with ms, s, m, h or d.');
}

/** `with runs=3`. */
function readRuns(cursor: Cursor): number | undefined {
  if (cursor.peek(1).text !== 'runs' || !cursor.takeWord('with')) return undefined;
  cursor.next();
  cursor.expectSign('=');
  const number = cursor.next();
  const runs = Number(number.text);
  if (number.kind === 'number' && Number.isSafeInteger(runs) && runs > 0 && runs <= 100)
    return runs;
  throw invalid(number.offset, 'runs is no number from 1 to 100', 'Write such a number.');
}
