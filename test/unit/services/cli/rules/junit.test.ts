/**
 * JUnit XML: well-formed whatever stands in names and values, and with the counts that CI shows.
 */
import { describe, expect, it } from 'vitest';
import type { SampleResult } from '../../../../../services/detector/rules/kit/samples.ts';
import type { Rule } from '../../../../../services/detector/rules/model.ts';
import { formatJunit } from '../../../../../services/cli/rules/junit.ts';
import type { TestRun } from '../../../../../services/cli/rules/test-run.ts';
import { readXml } from './xml.ts';

const HOSTILE = '</testcase>"\'&<b>]]>\u001b[2J\u202e\u0000\ud800\uffff\n';

function rule(title: string): Rule {
  return {
    ...{ id: title, title, ruleset: 'sigma', language: 'sigma', path: 'r.yml', level: 'low' },
    ...{ at: { line: 1, column: 1 }, references: [], tags: [], falsePositives: [] },
    ...{ kinds: ['audit'], condition: { kind: 'always' } },
  };
}

function result(of: Rule, name: string, passed: boolean): SampleResult {
  const tree = { kind: 'predicate', text: HOSTILE, truth: false, values: [HOSTILE], operands: [] };
  return {
    ...{ rule: of, passed, got: passed ? 'match' : 'no match', others: [] },
    sample: { name, expect: 'match', event: {}, path: 's.jsonl', line: 7 },
    explanations: passed ? [] : [{ rule: of, foundBy: [], tree: { ...tree, kind: 'predicate' } }],
  };
}

describe('JUnit', () => {
  const [plain, hostile] = [rule('Plain'), rule(HOSTILE)];
  const run: TestRun = {
    suites: [
      { rule: plain, results: [result(plain, 'a', true), result(plain, 'b', true)] },
      { rule: hostile, results: [result(hostile, HOSTILE, false)] },
    ],
    problems: [{ path: 's.jsonl', line: 3, reason: HOSTILE, remedy: HOSTILE }],
    untested: [],
  };
  const root = readXml(formatJunit(run));

  it('has a suite per rule, a case per sample, and the counts of each', () => {
    expect(root.name).toBe('testsuites');
    expect(root.attributes).toMatchObject({ tests: '4', failures: '1', errors: '1' });
    expect(root.children.map(({ attributes }) => attributes)).toMatchObject([
      { name: 'Plain', tests: '2', failures: '0', errors: '0', skipped: '0' },
      { tests: '1', failures: '1', errors: '0' },
      { name: 'samples', tests: '1', failures: '0', errors: '1' },
    ]);
    const cases = root.children.flatMap(({ children }) => children);
    expect(cases.map(({ name, children }) => [name, children.map((c) => c.name)])).toEqual([
      ['testcase', []],
      ['testcase', []],
      ['testcase', ['failure']],
      ['testcase', ['error']],
    ]);
    expect(cases[0]?.attributes).toEqual({
      name: 'a',
      classname: 'Plain',
      file: 's.jsonl',
      line: '7',
    });
  });

  it('keeps hostile names as text', () => {
    const [failed] = root.children[1]?.children ?? [];
    expect(failed?.attributes['name']).toContain('</testcase>"\'&<b>]]>\\u{1b}[2J\\u{202e}\\u{0}');
    expect(failed?.children[0]?.text).toContain('✗ </testcase>');
  });

  it('is the same for the same run, and empty for none', () => {
    expect(formatJunit(run)).toBe(formatJunit(run));
    const none = readXml(formatJunit({ suites: [], problems: [], untested: [plain] }));
    expect(none).toMatchObject({ attributes: { tests: '0' }, children: [] });
  });
});
