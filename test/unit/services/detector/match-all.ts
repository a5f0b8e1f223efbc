/** Owns: for tests: rules of a set as they are, without exceptions or rules on trial. */
import {
  evaluateRules,
  type RuleSet,
} from '../../../../services/detector/rules/engine/rule-set.ts';
import type { EventDocument } from '../../../../services/detector/rules/expression.ts';
import { loadExceptions } from '../../../../services/detector/exceptions.ts';
import type { Judged } from '../../../../services/detector/judge.ts';
import type { EventKind, Rule } from '../../../../services/detector/rules/model.ts';
import type { Rulebook } from '../../../../services/detector/stage.ts';

export function matchAll(
  set: RuleSet,
  document: EventDocument,
  kind: EventKind = 'audit',
): readonly Rule[] {
  return evaluateRules(set, kind, document).matched;
}

export function plainRulebook(ruleSet: RuleSet): Rulebook {
  const { exceptions } = loadExceptions([]);
  return { current: { ruleSet, exceptions, staged: new Set(), falcoMatching: 'all' } };
}

export function plainly(rule: Rule): Judged {
  return { rule, level: rule.level, mode: 'active' };
}
