/**
 * Owns: Sigma files to rules, and every reason why one is not.
 * Does not own: reading a file (parse.ts), what documents are to each other (link.ts, relate.ts).
 */
import type { Loaded, Problem, RuleFile } from '../model.ts';
import type { RuleOptions } from '../options.ts';
import { problemsOf } from './check.ts';
import type { Filter } from './filter.ts';
import { filtersOf, indexOf } from './link.ts';
import { lowerRule } from './lower.ts';
import type { Detection, SigmaRule } from './model.ts';
import { parseFile } from './parse.ts';
import { throughPipeline } from './pipeline.ts';
import { type Lowered, relate } from './relate.ts';
import { isForUs, routeOf } from './routing.ts';

/** @param files all there are: filters and correlations refer to rules of other files. */
export function loadSigma(files: readonly RuleFile[], { sigma }: RuleOptions): Loaded {
  const parsed = files.map((file) => parseFile(file, sigma.placeholders));
  const documents = parsed.flatMap((file) => file.documents);
  const index = indexOf(documents);
  const { filters, problems: inVain } = filtersOf(documents, index);

  const single = new Map<SigmaRule, Lowered>();
  for (const document of documents) {
    if (document.kind !== 'rule') continue;
    single.set(document.rule, lowered(document.rule, filters.get(document.rule) ?? []));
  }
  const found = documents.flatMap((document): readonly Lowered[] => {
    if (document.kind === 'filter') return [];
    if (document.kind === 'correlation') return [relate(document.rule, index, single)];
    return [single.get(document.rule) ?? { rule: undefined, problems: [] }];
  });
  const problems = [parsed, found].flatMap((parts) => parts.flatMap((part) => part.problems));
  const rules = found.flatMap(({ rule }) => rule ?? []);
  return { rules, problems: once([...problems, ...inVain]) };
}

/** A filter that asks for what no event of the rule has is told of, and left out: too much is found then. */
function lowered(written: SigmaRule, filters: readonly Filter[]): Lowered {
  if (!isForUs(written.logsource)) return { rule: undefined, problems: [otherEvents(written)] };
  const route = routeOf(written.logsource);
  const meant = <T extends Detection>(of: T): T => (route.isAudit ? throughPipeline(of) : of);
  const rule = meant(written);
  const added = filters.map(({ detection, path }) => {
    const of = meant(detection);
    return { of, problems: problemsOf(of, path, route) };
  });
  const usable = added.filter(({ problems }) => isUsable(problems)).map(({ of }) => of);
  const own = problemsOf(rule, written.path, route);
  return {
    rule: isUsable(own) ? lowerRule({ ...rule, filters: usable }) : undefined,
    problems: [...own, ...added.flatMap(({ problems }) => problems)],
  };
}

function isUsable(problems: readonly Problem[]): boolean {
  return problems.every(({ kind }) => kind === 'warning');
}

function otherEvents({ at, logsource, path }: SigmaRule): Problem {
  const { category, product, service } = logsource;
  const wanted = [category, product, service].filter((part) => part !== undefined).join('/');
  const reason = `the rule is for other events (${wanted === '' ? 'no log source' : wanted})`;
  const remedy = 'Leave it out; see docs/rules-sigma.md for the log sources that there are.';
  return { kind: 'not-applicable', path, ...at, reason, remedy };
}

/** What a filter lacks is lacking for each of its rules, and is told once. */
function once(problems: readonly Problem[]): readonly Problem[] {
  const byPlace = new Map(
    problems.map((one) => [JSON.stringify([one.path, one.line, one.column, one.reason]), one]),
  );
  return [...byPlace.values()];
}
