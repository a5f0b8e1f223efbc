/**
 * Owns: correlations among the rules of all files: whether what they refer to is there and in use, and
 * what of them can be said of one event.
 * Does not own: reading them (correlation.ts), counting.
 */
import type { EventKind, Problem, Rule } from '../model.ts';
import type { Position } from '../position.ts';
import type { AliasField, Correlation } from './correlation.ts';
import type { Reference } from './filter.ts';
import type { Index } from './link.ts';
import type { SigmaRule } from './model.ts';
import { isForUs, routeOf } from './routing.ts';

/** A rule as all languages have it, or not in use. */
export interface Lowered {
  readonly rule: Rule | undefined;
  readonly problems: readonly Problem[];
}
type Report = (at: Position, kind: Problem['kind'], reason: string, remedy: string) => undefined;

/** @param single what became of each rule on single events. */
export function relate(
  correlation: Correlation,
  index: Index,
  single: ReadonlyMap<SigmaRule, Lowered>,
): Lowered {
  const problems: Problem[] = [];
  const report: Report = (at, kind, reason, remedy) => {
    problems.push({ kind, path: correlation.path, ...at, reason, remedy });
    return undefined;
  };
  const bases = basesOf(correlation, index, report);
  if (bases === undefined) return { rule: undefined, problems };
  reportAliases(correlation, index, report);
  if (bases.every((base) => !isForUs(base.logsource))) {
    const remedy = 'Leave it out, or correlate rules for a log source that there is.';
    report(correlation.at, 'not-applicable', 'its rules are for other events', remedy);
    return { rule: undefined, problems };
  }
  const rules = bases.map((base) => single.get(base)?.rule);
  for (const [i, base] of bases.entries()) {
    if (rules[i] === undefined) {
      const remedy = 'Mend that rule, or take it out here.';
      report(correlation.at, 'invalid', `its rule "${base.title}" is not in use`, remedy);
    }
  }
  reportFields(correlation, bases, report);
  const faults = problems.filter(({ kind }) => kind !== 'warning');
  return { rule: faults.length > 0 ? undefined : ruleOf(correlation, rules), problems };
}

/** Its condition is that the event is one of those that it correlates. */
function ruleOf(correlation: Correlation, bases: readonly (Rule | undefined)[]): Rule {
  const { aliases: _aliases, fields: _fields, rules: _rules, ...rest } = correlation;
  const rules = bases.filter((rule) => rule !== undefined);
  const kinds: readonly EventKind[] = [...new Set(rules.flatMap((rule) => rule.kinds))];
  return {
    ...rest,
    kinds,
    condition: { kind: 'or', operands: rules.map(({ condition }) => condition) },
  };
}

/** The rules on single events at the end of all references, each once; undefined with a problem. */
function basesOf(
  correlation: Correlation,
  index: Index,
  report: Report,
): readonly SigmaRule[] | undefined {
  const bases = new Set<SigmaRule>();
  const seen = new Set<Correlation>();
  const open: { readonly of: Correlation; readonly reference: Reference }[] = [];
  const follow = (of: Correlation): void => {
    seen.add(of);
    for (const reference of of.rules.toReversed()) open.push({ of, reference });
  };
  follow(correlation);
  let isWhole = true;
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const { of, reference } = next;
    const at = of === correlation ? reference.at : correlation.at;
    const target = index.get(reference.name);
    if (target === undefined) {
      report(at, 'invalid', `there is no rule "${reference.name}"`, 'Name a rule by id or name.');
      isWhole = false;
    } else if (target.kind === 'rule') bases.add(target.rule);
    else if (target.rule === correlation) {
      const reason = `"${reference.name}" leads back to the correlation itself`;
      report(at, 'invalid', reason, 'Break the circle of references.');
      isWhole = false;
    } else if (!seen.has(target.rule)) follow(target.rule);
  }
  return isWhole ? [...bases] : undefined;
}

/** An alias is for rules that the correlation refers to. */
function reportAliases({ aliases, rules }: Correlation, index: Index, report: Report): void {
  const targets = rules.map(({ name }) => index.get(name));
  for (const { at, rule } of aliases.flatMap(({ fields }) => fields)) {
    const target = index.get(rule);
    if (target !== undefined && targets.includes(target)) continue;
    const reason = `an alias is for "${rule}", which the correlation does not refer to`;
    report(at, 'invalid', reason, 'Use the name of one of its rules.');
  }
}

/** Names that no event of the rules has; what is for other events is passed over. */
function reportFields(correlation: Correlation, bases: readonly SigmaRule[], report: Report): void {
  const { aliases, fields } = correlation;
  const routes = bases.map(({ logsource }) => routeOf(logsource)).filter((r) => r.kinds.length > 0);
  const isKnown = (name: string) => routes.some((route) => route.fieldOf(name) !== undefined);
  const named = fields.filter(({ name }) => !aliases.some((alias) => alias.name === name));
  const meant: readonly AliasField[] = aliases.flatMap((alias) => alias.fields);
  for (const { at, name } of [...named, ...meant]) {
    if (isKnown(name)) continue;
    const remedy = 'Use a field of the events, or an alias.';
    report(at, 'invalid', `no event of its rules has a field "${name}"`, remedy);
  }
}
