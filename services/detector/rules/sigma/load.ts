/**
 * Owns: Sigma files to rules, and every reason why one is not.
 * Does not own: reading a file (parse.ts), what documents are to each other (link.ts, relate.ts).
 */
import { nearestName } from '../../../../shared/domain/nearest.ts';
import type { Loaded, Problem, RuleFile } from '../model.ts';
import type { Position } from '../position.ts';
import type { RuleOptions } from '../options.ts';
import { neverMatching } from './domains.ts';
import type { Filter } from './filter.ts';
import { filtersOf, indexOf } from './link.ts';
import { lowerRule } from './lower.ts';
import { type SigmaRule, type Test, testsOf } from './model.ts';
import { parseFile } from './parse.ts';
import { throughPipeline } from './pipeline.ts';
import { type Lowered, relate } from './relate.ts';
import { isForUs, type Route, routeOf } from './routing.ts';

/** @param files all there are: filters and correlations refer to rules of other files. */
export function loadSigma(files: readonly RuleFile[], { sigma }: RuleOptions): Loaded {
  const parsed = files.map((file) => parseFile(file, sigma.placeholders));
  const documents = parsed.flatMap((file) => file.documents);
  const index = indexOf(documents);
  const { filters, problems: inVain } = filtersOf(documents, index);

  const single = new Map<SigmaRule, Lowered>();
  for (const document of documents) {
    if (document.kind !== 'rule') continue;
    const added = filters.get(document.rule) ?? [];
    single.set(document.rule, lowered(withFilters(document.rule, added)));
  }
  const found = documents.flatMap((document): readonly Lowered[] => {
    if (document.kind === 'filter') return [];
    if (document.kind === 'correlation') return [relate(document.rule, index, single)];
    return [single.get(document.rule) ?? { rule: undefined, problems: [] }];
  });
  const problems = [parsed, found].flatMap((parts) => parts.flatMap((part) => part.problems));
  return { rules: found.flatMap(({ rule }) => rule ?? []), problems: [...problems, ...inVain] };
}

function withFilters(rule: SigmaRule, filters: readonly Filter[]): SigmaRule {
  const detections = filters.map(({ detection }) => detection);
  return detections.length === 0 ? rule : { ...rule, filters: detections };
}

function lowered(written: SigmaRule): Lowered {
  const problem = (
    at: Position,
    kind: Problem['kind'],
    reason: string,
    remedy: string,
  ): Problem => ({ kind, path: written.path, ...at, reason, remedy });
  if (!isForUs(written.logsource)) {
    const { category, product, service } = written.logsource;
    const wanted = [category, product, service].filter((part) => part !== undefined).join('/');
    const reason = `the rule is for other events (${wanted === '' ? 'no log source' : wanted})`;
    const remedy = 'Leave it out; see docs/rules-sigma.md for the log sources that there are.';
    const other = problem(written.at, 'not-applicable', reason, remedy);
    return { rule: undefined, problems: [other] };
  }
  const route = routeOf(written.logsource);
  const rule = route.isAudit ? throughPipeline(written) : written;
  const tests = [rule, ...(rule.filters ?? [])].flatMap(({ selections }) =>
    Object.values(selections).flatMap(testsOf),
  );
  const unknown = tests.flatMap((test) =>
    fieldsOf(test)
      .filter((name) => route.fieldOf(name) === undefined)
      .map((name) =>
        problem(test.at, 'invalid', `no event has a field "${name}"`, guess(name, route)),
      ),
  );
  const vain = tests.flatMap((test) =>
    (route.isAudit ? neverMatching(test) : []).map(({ reason, remedy }) =>
      problem(test.at, 'warning', reason, remedy),
    ),
  );
  const isKnown = unknown.length === 0;
  return { rule: isKnown ? lowerRule(rule) : undefined, problems: [...unknown, ...vain] };
}

function fieldsOf(test: Test): readonly string[] {
  if (test.kind === 'keywords') return [];
  return test.kind === 'field' ? [test.field, ...test.values] : [test.field];
}

function guess(name: string, { names }: Route): string {
  const nearest = nearestName(name.split('.')[0] ?? '', names);
  return nearest === undefined
    ? 'Use a field of the audit event or of ECS.'
    : `Did you mean "${nearest}"?`;
}
