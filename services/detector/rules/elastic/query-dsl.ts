/**
 * Owns: queries of Elasticsearch (query DSL), as filters of a rule have them, to conditions.
 * Does not own: what Kibana writes around them (filters.ts).
 */
import type { Expression, Question, Test } from '../expression.ts';
import { literal, openPattern, parsePattern } from '../pattern.ts';
import type { Position } from '../position.ts';
import { allOf, anyOf, not } from './expressions.ts';
import { invalid, unsupported } from './fault.ts';
import { fieldTypeOf } from './field-types.ts';
import { fieldNamed } from './fields.ts';
import { isObject, type RawObject, textOf, memberOf } from './raw-rule.ts';
import { anyWord, phrase } from './text-search.ts';
import { compared, equalTo, like } from './value-tests.ts';

/** Deeper nesting than any rule has, far below what the stack takes. */
const MAX_DEPTH = 50;

interface Scope {
  readonly at: Position;
  readonly depth: number;
}

/** Throws a fault where the query is none, or something that can not be asked. */
export function lowerQuery(query: unknown, scope: Scope): Expression {
  if (!isObject(query) || scope.depth > MAX_DEPTH) {
    throw invalid(0, 'a filter has no query', 'Write a query of Elasticsearch: match_phrase, …');
  }
  return allOf(
    Object.entries(query).map(([kind, body]) => {
      const lower = KINDS.get(kind);
      if (lower !== undefined && isObject(body)) return lower(body, scope);
      const reason = `a filter has a query of kind "${kind}"`;
      throw unsupported(0, reason, `Write it with one of: ${[...KINDS.keys()].join(', ')}.`);
    }),
  );
}

type Lower = (body: RawObject, scope: Scope) => Expression;

const KINDS: ReadonlyMap<string, Lower> = new Map<string, Lower>([
  ['match_all', () => ({ kind: 'always' })],
  ['match_none', () => ({ kind: 'never' })],
  ['match_phrase', onField((name, value) => equality(name, value, 'phrase'))],
  ['match', onField((name, value) => equality(name, value, 'words'))],
  ['term', onField((name, value) => equality(name, value, 'words'))],
  ['prefix', onField(prefix)],
  ['wildcard', onField(wildcards)],
  ['terms', terms],
  ['exists', exists],
  ['range', range],
  ['bool', bool],
]);

/** `{field: value}`, `{field: {query: value, …}}`. */
function onField(test: (name: string, value: Value) => Test): Lower {
  return (body, scope) =>
    allOf(
      fieldsOf(body).map(([name, asked]) => {
        const value = readValue(asked);
        return ask(name, { kind: 'some', test: test(name, value) }, value.text, scope);
      }),
    );
}

/** Without what says how hits are scored. */
function fieldsOf(body: RawObject): readonly (readonly [string, unknown])[] {
  return Object.entries(body).filter(([name]) => name !== 'boost' && name !== '_name');
}

interface Value {
  readonly text: string;
  readonly isCased: boolean;
}

function readValue(asked: unknown): Value {
  const options = isObject(asked) ? asked : { query: asked };
  const found = ['query', 'value', 'wildcard'].map((key) => memberOf(options, key));
  const value = found.find((one) => one !== undefined);
  return { text: plain(value), isCased: memberOf(options, 'case_insensitive') !== true };
}

function plain(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  throw invalid(
    0,
    'a filter compares with something that is no value',
    'Write a text or a number.',
  );
}

function equality(name: string, { isCased, text }: Value, how: 'phrase' | 'words'): Test {
  if (fieldTypeOf(name) === 'text') return how === 'phrase' ? phrase(text) : anyWord(text);
  return equalTo({ name, offset: 0 }, text, isCased);
}

function prefix(name: string, { isCased, text }: Value): Test {
  const pattern = openPattern(literal(text), { start: false, end: true });
  return like({ name, offset: 0 }, pattern, isCased);
}

function wildcards(name: string, { isCased, text }: Value): Test {
  return like({ name, offset: 0 }, parsePattern(text), isCased);
}

function terms(body: RawObject, scope: Scope): Expression {
  const lowered = fieldsOf(body).map(([name, values]) => {
    if (!Array.isArray(values)) throw invalid(0, `terms has no list for ${name}`, 'Write a list.');
    return anyOf(
      values.map((value) => {
        const text = plain(value);
        return ask(
          name,
          { kind: 'some', test: equality(name, { text, isCased: true }, 'words') },
          text,
          scope,
        );
      }),
    );
  });
  return allOf(lowered);
}

function exists(body: RawObject, scope: Scope): Expression {
  const name = textOf(memberOf(body, 'field'));
  if (name === undefined) throw invalid(0, 'exists names no field', 'Write {"field": name}.');
  return ask(name, { kind: 'filled' }, '*', scope);
}

const OPERATORS = ['lt', 'lte', 'gt', 'gte'] as const;

function range(body: RawObject, scope: Scope): Expression {
  const lowered = fieldsOf(body).map(([name, bounds]) => {
    if (!isObject(bounds)) throw invalid(0, `range has no bounds for ${name}`, 'Write {"gte": …}.');
    const asked = OPERATORS.flatMap((operator) => {
      const bound = memberOf(bounds, operator);
      if (bound === undefined || bound === null) return [];
      const test = compared({ name, offset: 0 }, operator, plain(bound));
      return [ask(name, { kind: 'some', test }, `${operator} ${plain(bound)}`, scope)];
    });
    return allOf(asked);
  });
  return allOf(lowered);
}

function bool(body: RawObject, { at, depth }: Scope): Expression {
  const scope = { at, depth: depth + 1 };
  const of = (key: string) => {
    const queries = memberOf(body, key) ?? [];
    const list: readonly unknown[] = Array.isArray(queries) ? queries : [queries];
    return list.map((query) => lowerQuery(query, scope));
  };
  const needed = [...of('must'), ...of('filter')];
  const should = of('should');
  const least = Number(memberOf(body, 'minimum_should_match') ?? (needed.length > 0 ? 0 : 1));
  if (least !== 0 && least !== 1) {
    throw unsupported(
      0,
      'a filter counts how many queries match',
      'Write them with must and should.',
    );
  }
  const any = should.length > 0 && least === 1 ? [anyOf(should)] : [];
  return allOf([...needed, ...any, ...of('must_not').map(not)]);
}

function ask(name: string, question: Question, text: string, { at }: Scope): Expression {
  return { kind: 'predicate', field: fieldNamed(name), question, text: `${name}: ${text}`, at };
}
