/**
 * Owns: how a test run is shown: a line per rule, and of what failed what decided.
 */
import type { SampleResult } from '../../detector/rules/kit/samples.ts';
import type { OutputFormat } from '../output/documents.ts';
import { escapeForTerminal } from '../output/escape.ts';
import { type Column, formatTable } from '../output/table.ts';
import { shortPath } from './open-kit.ts';
import { resultsOf, type Suite, type TestRun } from './test-run.ts';
import { formatTree, jsonLine } from './tree.ts';

function failed(results: readonly SampleResult[]): readonly SampleResult[] {
  return results.filter(({ passed }) => !passed);
}

function countOf({ results }: Suite, expect: string): string {
  return String(results.filter(({ sample }) => sample.expect === expect).length);
}

const COLUMNS: readonly Column<Suite>[] = [
  {
    title: 'RESULT',
    maxWidth: 10,
    cell: ({ results }) => {
      if (results.length === 0) return 'no samples';
      return failed(results).length === 0 ? 'pass' : `FAIL ${failed(results).length}`;
    },
  },
  { title: 'RULE', maxWidth: 60, cell: ({ rule }) => rule.title },
  { title: 'MATCH', maxWidth: 11, cell: (line) => countOf(line, 'match') },
  { title: 'NO MATCH', maxWidth: 11, cell: (line) => countOf(line, 'no match') },
  { title: 'CANNOT TELL', maxWidth: 11, cell: (line) => countOf(line, 'cannot tell') },
  { title: 'WHERE', maxWidth: 90, cell: ({ rule }) => shortPath(rule.path) },
];

/** With a trailing line break. */
export function formatRun(run: TestRun, format: OutputFormat): string {
  if (format === 'ndjson') return ndjson(run);
  const lines: readonly Suite[] = [
    ...run.suites,
    ...run.untested.map((rule) => ({ rule, results: [] })),
  ];
  const failures = resultsOf(run).failed.map(formatFailure);
  return lines.length === 0
    ? 'No rules found.\n'
    : `${formatTable(COLUMNS, lines)}\n${failures.join('')}`;
}

function formatFailure({ explanations, got, others, rule, sample }: SampleResult): string {
  const { expect, line, name, path } = sample;
  const place = `${shortPath(path)}:${line}`;
  const also = others.length === 0 ? '' : `; matched by ${others.join(', ')}`;
  const head = `FAIL ${rule.title}: ${name} (${place}): expected ${expect}, got ${got}${also}`;
  const trees = explanations.map(({ event, tree }) => {
    const level = event?.level === undefined ? '' : ` (${event.level})`;
    const about = escapeForTerminal(`  event ${event?.id}${level}: ${event?.verdict}`);
    return `${about}\n${formatTree(tree).replace(/^/gm, '    ')}\n`;
  });
  return `\n${escapeForTerminal(head)}\n${trees.join('')}`;
}

function ndjson(run: TestRun): string {
  const { problems, untested } = run;
  const lines: readonly object[] = [
    ...resultsOf(run).all.map(({ explanations, got, others, passed, rule, sample }) => ({
      result: passed ? 'pass' : 'fail',
      rule: { id: rule.id, title: rule.title },
      ...{ name: sample.name, expected: sample.expect, got, others },
      ...{ path: sample.path, line: sample.line },
      ...(!passed && { events: explanations.map(({ event, tree }) => ({ ...event, tree })) }),
    })),
    ...problems.map((problem) => ({ result: 'error', ...problem })),
    ...untested.map(({ at, id, path, title }) => ({
      ...{ result: 'no samples', rule: { id, title }, path, line: at.line },
    })),
  ];
  return lines.map(jsonLine).join('');
}
