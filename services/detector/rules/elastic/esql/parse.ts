/**
 * Owns: ES|QL's commands: a query's text to its tree (reference: Elastic's "ES|QL commands", 8.17 to 9.x).
 * Does not own: expressions (parse-expression.ts), what columns there are (pipeline.ts).
 */
import type { Assignment, Ast, Command, NamePattern, Query } from './ast.ts';
import { createCursor, type Cursor } from './cursor.ts';
import { invalid } from '../fault.ts';
import { tokenize } from './lexer.ts';
import { parseExpression, parseName, text } from './parse-expression.ts';

const MAX_LENGTH = 200_000;

type Parse = (cursor: Cursor, start: number) => Command;

/** @throws QueryFault */
export function parseQuery(source: string): Query {
  if (source.length > MAX_LENGTH) {
    const reason = `the query is longer than ${MAX_LENGTH} characters`;
    throw invalid(0, reason, 'Make rules of its parts.');
  }
  const cursor = createCursor(source, tokenize(source));
  while (cursor.is('set')) skipSetting(cursor);
  const commands = [parseCommand(cursor, SOURCES)];
  while (cursor.take('|') !== undefined) commands.push(parseCommand(cursor, PROCESSING));
  if (cursor.peek().kind !== 'end') throw cursor.fault('the query should end, or go on with |');
  return { commands };
}

/** `SET name = value;` settles how a query is run, not what it finds. */
function skipSetting(cursor: Cursor): void {
  while (!cursor.is(';') && cursor.peek().kind !== 'end') cursor.next();
  cursor.expect(';');
}

function parseCommand(cursor: Cursor, parsers: Readonly<Record<string, Parse>>): Command {
  const token = cursor.peek();
  const name = token.value.toLowerCase();
  if (token.kind !== 'name') throw cursor.fault('a command should stand here');
  const parse = Object.hasOwn(parsers, name) ? parsers[name] : undefined;
  if (parse === undefined) {
    const known = Object.keys(parsers).join(', ').toUpperCase();
    throw cursor.fault('a command should stand here', `Commands are ${known}.`);
  }
  cursor.next();
  return parse(cursor, token.start);
}

function commaList<T>(cursor: Cursor, item: () => T): readonly T[] {
  const items = [item()];
  while (cursor.take(',') !== undefined) items.push(item());
  return items;
}

const from: Parse = (cursor, start) => {
  const indices = commaList(cursor, () => {
    if (cursor.peek().kind !== 'index') throw cursor.fault('an index should stand here');
    return cursor.next().value;
  });
  const opened = cursor.take('[') !== undefined;
  const isNext = cursor.take('metadata') !== undefined;
  const metadata = isNext ? commaList(cursor, () => parseName(cursor)) : [];
  if (opened) cursor.expect(']');
  return { kind: 'from', indices, metadata, start, end: cursor.end() };
};

const where: Parse = (cursor, start) => {
  const condition = parseExpression(cursor);
  return { kind: 'where', condition, start, end: cursor.end() };
};

const evaluate: Parse = (cursor, start) => {
  const assignments = commaList(cursor, () => assignment(cursor));
  return { kind: 'eval', assignments, start, end: cursor.end() };
};

/** `name = value`, or a value whose name is its text. */
function assignment(cursor: Cursor): Assignment {
  const { start } = cursor.peek();
  const name = isAssignment(cursor) ? parseName(cursor) : undefined;
  if (name !== undefined) cursor.expect('=');
  const value = parseExpression(cursor);
  const end = cursor.end();
  return { name: name ?? cursor.source.slice(value.start, end), value, start, end };
}

function isAssignment(cursor: Cursor): boolean {
  for (let ahead = 0; ; ahead += 2) {
    const { kind } = cursor.peek(ahead);
    const after = cursor.peek(ahead + 1);
    if ((kind !== 'name' && kind !== 'quoted') || after.kind !== 'sign') return false;
    if (after.value !== '.') return after.value === '=';
  }
}

/** Tokens side by side, without a space between them: `kubernetes.audit.*`. */
function namePattern(cursor: Cursor): NamePattern {
  const first = cursor.peek();
  const parts: string[] = [];
  let isExact = true;
  let end = first.start;
  for (;;) {
    const token = cursor.peek();
    if (parts.length > 0 && token.start !== end) break;
    if (token.kind === 'sign' && token.value !== '.' && token.value !== '*') break;
    if (!['name', 'quoted', 'integer', 'decimal', 'sign'].includes(token.kind)) break;
    if (token.kind === 'sign' && token.value === '*') isExact = false;
    parts.push(cursor.next().value);
    end = token.end;
  }
  if (parts.length === 0) throw cursor.fault('a name should stand here');
  return { name: parts.join(''), isExact, start: first.start, end };
}

