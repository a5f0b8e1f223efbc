/**
 * Owns: what a look at a rule gives: something that is wrong or odd, with its place and a remedy.
 */
import type { Expression } from '../expression.ts';
import type { Rule } from '../model.ts';
import type { Position } from '../position.ts';

/**
 * `error`: the rule does not do what it says. `warning`: it does, and something about it is odd.
 * `note`: the rule is for others than us.
 */
export type Severity = 'error' | 'warning' | 'note';

export const CHECKS = [
  ...(['load', 'unknown-field', 'wrong-type', 'impossible-value', 'empty-list'] as const),
  ...(['never-matches', 'always-matches', 'dead-part', 'duplicate', 'overlap'] as const),
  ...(['audit-level', 'expensive', 'metadata', 'exception'] as const),
] as const;
export type Check = (typeof CHECKS)[number];

export interface LintFinding extends Position {
  readonly severity: Severity;
  readonly check: Check;
  readonly path: string;
  /** Id and title of the rule; absent where it could not be read. */
  readonly rule?: { readonly id: string; readonly title: string };
  readonly reason: string;
  readonly remedy: string;
}

/** What a check says of a part of a rule; its place is the rule's where it has none. */
export interface Remark {
  readonly severity: Severity;
  readonly check: Check;
  readonly at?: Position | undefined;
  readonly reason: string;
  readonly remedy: string;
}

export function findingOf(rule: Rule, remark: Remark): LintFinding {
  const { at = rule.at, check, reason, remedy, severity } = remark;
  const { id, path, title } = rule;
  return {
    ...{ severity, check, path, line: at.line, column: at.column },
    ...{ rule: { id, title }, reason, remedy },
  };
}

/** The place of the first predicate in it that has one. */
export function placeOf(expression: Expression): Position | undefined {
  switch (expression.kind) {
    case 'predicate':
      return expression.at;
    case 'not':
    case 'as-recorded':
      return placeOf(expression.operand);
    case 'and':
    case 'or': {
      for (const operand of expression.operands) {
        const at = placeOf(operand);
        if (at !== undefined) return at;
      }
      return undefined;
    }
    default:
      return undefined;
  }
}
