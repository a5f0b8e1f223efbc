/**
 * Owns: rules as if they were in use, for a look at what their conditions say of one event.
 */
import type { Rule } from '../model.ts';

/** Rules that need state, and rules that are switched off, are never matched as they are. */
export function switchedOn(rule: Rule): Rule {
  const { isDisabled: _, needsState: __, ...rest } = rule;
  return rest;
}
