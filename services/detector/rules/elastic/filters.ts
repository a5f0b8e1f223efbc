/**
 * Owns: filters of a rule as Kibana keeps them: which are switched on, negated, joined.
 * Does not own: the queries in them (query-dsl.ts).
 */
import type { Expression } from '../expression.ts';
import type { Position } from '../position.ts';
import { allOf, anyOf, not } from './expressions.ts';
import { invalid } from './fault.ts';
import { lowerQuery } from './query-dsl.ts';
import { isObject, type RawObject, memberOf } from './raw-rule.ts';

/** All of them must hold. Throws a fault where one of them is something that can not be asked. */
export function lowerFilters(filters: unknown, at: Position): Expression {
  if (filters === undefined || filters === null) return { kind: 'always' };
  if (!Array.isArray(filters)) throw invalid(0, 'filters is no list', 'Write a list of filters.');
  return allOf(filters.map((filter) => lowerFilter(filter, at, 0)));
}

const MAX_DEPTH = 50;

function lowerFilter(filter: unknown, at: Position, depth: number): Expression {
  if (!isObject(filter) || depth > MAX_DEPTH) {
    throw invalid(0, 'a filter is no object', 'Write it as Kibana exports it.');
  }
  const meta = memberOf(filter, 'meta');
  const of = (key: string) => (isObject(meta) ? memberOf(meta, key) : undefined);
  if (of('disabled') === true) return { kind: 'always' };
  const isCombined = of('type') === 'combined';
  const condition = isCombined
    ? combined(of('params'), of('relation'), at, depth)
    : lowerQuery(queryOf(filter), { at, depth: 0 });
  return of('negate') === true ? not(condition) : condition;
}

function combined(params: unknown, relation: unknown, at: Position, depth: number): Expression {
  if (!Array.isArray(params))
    throw invalid(0, 'a combined filter has no list', 'Write its filters.');
  const operands = params.map((filter) => lowerFilter(filter, at, depth + 1));
  return String(relation).toUpperCase() === 'OR' ? anyOf(operands) : allOf(operands);
}

/** Older exports have the query beside `meta`: `{meta, exists: …}`. */
function queryOf(filter: RawObject): unknown {
  const query = memberOf(filter, 'query');
  if (query !== undefined) return query;
  const { $state: _state, meta: _meta, ...rest } = filter;
  return rest;
}
