/**
 * Owns: all that can be said of rules without an event: loading problems, and checks of the rules that
 * did load.
 */
import type { RuleSet } from '../engine/rule-set.ts';
import { type Predicate, predicatesOf } from '../expression.ts';
import type { Problem, Rule } from '../model.ts';
import type { Catalogue } from './catalogue.ts';
import { type LintFinding, type Remark, type Severity, findingOf } from './finding.ts';
import { checkCost } from './lint-cost.ts';
import { checkField } from './lint-fields.ts';
import { checkMetadata } from './lint-metadata.ts';
import { checkReach } from './lint-reach.ts';
import { checkEmpty, checkValues } from './lint-values.ts';
import { checkOverlaps } from './overlap.ts';

/** By file and place; of one place the most serious first. */
export function lintRules(
  set: RuleSet,
  problems: readonly Problem[],
  catalogue: Catalogue,
  others: readonly LintFinding[] = [],
): readonly LintFinding[] {
  const findings = [
    ...problems.map(ofProblem),
    ...set.rules.flatMap((rule) => checkRule(rule, set, catalogue)),
    ...checkOverlaps(set.rules),
    ...others,
  ];
  return findings.sort(byPlace);
}

const OF_PROBLEM: Readonly<Record<Problem['kind'], Severity>> = {
  invalid: 'error',
  // It is right, and others may run it: what can't be run here takes nothing from the others.
  unsupported: 'warning',
  warning: 'warning',
  'not-applicable': 'note',
};

function ofProblem({ column, kind, line, path, reason, remedy }: Problem): LintFinding {
  return { severity: OF_PROBLEM[kind], check: 'load', path, line, column, reason, remedy };
}

function checkRule(rule: Rule, set: RuleSet, catalogue: Catalogue): readonly LintFinding[] {
  const predicates: readonly Predicate[] = predicatesOf(rule.condition);
  const remarks: readonly Remark[] = [
    ...predicates.flatMap((predicate) => checkField(predicate, catalogue)),
    ...predicates.flatMap(checkValues),
    ...checkEmpty(rule.condition),
    ...checkReach(rule),
    ...checkCost(set, rule),
    ...checkMetadata(rule),
  ];
  return distinct(remarks.map((remark) => findingOf(rule, remark)));
}

/** A list of values is a predicate for each in some languages, with one place. */
function distinct(findings: readonly LintFinding[]): readonly LintFinding[] {
  const keyOf = ({ check, column, line, reason }: LintFinding) =>
    `${line}:${column} ${check} ${reason}`;
  return [...new Map(findings.map((finding) => [keyOf(finding), finding])).values()];
}

const ORDER: readonly Severity[] = ['error', 'warning', 'note'];

function byPlace(a: LintFinding, b: LintFinding): number {
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return (
    a.line - b.line || a.column - b.column || ORDER.indexOf(a.severity) - ORDER.indexOf(b.severity)
  );
}
