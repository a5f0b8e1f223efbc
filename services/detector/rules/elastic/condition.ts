/**
 * Owns: a rule's query, by its type and language, to a condition and what it needs beside it.
 * Does not own: the languages (kql/, eql/, esql/), filters (filters.ts).
 */
import type { Expression } from '../expression.ts';
import type { Language, Problem } from '../model.ts';
import type { Position } from '../position.ts';
import { compileEql } from './eql/compile.ts';
import { compileEsql } from './esql/compile.ts';
import { allOf } from './expressions.ts';
import { type Attempt, attempt, type Fault } from './fault.ts';
import { lowerFilters } from './filters.ts';
import { compileKql } from './kql/compile.ts';
import { type RawRule, textOf, memberOf } from './raw-rule.ts';
import { indicatorsInWords, newTermsInWords, thresholdInWords } from './state.ts';

export interface Asked {
  readonly language: Language;
  readonly condition: Expression;
  readonly needsState?: string;
}

/** A place beside what a problem says. */
type Found = Omit<Problem, 'path'>;
type Result =
  | { readonly ok: true; readonly asked: Asked }
  | { readonly ok: false; readonly problem: Found };

/** Types that ask in KQL or Lucene, and what each needs beside the query. */
const NEEDS: Readonly<Record<string, (rule: RawRule) => string | undefined>> = {
  query: () => undefined,
  saved_query: () => undefined,
  new_terms: ({ values }) => newTermsInWords(values),
  threshold: ({ values }) => thresholdInWords(values),
  threat_match: ({ values }) => indicatorsInWords(values),
};

export function conditionOf(rule: RawRule): Result {
  const type = textOf(memberOf(rule.values, 'type'));
  const query = textOf(memberOf(rule.values, 'query'));
  if (type === 'machine_learning') {
    const reason = "an anomaly that one of Elasticsearch's jobs found is no event of ours";
    return refuse(rule, 'type', {
      kind: 'unsupported',
      reason,
      remedy: 'Leave the rule to Kibana.',
    });
  }
  if (type === 'saved_query' && query === undefined) {
    const reason = 'the query is kept in Kibana, and is not in the file';
    return refuse(rule, 'type', {
      kind: 'unsupported',
      reason,
      remedy: 'Write the query into the rule.',
    });
  }
  const result = filtered(rule, type ?? '', query ?? '');
  if (result !== undefined) return result;
  const reason = `the rule's type is ${type === undefined ? 'missing' : `"${type}"`}`;
  const types = [...Object.keys(NEEDS), 'eql', 'esql'].join(', ');
  return refuse(rule, 'type', { kind: 'invalid', reason, remedy: `Write one of: ${types}.` });
}

function filtered(rule: RawRule, type: string, query: string): Result | undefined {
  const result = queried(rule, type, query);
  if (result?.ok !== true) return result;
  const at = rule.placeOf('filters');
  const filters = attempt(() => lowerFilters(memberOf(rule.values, 'filters'), at));
  if (!filters.ok) return { ok: false, problem: { ...at, ...withoutOffset(filters.fault) } };
  const condition = allOf([result.asked.condition, filters.value]);
  return { ok: true, asked: { ...result.asked, condition } };
}

function queried(rule: RawRule, type: string, query: string): Result | undefined {
  if (type === 'eql') {
    const compiled = compileEql(query, rule.placeInQuery);
    return placed(rule, compiled, (value) => ({ language: 'eql', ...value }));
  }
  if (type === 'esql') return esql(rule, query);
  const needs = Object.hasOwn(NEEDS, type) ? NEEDS[type] : undefined;
  return needs === undefined ? undefined : kql(rule, type, query, needs(rule));
}

function kql(rule: RawRule, type: string, query: string, state: string | undefined): Result {
  const language = textOf(memberOf(rule.values, 'language')) ?? 'kuery';
  if (language !== 'kuery') {
    const reason = `the query is written in ${language}`;
    return refuse(rule, 'language', {
      kind: 'unsupported',
      reason,
      remedy: 'Write it in KQL (language = "kuery").',
    });
  }
  if ((type === 'new_terms' || type === 'threshold') && state === undefined) {
    const reason = `the rule does not say what ${type} looks at`;
    return refuse(rule, type, {
      kind: 'invalid',
      reason,
      remedy: `Write it as Elastic's rules do (${type}).`,
    });
  }
  const needsState = state === undefined ? {} : { needsState: state };
  const compiled = compileKql(query, rule.placeInQuery);
  return placed(rule, compiled, (condition) => ({ language: 'kql', condition, ...needsState }));
}

function placed<T>(rule: RawRule, compiled: Attempt<T>, use: (value: T) => Asked): Result {
  if (compiled.ok) return { ok: true, asked: use(compiled.value) };
  const at = rule.placeInQuery(compiled.fault.offset);
  return { ok: false, problem: { ...at, ...withoutOffset(compiled.fault) } };
}

function withoutOffset({ kind, reason, remedy }: Fault) {
  return { kind, reason, remedy };
}

function esql(rule: RawRule, query: string): Result {
  const compiled = compileEsql(query);
  if (compiled.kind === 'problem') {
    const at = rule.placeInQuery(offsetOf(query, compiled));
    const kind = compiled.unsupported === true ? 'unsupported' : 'invalid';
    const { reason, remedy } = compiled;
    return { ok: false, problem: { kind, ...at, reason, remedy } };
  }
  const condition = compiled.condition ?? { kind: 'always' };
  if (compiled.kind === 'stream') return { ok: true, asked: { language: 'esql', condition } };
  return { ok: true, asked: { language: 'esql', condition, needsState: compiled.reason } };
}

function offsetOf(query: string, { column, line }: Position): number {
  const before = query.split('\n').slice(0, line - 1);
  return before.reduce((sum, text) => sum + text.length + 1, column - 1);
}

function refuse(rule: RawRule, key: string, what: Omit<Found, keyof Position>): Result {
  return { ok: false, problem: { ...rule.placeOf(key), ...what } };
}
