/**
 * Owns: the selections and the condition of a rule, or of a filter.
 * Does not own: the language of conditions (condition.ts), selections (selection.ts).
 */
import { type Entry, itemsOf, type Node, scalarOf } from '../source.ts';
import { parseCondition } from './condition.ts';
import type { Condition, Detection, Selection } from './model.ts';
import { readSelection } from './selection.ts';
import type { Context } from './values.ts';

/** @param beside keys that are neither selections nor the condition. Undefined with a problem. */
export function readDetection(
  context: Context,
  entry: Entry,
  beside: readonly string[] = [],
): Detection | undefined {
  const { placeholders, source } = context;
  const parts = source.entries(entry.value, entry.key);
  if (parts === undefined) return undefined;
  const selections = new Map<string, Selection | undefined>();
  for (const { key, keyAt, value } of parts) {
    if (key === 'timeframe') {
      const remedy = 'Take it out; counting over time needs a correlation rule.';
      source.report(keyAt, 'unsupported', 'the rule needs a timeframe', remedy);
    } else if (key !== 'condition' && !beside.includes(key)) {
      selections.set(key, readSelection(source, key, value, placeholders));
    }
  }
  const condition = readCondition(context, entry, parts, [...selections.keys()]);
  const complete = [...selections].filter((pair): pair is [string, Selection] => !!pair[1]);
  if (condition === undefined || complete.length !== selections.size) return undefined;
  return { selections: Object.fromEntries(complete), condition };
}

/** Several conditions are linked with or. */
function readCondition(
  context: Context,
  detection: Entry,
  parts: readonly Entry[],
  names: readonly string[],
): Condition | undefined {
  const node = parts.find((part) => part.key === 'condition')?.value;
  const nodes = node === undefined ? [] : (itemsOf(node) ?? [node]);
  if (nodes.length === 0) {
    const reason = `${detection.key} has no condition`;
    const remedy = 'Add "condition:" with the name of a selection.';
    context.source.report(detection.keyAt, 'invalid', reason, remedy);
  }
  const operands = nodes.flatMap((item) => readOneCondition(context, item, names) ?? []);
  const [first] = operands;
  if (first === undefined || operands.length !== nodes.length) return undefined;
  return operands.length === 1 ? first : { kind: 'or', operands };
}

function readOneCondition(
  { source }: Context,
  node: Node,
  names: readonly string[],
): Condition | undefined {
  const text = scalarOf(node);
  if (typeof text !== 'string') {
    source.report(source.at(node), 'invalid', 'the condition is no text', 'Write it as text.');
    return undefined;
  }
  const result = parseCondition(text, names);
  if (result.ok) return result.condition;
  const { kind, reason, remedy } = result.problem;
  source.report(source.at(node), kind, reason, remedy);
  return undefined;
}
