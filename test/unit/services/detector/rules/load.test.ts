import { describe, expect, it } from 'vitest';
import { loadRules } from '../../../../../services/detector/rules/load.ts';
import { matchAll } from '../match-all.ts';
import { documentOf } from '../audit-document.ts';

function rule(
  id: string,
  test: string,
  logsource = '{product: kubernetes, service: audit}',
): string {
  return `title: Rule ${id}\nid: ${id}\nlogsource: ${logsource}\ndetection:\n  s: ${test}\n  condition: s\n`;
}

function load(...texts: readonly string[]) {
  return loadRules(texts.map((text, i) => ({ path: `${i}.yml`, text, ruleset: 'sigma' })));
}

describe('loading rules', () => {
  it('compiles all, in order, and reports each that is not in use', () => {
    const { problems, ruleSet } = load(
      rule('first', '{verb: get}'),
      rule('bad', '{verb|re: (?=get)}'),
      `${rule('second', '{requestURI|contains: pods}')}---\n${rule('third', '{verb: list}')}`,
    );
    expect(ruleSet.rules.map(({ id }) => id)).toEqual(['first', 'second', 'third']);
    expect(problems.map(({ path, line, kind }) => [path, line, kind])).toEqual([
      ['1.yml', 5, 'unsupported'],
    ]);
    const event = documentOf({ verb: 'get', requestURI: '/api/v1/pods' });
    expect(matchAll(ruleSet, event).map(({ id }) => id)).toEqual(['first', 'second']);
  });

  it('leaves out rules for other events', () => {
    const { problems, ruleSet } = load(
      rule('a', '{CommandLine: 1}', '{product: windows, service: security}'),
      rule('b', '{CommandLine: 1}', ''),
    );
    expect(ruleSet.rules).toEqual([]);
    expect(problems.map(({ kind, reason }) => [kind, reason])).toEqual([
      ['not-applicable', 'the rule is for other events (windows/security)'],
      ['not-applicable', 'the rule is for other events (no log source)'],
    ]);
  });

  it('refuses a second rule with the same id', () => {
    const { problems, ruleSet } = load(rule('a', '{verb: get}'), rule('a', '{verb: list}'));
    expect(ruleSet.rules).toHaveLength(1);
    expect(problems).toMatchObject([
      {
        kind: 'invalid',
        path: '1.yml',
        line: 1,
        reason: 'the id a is already that of "Rule a" (0.yml:1)',
      },
    ]);
  });

  it('refuses a field that no event has, with its place and a guess', () => {
    const { problems, ruleSet } = load(rule('a', '{verb: get, objectref.name: x, CommandLine: 1}'));
    expect(ruleSet.rules).toEqual([]);
    expect(problems.map((p) => [p.line, p.column, p.reason, p.remedy])).toEqual([
      [5, 18, 'no event has a field "objectref.name"', 'Did you mean "objectRef"?'],
      [5, 37, 'no event has a field "CommandLine"', 'Use a field of the audit event or of ECS.'],
    ]);
  });

  it('names a rule once although several of its keys are met', () => {
    const { ruleSet } = load(rule('a', '{user.groups: [dev, ops]}'));
    const event = documentOf({ user: { groups: ['dev', 'ops', 'dev'] } });
    expect(matchAll(ruleSet, event)).toHaveLength(1);
  });
});
