/** Owns: an EQL query to a condition on one event and what it needs beside it, or to its fault. */
import type { Expression } from '../../expression.ts';
import type { Position } from '../../position.ts';
import { anyOf } from '../expressions.ts';
import { type Attempt, attempt } from '../fault.ts';
import type { EqlQuery, Term } from './ast.ts';
import { lowerFilter } from './lower.ts';
import { parseEql } from './parse.ts';

export interface CompiledEql {
  /** Of a sequence: what any of its events must meet. */
  readonly condition: Expression;
  /** More than one event, in words; absent: the condition is all there is. */
  readonly needsState?: string;
}

/**
 * Never throws.
 * @param place where a character of the query (from 0) stands in the rule file
 */
export function compileEql(
  source: string,
  place: (offset: number) => Position,
): Attempt<CompiledEql> {
  return attempt(() => {
    const query = parseEql(source);
    if (query.kind === 'event') return { condition: lowerFilter(query.filter, place) };
    const { terms, until } = query;
    const all = until === undefined ? terms : [...terms, until];
    const conditions = all.map((term) => lowerFilter(term, place));
    const condition = anyOf(
      conditions.slice(0, terms.length).filter((_, i) => !terms[i]?.isMissing),
    );
    return { condition, needsState: inWords(query) };
  });
}

/** "a sequence of 2 events by user.name within 5m". */
function inWords(query: Exclude<EqlQuery, { kind: 'event' }>): string {
  const { kind, maxSpan, terms, until } = query;
  const count = terms.reduce((sum, term) => sum + (term.isMissing ? 0 : term.runs), 0);
  const missing = terms.filter((term) => term.isMissing).length;
  return [
    `a ${kind} of ${count} events`,
    ...(missing === 0 ? [] : [`without ${missing} others between them`]),
    ...keysOf(query.by, terms),
    ...(maxSpan === undefined ? [] : [`within ${maxSpan}`]),
    ...(until === undefined ? [] : ['until another event']),
  ].join(' ');
}

function keysOf(by: readonly string[], terms: readonly Term[]): readonly string[] {
  const own = terms.map((term) => term.by.join(', ')).filter((keys) => keys !== '');
  const keys = [...by, ...(own.length === 0 ? [] : [[...new Set(own)].join(' = ')])];
  return keys.length === 0 ? [] : [`by ${keys.join(', ')}`];
}
