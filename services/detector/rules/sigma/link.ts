/**
 * Owns: what documents of all files are to each other by id and name: rules get their filters.
 * Does not own: correlations (relate.ts).
 */
import type { Problem } from '../model.ts';
import type { Filter, Reference } from './filter.ts';
import type { LogSource, SigmaRule } from './model.ts';
import type { Parsed } from './parse.ts';

type Rules = Exclude<Parsed, { kind: 'filter' }>;

/** Documents by id and by name; where two have the same, the first. */
export type Index = ReadonlyMap<string, Rules>;

export function indexOf(documents: readonly Parsed[]): Index {
  const index = new Map<string, Rules>();
  for (const document of documents) {
    if (document.kind === 'filter') continue;
    for (const key of [document.rule.id, document.name]) {
      if (key !== undefined && !index.has(key)) index.set(key, document);
    }
  }
  return index;
}

/**
 * The filters of each rule, and why one is in vain. As in pySigma a filter's condition must hold beside
 * the rule's, and its log source must be the rule's, or say less.
 */
export function filtersOf(
  documents: readonly Parsed[],
  index: Index,
): {
  readonly filters: ReadonlyMap<SigmaRule, readonly Filter[]>;
  readonly problems: readonly Problem[];
} {
  const filters = new Map<SigmaRule, Filter[]>();
  const problems: Problem[] = [];
  const all = documents.flatMap((document) => (document.kind === 'filter' ? document.filter : []));
  for (const filter of all) {
    for (const reference of filter.rules) {
      const target = targetOf(filter, index.get(reference.name));
      if ('rule' in target) filters.set(target.rule, [...(filters.get(target.rule) ?? []), filter]);
      else problems.push(inVain(reference, target));
    }
  }
  return { filters, problems };
}

interface Vain {
  readonly why: string;
  readonly remedy: string;
}

function targetOf(filter: Filter, target: Rules | undefined): { readonly rule: SigmaRule } | Vain {
  if (target === undefined) {
    return { why: 'is not loaded', remedy: 'Load the rule, or take it out of the filter.' };
  }
  if (target.kind === 'correlation') {
    return { why: 'is a correlation', remedy: 'Name the rules that it correlates.' };
  }
  return covers(filter.logsource, target.rule.logsource)
    ? { rule: target.rule }
    : { why: 'has another log source', remedy: 'Give the filter the log source of its rules.' };
}

function inVain({ at, name, path }: Reference, { remedy, why }: Vain): Problem {
  return { kind: 'warning', path, ...at, reason: `the filter's rule "${name}" ${why}`, remedy };
}

function covers(filter: LogSource, rule: LogSource): boolean {
  return (['category', 'product', 'service'] as const).every(
    (key) => filter[key] === undefined || filter[key] === rule[key],
  );
}
