/**
 * Owns: why a rule says what it says of an event.
 */
import { valueAt } from '../../document.ts';
import type { Rule } from '../model.ts';
import type { NormalEvent } from './samples.ts';
import { outline, trace, type TraceNode } from './trace.ts';

export type Verdict = 'match' | 'no match' | 'cannot tell' | 'not for such events';

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

export function explain(rule: Rule, event?: NormalEvent): Explanation {
  if (event === undefined) return { rule, tree: outline(rule.condition) };
  const { document, id, kind } = event;
  const level = valueAt(document, 'kubernetes', 'audit', 'level');
  const about = { id, kind, ...(typeof level === 'string' && { level }) };
  if (!rule.kinds.includes(kind)) {
    const verdict = 'not for such events';
    return { rule, event: { ...about, verdict }, tree: outline(rule.condition) };
  }
  const tree = trace(rule, kind, document);
  return { rule, event: { ...about, verdict: verdictOf(tree) }, tree };
}

function verdictOf({ truth }: TraceNode): Verdict {
  if (truth === undefined) return 'cannot tell';
  return truth ? 'match' : 'no match';
}
