/**
 * Owns: the check that an event which has nothing to do with a rule need not be tried with it.
 */
import { access, type RuleSet } from '../engine/rule-set.ts';
import type { Rule } from '../model.ts';
import type { Remark } from './finding.ts';

/** As the index says it (rule-set.ts, access). */
const EVERY_EVENT = 'every event';

export function checkCost(set: RuleSet, rule: Rule): readonly Remark[] {
  if (!access(set, rule).includes(EVERY_EVENT)) return [];
  return [
    {
      ...{ severity: 'warning', check: 'expensive' },
      reason:
        'the rule is tried with every event: no field must be there, equal a text, or hold one',
      remedy: 'Ask for a value, or for a text that is in all that it means.',
    },
  ];
}
