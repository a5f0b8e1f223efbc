/**
 * Owns: how the findings of lint are shown: lines as compilers write them, which editors can open.
 */
import type { LintFinding, Severity } from '../../detector/rules/kit/finding.ts';
import type { OutputFormat } from '../output/documents.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { shortPath } from './open-kit.ts';

/** With a trailing line break; the empty text for none. */
export function formatFindings(findings: readonly LintFinding[], format: OutputFormat): string {
  const lineOf = format === 'ndjson' ? (one: LintFinding) => JSON.stringify(one) : formatLine;
  return findings.map((finding) => `${lineOf(finding)}\n`).join('');
}

function formatLine({
  check,
  column,
  line,
  path,
  reason,
  remedy,
  rule,
  severity,
}: LintFinding): string {
  const about = rule === undefined ? '' : ` [${rule.title}]`;
  const text = `${shortPath(path)}:${line}:${column}: ${severity} ${check}: ${reason}. ${remedy}${about}`;
  return escapeForTerminal(text);
}

export type Counts = Readonly<Record<Severity, number>>;

export function countsOf(findings: readonly LintFinding[]): Counts {
  const counts = { error: 0, warning: 0, note: 0 };
  for (const { severity } of findings) counts[severity] += 1;
  return counts;
}

export function formatSummary(rules: number, { error, note, warning }: Counts): string {
  return `${rules} rules: ${error} errors, ${warning} warnings, ${note} notes\n`;
}
