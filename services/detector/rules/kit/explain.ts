/**
 * Owns: why a rule says what it says of an event.
 */
import { valueAt } from '../../document.ts';
import type { Rule } from '../model.ts';
import type { NormalEvent } from './samples.ts';
import { createTrace, outline, type TraceNode } from './trace.ts';

type Verdict = 'match' | 'no match' | 'cannot tell' | 'not for such events';

export interface Explanation {
  readonly rule: Rule;
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
  explain(event: NormalEvent): Explanation;
}

export function createExplainer(rule: Rule): Explainer {
  const trace = createTrace(rule);
  const tree = outline(rule.condition);
  return {
    outline: () => ({ rule, tree }),
    explain({ document, id, kind }) {
      const level = valueAt(document, 'kubernetes', 'audit', 'level');
      const about = { id, kind, ...(typeof level === 'string' && { level }) };
      if (!rule.kinds.includes(kind)) {
        return { rule, event: { ...about, verdict: 'not for such events' }, tree };
      }
      const traced = trace(kind, document);
      return { rule, event: { ...about, verdict: verdictOf(traced) }, tree: traced };
    },
  };
}

function verdictOf({ truth }: TraceNode): Verdict {
  if (truth === undefined) return 'cannot tell';
  return truth ? 'match' : 'no match';
}
