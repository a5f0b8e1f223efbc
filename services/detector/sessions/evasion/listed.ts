/**
 * Owns: rules on sessions as they are listed beside those of files.
 */
import { type ListedRule, techniquesOf } from '../../rules/kit/list.ts';
import type { SessionRule } from './rules.ts';

/** What says how they are meant; there is no file that holds them. */
const PATH = 'docs/sessions.md';

export function listSessionRule(rule: SessionRule, isStaged: boolean): ListedRule {
  const { needs: _, ...about } = rule;
  return {
    rule: {
      ...about,
      ...{ ruleset: 'bundled', language: 'session', author: 'podwitness', kinds: [] },
      ...{ path: PATH, at: { line: 1, column: 1 } },
    },
    mode: isStaged ? 'test' : 'active',
    techniques: techniquesOf(rule.tags),
    foundBy: ['what is known of a session'],
  };
}
