/**
 * Owns: how a rule on sessions is explained.
 */
import type { SessionRule } from '../../detector/sessions/evasion/rules.ts';
import type { OutputFormat } from '../output/documents.ts';
import { jsonLine } from './tree.ts';

const WIDTH = 96;

/** With a trailing line break. The texts are ours. */
export function formatSessionRule(rule: SessionRule, format: OutputFormat): string {
  if (format === 'ndjson') return jsonLine({ rule: { ...rule, language: 'session' } });
  const levels = Object.entries(rule.levelByCriticality);
  const others = levels.map(
    ([criticality, level]) => `${level} where criticality is ${criticality}`,
  );
  const lines = [
    `${rule.title} (${rule.id})`,
    ...['about sessions', `level ${[rule.level, ...others].join(', ')}`, ''],
    ...[...wrap(rule.description, ''), '', 'must hold:'],
    ...rule.needs.flatMap((need) => wrap(need, '  ')),
    ...['', 'may be nothing:', ...rule.falsePositives.flatMap((cause) => wrap(cause, '  '))],
    ...['', 'what to do:', ...wrap(rule.runbook, '  ')],
  ];
  return `${lines.join('\n')}\n`;
}

/** Lines of at most WIDTH characters; the second and later ones two further in. */
function wrap(text: string, indent: string): readonly string[] {
  const lines: string[] = [];
  let line = indent;
  for (const word of text.split(' ')) {
    if (line.trim() !== '' && line.length + word.length >= WIDTH) {
      lines.push(line);
      line = indent === '' ? '' : `${indent}  `;
    }
    line += line.trim() === '' ? word : ` ${word}`;
  }
  return [...lines, line];
}
