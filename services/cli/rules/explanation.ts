/**
 * Owns: how an explanation is shown.
 */
import type { Explanation } from '../../detector/rules/kit/explain.ts';
import type { OutputFormat } from '../output/documents.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { formatTree, jsonLine } from './tree.ts';

/** With a trailing line break. */
export function formatExplanation(explanation: Explanation, format: OutputFormat): string {
  const { event, foundBy, rule, tree } = explanation;
  const { id, kinds, title } = rule;
  if (format === 'ndjson') return jsonLine({ rule: { id, title }, event, foundBy, tree });
  const about =
    event === undefined
      ? [`for events of kind ${kinds.join(', ')}`, ...foundBy.map((by) => `found by ${by}`)]
      : [];
  const head = [headOf(explanation), ...about].map(escapeForTerminal);
  return `${[...head, formatTree(tree)].join('\n')}\n`;
}

function headOf({ event, rule }: Explanation): string {
  const name = `${rule.title} (${rule.id})`;
  const state = rule.needsState === undefined ? '' : ` It needs state: ${rule.needsState}.`;
  if (event === undefined) return `${name}${state === '' ? '' : `.${state}`}`;
  const level = event.level === undefined ? '' : `, recorded at level ${event.level}`;
  return `${event.verdict}: ${name}, event ${event.id} of kind ${event.kind}${level}.${state}`;
}
