/**
 * Owns: Falco's `rule_matching: first`.
 */
import type { Rule } from '../model.ts';

/** Of Falco's rules only the first; all others as they are. */
export function firstMatching(rules: readonly Rule[]): readonly Rule[] {
  const first = rules.find(({ language }) => language === 'falco');
  return rules.filter((rule) => rule.language !== 'falco' || rule === first);
}
