/**
 * Owns: what a condition of the port is in Elasticsearch's query language. Pure.
 * A condition compares texts. Where the index can't do that (a field that is not mapped, a star on
 * a number or an address) a runtime field reads the value from the document: slower, the same answer.
 */
import { isIP } from 'node:net';
import type { Condition, Query } from '../../ports/event-store.ts';
import { type FieldType, type FieldTypes, typeOf } from './field-types.ts';

export type Filter = Omit<Query, 'order' | 'limit'>;

export interface EsQuery {
  readonly query: object;
  readonly runtime_mappings: Readonly<Record<string, { readonly type: 'keyword' }>>;
}

const KEYWORDS = new Set(['keyword', 'constant_keyword', 'wildcard']);
const WHOLE_NUMBER = /^(?:0|-?[1-9]\d{0,8})$/;

/** Does the index of a field of this type answer an equality with `value` as text would? */
function isIndexed({ type, ignoreAbove }: FieldType, value: string): boolean {
  if (KEYWORDS.has(type) || type === 'flattened') return value.length <= ignoreAbove;
  if (type === 'ip') return isIP(value) !== 0;
  if (type === 'integer' || type === 'long') return WHOLE_NUMBER.test(value);
  return type === 'boolean' && (value === 'true' || value === 'false');
}

function wildcard(field: string, value: string): object {
  return { wildcard: { [field]: { value: value.replaceAll(/[\\?]/g, '\\$&') } } };
}

interface Clause {
  readonly clause: object;
  readonly runtime: boolean;
}

function clauseOf({ field, value }: Condition, types: FieldTypes): Clause {
  const type = typeOf(types, field);
  // An object has no value of its own.
  if (type?.type === 'object' || field === '')
    return { clause: { match_none: {} }, runtime: false };
  const hasStar = value.includes('*');
  const clause = hasStar ? wildcard(field, value) : { term: { [field]: value } };
  if (type === undefined) return { clause, runtime: true };
  return { clause, runtime: hasStar ? !KEYWORDS.has(type.type) : !isIndexed(type, value) };
}

function timeRange({ since, until }: Filter): object[] {
  if (since === undefined && until === undefined) return [];
  const range = {
    ...(since === undefined ? {} : { gte: Math.ceil(since) }),
    ...(until === undefined ? {} : { lt: Math.ceil(until) }),
    format: 'epoch_millis',
  };
  return [{ range: { '@timestamp': range } }];
}

export function buildQuery(filter: Filter, types: FieldTypes): EsQuery {
  const clauses = filter.where.map((condition) => ({
    field: condition.field,
    ...clauseOf(condition, types),
  }));
  const runtime = clauses.filter((clause) => clause.runtime);
  return {
    query: { bool: { filter: [...timeRange(filter), ...clauses.map(({ clause }) => clause)] } },
    runtime_mappings: Object.fromEntries(runtime.map(({ field }) => [field, { type: 'keyword' }])),
  };
}
