import { describe, expect, it } from 'vitest';
import { parseRules } from './parsed.ts';

const RULE = `title: Title
id: 0c1fe3e8-5b0a-4f44-8f5c-5f2c8f7a4d10
logsource:
    product: kubernetes
    service: audit
detection:
    selection:
        verb: get
    condition: selection
level: high
`;

function parse(text: string) {
  return parseRules(text);
}
/** `line:column kind reason`, for all problems. */
function problems(text: string): readonly string[] {
  return parse(text).problems.map((p) => `${p.line}:${p.column} ${p.kind} ${p.reason}`);
}
/** RULE with another detection; its lines begin at line 7. */
function detection(lines: string, condition = 'selection'): string {
  return RULE.replace(
    / {4}selection:.*?condition: selection\n/s,
    `${lines}    condition: ${condition}\n`,
  );
}

describe('a rule file', () => {
  it('becomes a rule with all that findings say about it', () => {
    const [rule] = parse(`${RULE}status: test
author: A, B
description: |
    Two
    lines.
references: [https://a.example, https://b.example]
tags: [attack.execution]
my-own-field: allowed
`).rules;
    expect(rule).toMatchObject({
      id: '0c1fe3e8-5b0a-4f44-8f5c-5f2c8f7a4d10',
      title: 'Title',
      ruleset: 'sigma',
      path: 'rule.yml',
      level: 'high',
      status: 'test',
      author: 'A, B',
      description: 'Two\nlines.',
      references: ['https://a.example', 'https://b.example'],
      tags: ['attack.execution'],
      logsource: { product: 'kubernetes', service: 'audit' },
      condition: { kind: 'selection', name: 'selection' },
    });
  });

  it('may hold several rules, and nothing', () => {
    const both = `${RULE}---\n${RULE.replace('Title', 'Second')}---\n`;
    expect(parse(both).rules.map((rule) => [rule.title, rule.at.line])).toEqual([
      ['Title', 1],
      ['Second', 12],
    ]);
    expect(parse('')).toEqual({ rules: [], problems: [] });
    expect(parse('# nothing yet\n')).toEqual({ rules: [], problems: [] });
  });

  it('takes words in any case', () => {
    const [rule] = parse(`${RULE.replace('high', 'HIGH')}status: Test\n`).rules;
    expect(rule).toMatchObject({ level: 'high', status: 'test' });
  });

  it('keeps the good rules of a file with a bad one', () => {
    const { rules, problems: found } = parse(`${RULE}---\ntitle: Bad\n---\n${RULE}`);
    expect(rules).toHaveLength(2);
    expect(found.map((problem) => problem.line)).toEqual([12, 12]);
  });

  it('gives a rule without id one that depends on its title, and without level the level low', () => {
    const bare = RULE.replace(/^id:.*\n/m, '').replace(/^level:.*\n/m, '');
    const [first] = parse(bare).rules;
    const [second] = parse(bare.replace('Title', 'Other')).rules;
    expect(first?.id).toMatch(/^[\w-]{27}$/);
    expect(parse(`# moved\n${bare}`).rules[0]?.id).toBe(first?.id);
    expect(second?.id).not.toBe(first?.id);
    expect(first?.level).toBe('low');
  });
});

