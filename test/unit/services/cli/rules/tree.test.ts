/**
 * Trees and tables of the rule kit: what they say, and that no title, text or value of an event can
 * say anything else on a terminal.
 */
import { describe, expect, it } from 'vitest';
import { formatFindings } from '../../../../../services/cli/rules/lint-report.ts';
import { formatList } from '../../../../../services/cli/rules/list-table.ts';
import { formatTree, jsonLine } from '../../../../../services/cli/rules/tree.ts';
import type { RuleCoverage } from '../../../../../services/detector/rules/kit/coverage.ts';
import type { LintFinding } from '../../../../../services/detector/rules/kit/finding.ts';
import type { TraceNode } from '../../../../../services/detector/rules/kit/trace.ts';
import type { Rule } from '../../../../../services/detector/rules/model.ts';

const HOSTILE = 'a\u001b[2J\nb\u202ec';
const SAFE = 'a\\u{1b}[2J\\u{a}b\\u{202e}c';
const RULE: Rule = {
  ...{ id: HOSTILE, title: HOSTILE, ruleset: 'sigma', language: 'sigma', path: HOSTILE },
  ...{ at: { line: 1, column: 2 }, references: [], tags: ['attack.t1609'], falsePositives: [] },
  ...{ level: 'low', kinds: ['audit'], condition: { kind: 'always' }, needsState: HOSTILE },
};

function predicate(truth: boolean | undefined, more: Partial<TraceNode>): TraceNode {
  return { kind: 'predicate', text: 'verb is get', truth, operands: [], ...more };
}

describe('a tree', () => {
  it('says of each part whether it is true, and what it saw', () => {
    const tree: TraceNode = {
      ...{ kind: 'and', truth: false },
      operands: [
        predicate(true, { values: ['"get"', '7'] }),
        predicate(false, { values: [], isDecisive: true }),
        {
          kind: 'not',
          truth: undefined,
          operands: [predicate(undefined, { missing: ['requestObject'] })],
        },
        { kind: 'or', truth: false, operands: [{ kind: 'never', truth: false, operands: [] }] },
      ],
    };
    expect(formatTree(tree)).toBe(`✗ all of
  ✓ verb is get  ("get", 7)
  ✗ verb is get  (no value)  ←
  ? not
    ? verb is get  (requestObject was not recorded)
  ✗ any of
    ✗ never true`);
    expect(JSON.parse(jsonLine(tree))).toMatchObject({ operands: [{}, {}, { truth: null }, {}] });
  });

  it('has no marks where no event was looked at', () => {
    expect(
      formatTree({ kind: 'or', operands: [{ kind: 'predicate', text: 'x', operands: [] }] }),
    ).toBe('any of\n  x');
  });

  it('keeps hostile texts and values on one line, and long ones short', () => {
    const text = formatTree(predicate(true, { text: HOSTILE, values: [HOSTILE] }));
    expect(text).toContain(SAFE);
    expect(text).not.toMatch(/[\n\u202e]/);
    expect(formatTree(predicate(true, { values: ['x'.repeat(1e6)] })).length).toBeLessThan(300);
  });
});

describe('lists and findings', () => {
  it('keep hostile titles and paths on one line', () => {
    const listed = {
      rule: RULE,
      mode: 'needs state',
      techniques: ['T1609'],
      foundBy: [HOSTILE],
    } as const;
    const table = formatList([listed], 'table');
    expect(table).toContain(SAFE);
    expect(table.trimEnd().split('\n')).toHaveLength(2);
    const finding: LintFinding = {
      ...{ severity: 'error', check: 'load', path: HOSTILE, line: 1, column: 1 },
      ...{ reason: HOSTILE, remedy: HOSTILE, rule: { id: HOSTILE, title: HOSTILE } },
    };
    const line = formatFindings([finding], 'table');
    expect(line.split(SAFE)).toHaveLength(5);
    expect(line.trimEnd().split('\n')).toHaveLength(1);
    expect(JSON.parse(formatFindings([finding], 'ndjson'))).toEqual(finding);
  });

  it('say how a rule was covered', () => {
    const coverage: RuleCoverage = {
      ...{
        rule: RULE,
        events: 9,
        tried: 4,
        matched: 1,
        undecided: 3,
        policy: 'partly',
        needs: 'Request',
      },
      ...{ levels: { Metadata: 3, Request: 6 } },
      gaps: [{ part: 'requestObject', level: 'Metadata', count: 3 }],
    };
    const listed = {
      rule: { ...RULE, title: 'T' },
      mode: 'active',
      techniques: [],
      foundBy: [],
      coverage,
    } as const;
    expect(formatList([listed], 'table')).toMatch(
      /9 +4 +1 +3 +partly: Metadata 3, Request 6 +requestObject at Metadata 3\n$/,
    );
    expect(JSON.parse(formatList([listed], 'ndjson'))).toMatchObject({
      ...{ title: 'T', line: 1, column: 2, coverage: { undecided: 3 } },
    });
    expect(formatList([], 'table')).toBe('No rules found.\n');
  });
});
