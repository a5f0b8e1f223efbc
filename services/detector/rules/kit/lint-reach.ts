/**
 * Owns: the checks that need the condition as a whole: rules and parts of them that can't be true,
 * rules that are always true, and the audit level that a rule says it needs.
 */
import { predicatesOf } from '../expression.ts';
import { AUDIT_LEVELS, type Rule } from '../model.ts';
import type { Remark } from './finding.ts';
import { neededLevel } from './needed-level.ts';
import { type DeadPart, isDead, reachOf } from './reach.ts';

/** A rule made of macros may have many; a few show what is wrong. */
const MAX_PARTS = 3;

export function checkReach(rule: Rule): readonly Remark[] {
  const { deadParts, reach } = reachOf(rule.condition);
  if (isDead(reach)) return [never(reach.dead, reach.at)];
  if (isDead(reachOf(rule.condition, false).reach)) return [always()];
  return [...deadParts.slice(0, MAX_PARTS).map(dead), ...checkLevel(rule)];
}

function never(why: string, at: Remark['at']): Remark {
  return {
    ...{ severity: 'error', check: 'never-matches', at },
    reason: `the rule can never match: ${why}`,
    remedy: 'Take one of the two out, or join them with or.',
  };
}

function always(): Remark {
  return {
    ...{ severity: 'error', check: 'always-matches' },
    reason: 'the rule matches every event that it is for',
    remedy: 'Say what it is about.',
  };
}

function dead({ at, dead: why }: DeadPart): Remark {
  return {
    ...{ severity: 'warning', check: 'dead-part', at },
    reason: `this alternative can never match: ${why}`,
    remedy: 'Take it out, or mend what contradicts it.',
  };
}

/** A rule that promises to see more than its audit level records. */
function checkLevel(rule: Rule): readonly Remark[] {
  const { auditLevel, condition } = rule;
  if (auditLevel === undefined) return [];
  const needed = neededLevel({ condition });
  if (AUDIT_LEVELS.indexOf(auditLevel) >= AUDIT_LEVELS.indexOf(needed)) return [];
  const at = predicatesOf(condition).find((one) => neededLevel({ condition: one }) === needed)?.at;
  return [
    {
      ...{ severity: 'warning', check: 'audit-level', at },
      reason: `the rule says that level ${auditLevel} is enough, and asks for what ${needed} records`,
      remedy: `Write audit_level: ${needed}.`,
    },
  ];
}
