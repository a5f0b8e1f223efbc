/** Owns: for tests: the rules of a set that match a document. */
import {
  evaluateRules,
  type RuleSet,
} from '../../../../services/detector/rules/engine/rule-set.ts';
import type { EventDocument } from '../../../../services/detector/rules/expression.ts';
import type { EventKind, Rule } from '../../../../services/detector/rules/model.ts';

export function matchAll(
  set: RuleSet,
  document: EventDocument,
  kind: EventKind = 'audit',
): readonly Rule[] {
  return evaluateRules(set, kind, document).matched;
}
