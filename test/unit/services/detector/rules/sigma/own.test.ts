import { describe, expect, it } from 'vitest';
import { readRuleFiles } from '../../../../../../services/detector/rules/load.ts';

function load(own: string) {
  const text = `title: R\nid: r\nlogsource: {product: kubernetes}\ndetection: {s: {verb: get}, condition: s}\n${own}`;
  return readRuleFiles([{ path: 'r.yml', text }]);
}

describe('what a rule says to podwitness alone', () => {
  it('is read', () => {
    const { problems, rules } = load(
      'podwitness:\n  audit_level: RequestResponse\n  levels: {critical: high, low: informational}\n  runbook: |\n    Look at it.\n    Then act.\n',
    );
    expect(problems).toEqual([]);
    expect(rules).toMatchObject([
      {
        auditLevel: 'RequestResponse',
        levelByCriticality: { critical: 'high', low: 'informational' },
        runbook: 'Look at it.\nThen act.',
      },
    ]);
  });

  it.each([
    ['{audit_level: None}', 6, 27, '"audit_level" is "None", which an audit policy does not have'],
    ['{level: high}', 6, 14, '"podwitness" has no key "level" here'],
    ['{levels: {prod: high}}', 6, 23, '"podwitness" has no key "prod" here'],
    ['{levels: {high: severe}}', 6, 29, '"high" is "severe", which Sigma does not have'],
    ['{levels: {__proto__: high}}', 6, 23, '"podwitness" has no key "__proto__" here'],
    ['[]', 6, 13, '"podwitness" is not a map'],
    ['{runbook: [a]}', 6, 14, '"runbook" is no text'],
  ])('is checked, with its place: %s', (own, line, column, reason) => {
    const { problems, rules } = load(`\npodwitness: ${own}\n`);
    expect(rules).toEqual([]);
    expect(problems).toMatchObject([{ kind: 'invalid', line, column, reason }]);
  });
});
