/**
 * Owns: which audit level a rule needs at the least.
 */
import type { Expression, FieldPath, Predicate } from '../expression.ts';
import { type Part, partOf } from '../fields.ts';
import { AUDIT_LEVELS, type AuditLevel, type Rule } from '../model.ts';

const LEVEL_OF: Readonly<Record<Part, number>> = {
  requestObject: AUDIT_LEVELS.indexOf('Request'),
  responseObject: AUDIT_LEVELS.indexOf('RequestResponse'),
};

/** What the rule says itself; else the least level at which its condition can be told to be true. */
export function neededLevel(rule: Pick<Rule, 'auditLevel' | 'condition'>): AuditLevel {
  return rule.auditLevel ?? AUDIT_LEVELS[needed(rule.condition, true)] ?? 'Metadata';
}

/** Index of a level. `wanted`: the truth that is to be told. */
function needed(expression: Expression, wanted: boolean): number {
  switch (expression.kind) {
    case 'predicate':
      return neededFor(expression);
    case 'not':
      return needed(expression.operand, !wanted);
    case 'as-recorded':
      return needed(expression.operand, wanted);
    case 'and':
    case 'or': {
      const levels = expression.operands.map((operand) => needed(operand, wanted));
      const isAll = (expression.kind === 'and') === wanted;
      return levels.reduce((a, b) => (isAll ? Math.max(a, b) : Math.min(a, b)), levels[0] ?? 0);
    }
    default:
      return 0;
  }
}

/** A field that is looked for in several parts needs the one that is recorded first. */
function neededFor({ field }: Predicate): number {
  const paths: readonly FieldPath[] =
    field.kind === 'path' ? field.paths : field.kind === 'computed' ? field.from : [];
  const levels = paths.map((path) => {
    const part = partOf(path);
    return part === undefined ? 0 : LEVEL_OF[part];
  });
  return levels.reduce((a, b) => Math.min(a, b), levels[0] ?? 0);
}