function names(kind: 'keep' | 'drop'): Parse {
  return (cursor, start) => {
    const patterns = commaList(cursor, () => namePattern(cursor));
    return { kind, names: patterns, start, end: cursor.end() };
  };
}

/** `old AS new`, and since 9.1 `new = old`. */
const rename: Parse = (cursor, start) => {
  const pairs = commaList(cursor, () => {
    const first = namePattern(cursor);
    if (cursor.take('=') !== undefined) return { from: namePattern(cursor), to: first.name };
    cursor.expect('as');
    return { from: first, to: namePattern(cursor).name };
  });
  return { kind: 'rename', pairs, start, end: cursor.end() };
};

const grok: Parse = (cursor, start) => {
  const input = parseExpression(cursor);
  const patterns = commaList(cursor, () => text(cursor));
  return { kind: 'grok', input, patterns, start, end: cursor.end() };
};

const dissect: Parse = (cursor, start) => {
  const input = parseExpression(cursor);
  const pattern = text(cursor);
  let separator = '';
  if (cursor.take('append_separator') !== undefined) {
    cursor.expect('=');
    separator = text(cursor);
  }
  return { kind: 'dissect', input, pattern, separator, start, end: cursor.end() };
};

const limit: Parse = (cursor, start) => {
  if (cursor.peek().kind !== 'integer') throw cursor.fault('a whole number should stand here');
  const count = Number(cursor.next().value);
  return { kind: 'limit', count, start, end: cursor.end() };
};

const sort: Parse = (cursor, start) => {
  commaList(cursor, () => {
    parseExpression(cursor);
    if (cursor.is('asc', 'desc')) cursor.next();
    if (cursor.take('nulls') === undefined) return;
    if (!cursor.is('first', 'last')) throw cursor.fault('FIRST or LAST should stand here');
    cursor.next();
  });
  return { kind: 'sort', start, end: cursor.end() };
};

const expand: Parse = (cursor, start) => {
  const name = parseName(cursor);
  return { kind: 'expand', name, start, end: cursor.end() };
};

/** Aggregates may have a WHERE of their own. */
function stats(cursor: Cursor, start: number): Command {
  const written = ({ start: from_, end }: Ast | Assignment) => cursor.source.slice(from_, end);
  const aggregates = cursor.is('by')
    ? []
    : commaList(cursor, () => {
        const field = assignment(cursor);
        const condition = cursor.take('where') === undefined ? [] : [parseExpression(cursor)];
        return [field, ...condition].map(written).join(' WHERE ');
      });
  const by =
    cursor.take('by') === undefined ? [] : commaList(cursor, () => written(assignment(cursor)));
  return { kind: 'stats', aggregates, by, start, end: cursor.end() };
}

/** Reads over a command that is not understood, to the pipe that ends it. */
function other(reason: string, needsState = false): Parse {
  return (cursor, start) => {
    let depth = 0;
    while (cursor.peek().kind !== 'end' && (depth > 0 || !cursor.is('|'))) {
      if (cursor.is('(', '[', '{')) depth++;
      if (cursor.is(')', ']', '}')) depth--;
      cursor.next();
    }
    return { kind: 'other', reason, needsState, start, end: cursor.end() };
  };
}

const inline: Parse = (cursor, start) => {
  cursor.take('stats');
  return stats(cursor, start);
};

const SOURCES: Readonly<Record<string, Parse>> = {
  from,
  ts: other('reads time series (TS)', true),
  row: other('makes its rows itself (ROW) and reads no events'),
  show: other('reads no events (SHOW)'),
  promql: other('is PromQL'),
};

const PROCESSING: Readonly<Record<string, Parse>> = {
  ...{ where, eval: evaluate, keep: names('keep'), drop: names('drop'), rename, grok, dissect },
  ...{ limit, sort, mv_expand: expand, stats, inlinestats: inline, inline },
  change_point: other('looks for a change over time (CHANGE_POINT)', true),
  enrich: other('looks values up in an enrich policy (ENRICH)'),
  lookup: other('joins another index (LOOKUP JOIN)'),
  join: other('joins another index (JOIN)'),
  fork: other('runs several pipelines side by side (FORK)'),
  fuse: other('ranks the rows of several searches (FUSE)'),
  sample: other('takes rows by chance (SAMPLE)'),
  completion: other('asks a model (COMPLETION)'),
  rerank: other('asks a model (RERANK)'),
};
