/**
 * Owns: why a rule says what it says of an event.
 */
import { valueAt } from '../../document.ts';
import { access, compileRules, evaluateRules } from '../engine/rule-set.ts';
import type { Rule } from '../model.ts';
import type { NormalEvent } from './event.ts';
import { switchedOn } from './switched-on.ts';
import { outline, type TraceNode, traceTree } from './trace.ts';

export type Verdict = 'match' | 'no match' | 'cannot tell' | 'not for such events';

export interface Explanation {
  readonly rule: Rule;
  /** What in an event makes the index try the rule (list.ts). */
  readonly foundBy: readonly string[];
  /** Absent: the condition alone is told. */
  readonly event?: {
    readonly id: string;
    readonly kind: string;
    /** The audit level that it was recorded at. */
    readonly level?: string;
    readonly verdict: Verdict;
  };
  readonly tree: TraceNode;
}

export interface Explainer {
  /** The condition alone. */
  outline(): Explanation;
  /** What `explain` would say, for little. */
  verdict(event: NormalEvent): Verdict;
  explain(event: NormalEvent): Explanation;
}

export function createExplainer(rule: Rule): Explainer {
  const on = switchedOn(rule);
  const set = compileRules([on]);
  const foundBy = access(set, on);
  const verdict = ({ document, kind }: NormalEvent): Verdict => {
    if (!rule.kinds.includes(kind)) return 'not for such events';
    const { matched, undecided } = evaluateRules(set, kind, document);
    if (matched.length > 0) return 'match';
    return undecided.length > 0 ? 'cannot tell' : 'no match';
  };
  return {
    outline: () => ({ rule, foundBy, tree: outline(rule.condition) }),
    verdict,
    explain(event) {
      const { document, id, kind } = event;
      const level = valueAt(document, 'kubernetes', 'audit', 'level');
      return {
        ...{ rule, foundBy },
        event: { id, kind, ...(typeof level === 'string' && { level }), verdict: verdict(event) },
        tree: rule.kinds.includes(kind)
          ? traceTree(rule.condition, document)
          : outline(rule.condition),
      };
    },
  };
}
