/**
 * Owns: what a list of rules says of each.
 */
import { access, type RuleSet } from '../engine/rule-set.ts';
import type { AuditLevel, Language, Rule } from '../model.ts';
import { neededLevel } from './needed-level.ts';

/**
 * `active`: its findings alert; `test`: on trial, its findings never alert; `disabled`: switched off by
 * the rule or the options; `needs state`: it is about more than one event, and not counted yet.
 */
export const MODES = ['active', 'test', 'disabled', 'needs state'] as const;
export type Mode = (typeof MODES)[number];

/** What is said of a rule, whatever it asks and of what. */
export interface RuleHead extends Omit<Rule, 'condition' | 'language'> {
  /** `session`: it is about sessions, and written in code. */
  readonly language: Language | 'session';
}

export interface ListedRule {
  readonly rule: RuleHead;
  readonly mode: Mode;
  /** ATT&CK techniques as T1609 or T1552.007, in the order of the tags. */
  readonly techniques: readonly string[];
  /** The least audit level that shows what the rule is about; undefined: it is not for audit events. */
  readonly auditLevel?: AuditLevel;
  /** What in an event makes the index try the rule: any of these; `every event`: it always is. */
  readonly foundBy: readonly string[];
}

export function listRule(set: RuleSet, rule: Rule, isStaged: boolean): ListedRule {
  const { condition: _, ...head } = rule;
  return {
    rule: head,
    mode: modeOf(rule, isStaged),
    techniques: techniquesOf(rule.tags),
    foundBy: access(set, rule),
    ...(rule.kinds.includes('audit') && { auditLevel: neededLevel(rule) }),
  };
}

function modeOf({ isDisabled, needsState }: Rule, isStaged: boolean): Mode {
  if (isDisabled === true) return 'disabled';
  if (needsState !== undefined) return 'needs state';
  return isStaged ? 'test' : 'active';
}

/** ATT&CK techniques among the tags. */
export function techniquesOf(tags: readonly string[]): readonly string[] {
  return tags.flatMap((tag) => {
    const id = /^attack\.(t\d{4}(?:\.\d{3})?)$/i.exec(tag)?.[1];
    return id === undefined ? [] : [id.toUpperCase()];
  });
}

interface Named {
  readonly id: string;
  readonly title: string;
}

/** The rules that a person means: by whole id or title, else by the beginning of the id. */
export function findRules<R extends Named>(rules: readonly R[], name: string): readonly R[] {
  const wanted = name.toLowerCase();
  const exact = rules.filter(
    ({ id, title }) => id.toLowerCase() === wanted || title.toLowerCase() === wanted,
  );
  if (exact.length > 0 || wanted === '') return exact;
  const byId = rules.filter(({ id }) => id.toLowerCase().startsWith(wanted));
  if (byId.length > 0) return byId;
  return rules.filter(({ title }) => title.toLowerCase().includes(wanted));
}
