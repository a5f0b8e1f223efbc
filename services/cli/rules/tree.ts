/**
 * Owns: a condition as an indented tree, with what each part of it says of an event.
 */
import type { TraceNode } from '../../detector/rules/kit/trace.ts';
import { escapeForTerminal } from '../output/escape.ts';

const MAX_VALUES_LENGTH = 120;
const MAX_TEXT_LENGTH = 300;
const WORDS = {
  and: 'all of',
  or: 'any of',
  not: 'not',
  always: 'always true',
  never: 'never true',
  predicate: '',
} as const;

/** One line of NDJSON; a truth that can't be told is null. */
export function jsonLine(value: object): string {
  const text = JSON.stringify(value, (key, member: unknown) =>
    key === 'truth' && member === undefined ? null : member,
  );
  return `${text}\n`;
}

/** Lines without a trailing break. ✓ true, ✗ false, ? can't be told; `←` what decided. */
export function formatTree(tree: TraceNode): string {
  const lines: string[] = [];
  const add = (node: TraceNode, depth: number): void => {
    lines.push(escapeForTerminal(`${'  '.repeat(depth)}${lineOf(node)}`));
    for (const operand of node.operands) add(operand, depth + 1);
  };
  add(tree, 0);
  return lines.join('\n');
}

function lineOf(node: TraceNode): string {
  const text = node.text === undefined ? WORDS[node.kind] : cut(node.text, MAX_TEXT_LENGTH);
  if (!('truth' in node)) return text;
  const mark = node.truth === undefined ? '?' : node.truth ? '✓' : '✗';
  return `${mark} ${text}${seenText(node)}${node.isDecisive === true ? '  ←' : ''}`;
}

function seenText({ kind, missing, values }: TraceNode): string {
  if (kind !== 'predicate') return '';
  if (missing !== undefined) return `  (${missing.join(', ')} was not recorded)`;
  if (values === undefined) return '';
  if (values.length === 0) return '  (no value)';
  return `  (${cut(values.join(', '), MAX_VALUES_LENGTH)})`;
}

function cut(text: string, length: number): string {
  if (text.length <= length) return text;
  return `${text.slice(0, length).replace(/[\ud800-\udbff]$/, '')}…`;
}
