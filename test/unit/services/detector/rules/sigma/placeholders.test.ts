import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { lowerRule } from '../../../../../../services/detector/rules/sigma/lower.ts';
import { matchAll } from '../../match-all.ts';
import { parseRules } from './parsed.ts';

const VALUES = {
  admins: ['alice', 'bob*'],
  hosts: ['srv1', 'srv2'],
  nets: ['10.0.0.0/8', 'fd00::/8'],
  none: [],
};

function parse(test: string) {
  const text = `title: T\nlogsource: {product: test}\ndetection:\n  s: ${test}\n  condition: s\n`;
  return parseRules(text, VALUES);
}

describe('placeholders', () => {
  it.each([
    ["{a|expand: '%admins%'}", 'alice', true],
    ["{a|expand: '%admins%'}", 'Bobby', true],
    ["{a|expand: '%admins%'}", 'carol', false],
    ["{a|expand: '%admins%@%hosts%'}", 'bobby@srv2', true],
    ["{a|expand: '%admins%@%hosts%'}", 'alice@srv3', false],
    ["{a|expand|contains: '%hosts%'}", 'x srv1 y', true],
    ["{a|contains|expand: '%hosts%'}", 'x srv1 y', true],
    ["{a|contains|expand|all: ['%admins%', '%hosts%']}", 'srv2 and alice', true],
    ["{a|contains|expand|all: ['%admins%', '%hosts%']}", 'srv1 and srv2', false],
    ["{a|expand|neq: '%hosts%'}", 'srv1', false],
    ["{a|expand|cidr: '%nets%'}", 'fd00::7', true],
    ["{a|expand: '%hosts%'}", '%hosts%', false],
    // Without the modifier, and escaped, a percent sign is one.
    ["{a: '%hosts%'}", '%hosts%', true],
    [String.raw`{a|expand: '\%hosts\%'}`, '%hosts%', true],
    [String.raw`{a|expand: '\%x%hosts%'}`, '%xsrv1', true],
    ["{a|expand: '100%'}", '100%', true],
    // Behind a backslash there is no placeholder.
    [String.raw`{a|expand: 'c:\%admins%'}`, 'c:%admins%', true],
  ])('%s on %j is %j', (test, a, expected) => {
    const { problems, rules } = parse(test);
    expect(problems).toEqual([]);
    const set = compileRules(rules.map((rule) => ({ ...lowerRule(rule), kinds: ['audit'] })));
    expect(matchAll(set, { a }).length === 1).toBe(expected);
  });

  it.each(['%nobody%', 'x%none%', '%constructor%', '%__proto__%'])(
    'without a value are refused: %s',
    (text) => {
      const { problems, rules } = parse(`{a|expand: '${text}'}`);
      expect(rules).toEqual([]);
      expect(problems).toMatchObject([{ kind: 'unsupported', line: 4, column: 17 }]);
      expect(problems[0]?.reason).toMatch(/^the placeholder %\w+% has no value$/);
    },
  );

  it('are written out within bounds', () => {
    const { problems } = parse(`{a|expand: '${'%hosts%'.repeat(20)}'}`);
    expect(problems[0]?.reason).toContain('stands for more than 10000 texts');
  });
});
