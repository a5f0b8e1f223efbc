/**
 * Owns: how a list of rules is shown.
 */
import type { RuleCoverage } from '../../detector/rules/kit/coverage.ts';
import type { ListedRule } from '../../detector/rules/kit/list.ts';
import type { OutputFormat } from '../output/documents.ts';
import { type Column, formatTable } from '../output/table.ts';
import { shortPath } from './open-kit.ts';

export interface ListLine extends ListedRule {
  readonly coverage?: RuleCoverage;
}

/** Enough of a UUID. */
const ID_LENGTH = 8;
const MAX_ID_LENGTH = 30;
const MAX_GAPS = 2;

function column(
  title: string,
  maxWidth: number,
  cell: (line: ListLine) => string,
): Column<ListLine> {
  return { title, maxWidth, cell };
}

const RULE: readonly Column<ListLine>[] = [
  column('ID', MAX_ID_LENGTH, idText),
  column('TITLE', 50, ({ rule }) => rule.title),
];
const ABOUT: readonly Column<ListLine>[] = [
  column('LANGUAGE', 8, ({ rule }) => rule.language),
  column('LEVEL', 13, ({ rule }) => rule.level),
  column('MODE', 50, modeText),
  column('TECHNIQUES', 30, ({ techniques }) => techniques.join(',')),
  column('NEEDS', 15, ({ auditLevel = '' }) => auditLevel),
  column('FOUND BY', 50, ({ foundBy }) => foundBy.join('; ')),
  column('WHERE', 120, ({ rule }) => `${shortPath(rule.path)}:${rule.at.line}`),
];
const COVERAGE: readonly Column<ListLine>[] = [
  column('NEEDS', 15, ({ auditLevel = '' }) => auditLevel),
  column('EVENTS', 9, ({ coverage }) => String(coverage?.events ?? '')),
  column('TRIED', 9, ({ coverage }) => String(coverage?.tried ?? '')),
  column('MATCHED', 9, ({ coverage }) => String(coverage?.matched ?? '')),
  column('CANNOT TELL', 11, ({ coverage }) => String(coverage?.undecided ?? '')),
  column('POLICY', 60, ({ coverage }) => policyText(coverage)),
  column('WHY', 70, ({ coverage }) => gapText(coverage)),
];

/** Ids of rules on sessions are words. */
function idText({ rule: { id, language } }: ListLine): string {
  return language === 'session' ? id : id.slice(0, ID_LENGTH);
}

function modeText({ mode, rule }: ListLine): string {
  return rule.needsState === undefined ? mode : `${mode}: ${rule.needsState}`;
}

/** `too little: Metadata 12`. */
function policyText(coverage: RuleCoverage | undefined): string {
  const { levels = {}, policy } = coverage ?? {};
  if (policy === undefined) return '';
  const counts = Object.entries(levels).map(([level, n]) => `${level || 'no level'} ${n}`);
  return counts.length === 0 ? policy : `${policy}: ${counts.join(', ')}`;
}

function gapText(coverage: RuleCoverage | undefined): string {
  const gaps = coverage?.gaps ?? [];
  const told = gaps
    .slice(0, MAX_GAPS)
    .map(({ count, level, part }) => `${part} at ${level || 'no level'} ${count}`);
  return [...told, ...(gaps.length > MAX_GAPS ? [`${gaps.length - MAX_GAPS} more`] : [])].join(
    ', ',
  );
}

/** With a trailing line break; the empty text for none as NDJSON. */
export function formatList(lines: readonly ListLine[], format: OutputFormat): string {
  if (format === 'ndjson') return lines.map((line) => `${JSON.stringify(json(line))}\n`).join('');
  if (lines.length === 0) return 'No rules found.\n';
  const isCounted = lines.some(({ coverage }) => coverage !== undefined);
  return `${formatTable([...RULE, ...(isCounted ? COVERAGE : ABOUT)], lines)}\n`;
}

/** The condition is `explain`'s to tell. */
function json({ auditLevel, coverage, foundBy, mode, rule, techniques }: ListLine): object {
  const { at, isDisabled: _, output: __, ...about } = rule;
  return {
    ...{ ...about, line: at.line, column: at.column, mode, techniques, auditLevel },
    foundBy,
    ...(coverage && { coverage: { ...coverage, rule: undefined } }),
  };
}