describe('problems', () => {
  it.each<[string, string, string]>([
    ['broken YAML', RULE.replace('verb: get', "verb: 'get"), '11:1 invalid YAML: Missing closing'],
    ['a key twice', `${RULE}level: low\n`, '11:1 invalid a rule has the key "level" twice'],
    ['no map', 'just text\n', '1:1 invalid a rule is not a map'],
    ['no title', RULE.replace('title: Title\n', ''), '1:1 invalid the rule has no title'],
    ['a long title', RULE.replace('Title', 'x'.repeat(257)), '1:1 invalid the rule has no title'],
    [
      'no logsource',
      RULE.replace(/logsource:.*?(?=detection)/s, ''),
      '1:1 invalid the rule has no logsource',
    ],
    [
      'no detection',
      RULE.replace(/detection:.*?(?=level)/s, ''),
      '1:1 invalid the rule has no detection',
    ],
    [
      'no condition',
      RULE.replace(/ +condition:.*\n/, ''),
      '6:1 invalid detection has no condition',
    ],
    ['a list as title', RULE.replace('Title', '[a]'), '1:1 invalid "title" is no text'],
    ['a wrong level', RULE.replace('high', 'urgent'), '10:8 invalid "level" is "urgent"'],
    ['status unsupported', `${RULE}status: unsupported\n`, '11:1 unsupported the rule says that'],
    ['a taxonomy', `${RULE}taxonomy: ocsf\n`, '11:1 unsupported the rule needs a taxonomy'],
    [
      'a timeframe',
      detection('    timeframe: 5m\n    selection:\n        verb: get\n'),
      '7:5 unsupported the rule needs a timeframe',
    ],
    [
      'a bad condition',
      detection('    selection:\n        verb: get\n', 'selektion'),
      '9:16 invalid the condition names "selektion"',
    ],
    [
      'a condition that is a map',
      detection('    selection:\n        verb: get\n', '{a: b}'),
      '9:16 invalid the condition is no text',
    ],
    [
      'an empty selection',
      detection('    selection: {}\n'),
      '7:16 invalid "selection" tests nothing',
    ],
    [
      'no value',
      detection('    selection:\n        verb: []\n'),
      '8:9 invalid the field "verb" has no value',
    ],
    [
      'a nested map',
      detection('    selection:\n        verb: {a: b}\n'),
      '8:15 invalid the field "verb" has a nested value',
    ],
    [
      'a nested list',
      detection('    selection:\n        verb: [[a]]\n'),
      '8:16 invalid the field "verb" has a nested value',
    ],
    [
      'null among values',
      detection('    selection:\n        verb: [a, null]\n'),
      '8:9 invalid null can not be one of several',
    ],
    [
      'a null keyword',
      detection('    selection: [a, null]\n'),
      '7:20 invalid null can not be null here',
    ],
    [
      'contains null',
      detection('    selection:\n        verb|contains: null\n'),
      '8:24 invalid null can not be null here',
    ],
    [
      'an alias',
      detection('    selection:\n        verb: &v get\n        stage: *v\n'),
      '9:16 unsupported YAML aliases are not read',
    ],
    [
      'an unknown modifier',
      detection('    selection:\n        verb|contain: a\n'),
      '8:9 invalid Sigma has no modifier "contain"',
    ],
    [
      'an empty modifier',
      detection('    selection:\n        verb|: a\n'),
      '8:9 invalid Sigma has no modifier ""',
    ],
    [
      'all of one',
      detection('    selection:\n        verb|contains|all: a\n'),
      '8:9 invalid "all" has a single value',
    ],
    [
      'exists without a boolean',
      detection("    selection:\n        verb|exists: 'true'\n"),
      '8:9 invalid "exists" has no true or false',
    ],
    [
      'exists of two',
      detection('    selection:\n        verb|exists: [true, false]\n'),
      '8:9 invalid "exists" has no true or false',
    ],
    [
      'exists and more',
      detection('    selection:\n        verb|exists|neq: true\n'),
      '8:9 invalid the modifiers exists, neq do not go',
    ],
    [
      'two comparisons',
      detection('    selection:\n        verb|gt|lt: 1\n'),
      '8:9 invalid the modifiers gt, lt do not go',
    ],
    [
      'a comparison with a text',
      detection("    selection:\n        verb|gt: '1'\n"),
      '8:18 invalid 1 is no number',
    ],
    [
      'a comparison of a part',
      detection('    selection:\n        verb|contains|gt: 1\n'),
      '8:9 invalid the modifiers contains, gt do not go',
    ],
    [
      'no network',
      detection('    selection:\n        verb|cidr: 10.0.0.0/40\n'),
      '8:20 invalid 10.0.0.0/40 is no network',
    ],
    [
      'a keyword that starts',
      detection("    selection:\n        '|startswith': a\n"),
      '8:9 unsupported keywords have a modifier',
    ],
  ])('%s', (_, text, expected) => {
    const found = problems(text);
    expect(
      found.some((problem) => problem.startsWith(expected)),
      found.join('\n'),
    ).toBe(true);
    expect(parse(text).rules).toEqual([]);
  });

  it.each([
    ['a misspelt key', 'levle: low\n', '11:1 warning a rule has no key "levle"'],
    ['no relation', 'related: [{id: a, type: friend}]\n', '11:11 warning "related" names no rule'],
    ['no related rule', 'related: [{type: similar}]\n', '11:11 warning "related" names no rule'],
    ['a list of ids', 'related: [a]\n', '11:11 warning "related" names no rule'],
  ])('that are odd leave the rule in use: %s', (_, line, expected) => {
    expect(problems(RULE + line).map((one) => one.slice(0, expected.length))).toEqual([expected]);
    expect(parse(RULE + line).rules).toHaveLength(1);
  });

  it('are none for what the specification has, and for what is one’s own', () => {
    const extra = [
      ...['name: n', 'license: MIT', 'date: 2026-11-21', 'modified: 2026-11-21', 'fields: [verb]'],
      ...['scope: [server]', 'taxonomy: ecs', 'related: [{id: a, type: derived}]', 'ours: {a: 1}'],
    ];
    expect(problems(`${RULE}${extra.join('\n')}\n`)).toEqual([]);
  });

  it('all come at once, each with a remedy', () => {
    const text = detection(
      '    selection:\n        verb|re: (a\n        stage|contain: b\n',
      'selction',
    );
    const found = parse(text.replace('high', 'hihg')).problems;
    expect(found.map((problem) => problem.line)).toEqual([8, 9, 10, 11]);
    for (const problem of found) expect(problem.remedy).toMatch(/^[A-Z].*[.?]$/);
    expect(found[1]?.remedy).toBe('Did you mean "contains"?');
  });

  it('does not fall over whatever the YAML is', () => {
    for (const text of [
      '[',
      '{',
      '- - -',
      '? a',
      '!!binary x',
      '&a [*a]',
      '%YAML 9',
      '\t',
      '\u0000',
    ]) {
      expect(parse(text).rules).toEqual([]);
    }
    expect(problems(`title: ${'['.repeat(5000)}`).length).toBeGreaterThan(0);
  });
});
