/** What Falco's rule files become: rules with their levels, tags, outputs, places; and what is told. */
import { describe, expect, it } from 'vitest';
import { threatOf } from '../../../../../../services/detector/attack.ts';
import { predicatesOf } from '../../../../../../services/detector/rules/expression.ts';
import { compileFalco, loadFalco } from '../../../../../../services/detector/rules/falco/load.ts';
import { printCondition } from '../../../../../../services/detector/rules/falco/print.ts';
import { readRuleFiles } from '../../../../../../services/detector/rules/load.ts';
import type { Rule } from '../../../../../../services/detector/rules/model.ts';
import { DEFAULT_OPTIONS, PRIORITIES } from '../../../../../../services/detector/rules/options.ts';
import { normalized } from '../../normalized.ts';
import { auditFile, load, titlesOf, verdictOf } from './rule.ts';

const rule = (name: string, more: Readonly<Record<string, string>> = {}): string => {
  const keys = {
    ...{ desc: 'd', condition: 'ka.verb=get', output: 'o', priority: 'INFO' },
    ...{ source: 'k8s_audit', ...more },
  };
  const lines = Object.entries(keys).map(([key, value]) => `  ${key}: ${value}`);
  return [`- rule: ${name}`, ...lines, ''].join('\n');
};

function only(text: string): Rule {
  const { problems, rules } = load(text);
  expect(problems).toEqual([]);
  const [first, ...more] = rules;
  if (first === undefined || more.length > 0) throw new Error(`${rules.length} rules`);
  return first;
}

const printed = (text: string): readonly string[] =>
  compileFalco([{ path: 'x', text }], DEFAULT_OPTIONS.falco).rules.map(({ condition }) =>
    printCondition(condition),
  );
const reasons = (text: string): readonly string[] =>
  load(text).problems.map(({ kind, reason }) => `${kind}: ${reason}`);

describe('a rule', () => {
  it('has its priority as level, its tags for ATT&CK, and an id by its name', () => {
    const tags = '[k8s, mitre_privilege_escalation, T1611, T1552.007]';
    const made = only(rule('Some rule', { priority: 'WARNING', tags }));
    expect(made).toMatchObject({
      ...{ title: 'Some rule', description: 'd', level: 'medium', kinds: ['audit'] },
      ...{
        ruleset: 'falco',
        language: 'falco',
        at: { line: 1, column: 3 },
        auditLevel: 'Metadata',
      },
    });
    expect(made.tags.slice(0, 4)).toEqual([
      ...['k8s', 'mitre_privilege_escalation', 'T1611', 'T1552.007'],
    ]);
    expect(threatOf(made.tags)).toMatchObject({
      tactic: { id: ['TA0004'] },
      technique: { id: ['T1611', 'T1552'], subtechnique: { id: ['T1552.007'] } },
    });
    expect(made.id).toBe(only(rule('Some rule', { condition: 'ka.verb=list' })).id);
    expect(made.id).not.toBe(only(rule('Some other rule')).id);
  });

  it('has a level for each priority', () => {
    const levels = PRIORITIES.map((priority) => only(rule('x', { priority })).level);
    expect(levels).toEqual([
      ...['critical', 'critical', 'critical', 'high', 'medium', 'low'],
      ...['informational', 'informational'],
    ]);
  });

  it('below the least priority is listed, and not used; so is one that is not enabled', () => {
    const text = [rule('a', { priority: 'NOTICE' }), rule('b', { enabled: 'false' })].join('\n');
    const isDisabled = (minimumPriority: 'notice' | 'warning') =>
      load(text, { minimumPriority }).rules.map((made) => made.isDisabled === true);
    expect(isDisabled('notice')).toEqual([false, true]);
    expect(isDisabled('warning')).toEqual([true, true]);
  });

  it('says which audit level it needs', () => {
    const level = (condition: string) => only(rule('x', { condition })).auditLevel;
    expect(level('ka.req.pod.containers.image intersects (a)')).toBe('Request');
    expect(level('jevt.value[/requestObject/spec/tls] exists')).toBe('Request');
    expect(level('ka.resp.name = a and ka.req.service.type = b')).toBe('RequestResponse');
    expect(level('ka.target.name = a')).toBe('Metadata');
  });

  it('asks for metadata by their path, so that rules are found by an index', () => {
    const fields = ['ka.verb', 'ka.target.resource', 'ka.user.name', 'jevt.value[/stage]'];
    const condition = fields.map((field) => `${field} = a`).join(' and ');
    const { condition: made } = only(rule('x', { condition }));
    for (const { field, question } of predicatesOf(made)) {
      expect(field.kind).toBe('path');
      if (question.kind === 'some') expect(question.test.kind).toBe('equals');
    }
    expect(predicatesOf(made)).toHaveLength(fields.length + 1);
  });

  it('that can not be told of is told of in the corrected meaning alone', () => {
    const [event] = normalized(
      JSON.stringify({
        ...{ kind: 'Event', level: 'Metadata', auditID: 'a', stage: 'ResponseComplete' },
        ...{ verb: 'create', requestURI: '/api/v1/pods', user: { username: 'a' } },
        ...{ objectRef: { resource: 'pods' }, stageTimestamp: '2026-11-21T06:10:52Z' },
      }),
    );
    const document = event?.document ?? {};
    const condition = 'ka.verb = create and ka.req.pod.host_network intersects (true)';
    expect(verdictOf(condition, document)).toBe(false);
    expect(verdictOf(condition, document, { meaning: 'corrected' })).toBeUndefined();
    const other = 'ka.verb = get and ka.req.pod.host_network intersects (true)';
    expect(verdictOf(other, document, { meaning: 'corrected' })).toBe(false);
  });

  it('is compared in order as text, and corrected as a number', () => {
    const document = { kubernetes: { audit: { auditID: 'a', responseStatus: { code: 99 } } } };
    expect(verdictOf('ka.response.code > 200', document)).toBe(true);
    expect(verdictOf('ka.response.code > 200', document, { meaning: 'corrected' })).toBe(false);
  });
});

describe('an output', () => {
  it('names fields, with arguments and transformers', () => {
    const output = 'a=%ka.user.name/%ka.uri.param[command]. b=%toupper(ka.verb) c';
    const { output: template } = only(rule('x', { output }));
    expect(template?.absent).toBe('<NA>');
    expect(template?.parts.map((part) => (typeof part === 'string' ? part : [part.name]))).toEqual([
      ...['a=', ['ka.user.name'], '/', ['ka.uri.param[command]'], '. b='],
      ...[['toupper(ka.verb)'], ' c'],
    ]);
  });

  it.each(['%nothing.here', '100%', '%', '% ka.verb'])('%s is refused', (output) => {
    const { problems, rules } = load(auditFile('ka.verb=get', output));
    expect(rules).toEqual([]);
    expect(problems.map(({ kind }) => kind)).toEqual(['invalid']);
  });
});

describe('fields that no event has', () => {
  const text = (skip: string) =>
    rule('x', { condition: 'ct.name=a', 'skip-if-unknown-filter': skip });

  it('make a rule invalid, or let it be skipped', () => {
    expect(load(text('false')).problems).toMatchObject([{ kind: 'invalid', line: 3, column: 14 }]);
    expect(load(text('true')).problems).toMatchObject([{ kind: 'not-applicable' }]);
    expect(load(text('true')).rules).toEqual([]);
  });

  it('may come of sources that are not ours, of which rules are not used', () => {
    const { problems, rules } = load(
      rule('x', { condition: 'ct.name=a', source: 'aws_cloudtrail' }),
    );
    expect(rules).toEqual([]);
    expect(problems).toMatchObject([
      { kind: 'not-applicable', reason: 'Unknown source aws_cloudtrail, skipping' },
    ]);
  });
});

describe('rules for system calls', () => {
  const text = rule('Terminal shell in container', {
    ...{ source: 'syscall', priority: 'NOTICE', tags: '[T1059]' },
    condition: 'evt.type = execve and proc.tty != 0 and container.id exists',
    output: 'shell %proc.cmdline in %container.name by %user.name at %evt.args',
  });
  const alert = (more: object = {}) => ({
    ...{ hostname: 'worker-1', output: 'x', priority: 'Notice', source: 'syscall' },
    ...{ rule: 'Terminal shell in container', time: '2026-11-18T08:16:02.123456789Z' },
    output_fields: { 'proc.cmdline': 'sh', 'container.name': 'web' },
    ...more,
  });
  const matches = (record: object): readonly string[] =>
    normalized(JSON.stringify(record)).flatMap(({ document, kind }) =>
      titlesOf(load(text).rules, document, kind),
    );

  it('match the alerts that name them, and no test, other source or event', () => {
    expect(load(text).rules).toMatchObject([{ kinds: ['alert'], level: 'low' }]);
    expect(matches(alert())).toEqual(['Terminal shell in container']);
    expect(matches(alert({ source: undefined }))).toEqual(['Terminal shell in container']);
    expect(matches(alert({ rule: 'terminal shell in container' }))).toEqual([]);
    expect(matches(alert({ source: 'k8s_audit' }))).toEqual([]);
    const event = { kind: 'Event', auditID: 'a', stage: 'ResponseComplete', verb: 'get' };
    expect(matches({ ...event, rule: { name: 'Terminal shell in container' } })).toEqual([]);
  });

  it('do not match a test alert, even if a rule has its name', () => {
    const named = text.replace('Terminal shell in container', 'Test rule');
    const [event] = normalized(JSON.stringify(alert({ rule: 'Test rule' })));
    expect(titlesOf(load(named).rules, event?.document ?? {}, 'alert')).toEqual([]);
  });

  it('say what the alert has of their output', () => {
    const [made] = load(text).rules;
    const names = made?.output?.parts.flatMap((part) => (typeof part === 'string' ? [] : [part]));
    expect(names?.map(({ field, name }) => [name, field.kind === 'path' && field.paths])).toEqual(
      ['proc.cmdline', 'container.name', 'user.name', 'evt.args'].map((name) => [
        ...[name, [['falco', 'output_fields', name]]],
      ]),
    );
  });

  it('of the audit log do not match alerts: the requests are seen themselves', () => {
    const [event] = normalized(JSON.stringify(alert({ source: 'k8s_audit', rule: 'x' })));
    expect(titlesOf(load(rule('x')).rules, event?.document ?? {}, 'alert')).toEqual([]);
  });
});

describe('files', () => {
  it('build on each other, in their order', () => {
    const base = [
      '- list: l',
      '  items: [a]',
      '- macro: m',
      '  condition: ka.verb in (l)',
      rule('x', { condition: 'm' }),
    ];
    const own = [
      ...['- list: l', '  items: [b c]', '  override: {items: append}'],
      ...['- rule: x', '  condition: and ka.uri exists', '  tags: [t]', '  priority: ERROR'],
      ...['  override: {condition: append, tags: append, priority: replace}'],
    ];
    const files = [base, own].map((lines, i) => ({ path: `${i}.yaml`, text: lines.join('\n') }));
    const { problems, rules } = compileFalco(files, DEFAULT_OPTIONS.falco);
    expect(problems).toEqual([]);
    expect(rules.map(({ condition }) => printCondition(condition))).toEqual([
      '(ka.verb in (a, "b c") and ka.uri exists)',
    ]);
    expect(rules[0]?.rule).toMatchObject({ level: 'high', tags: ['t'], path: '0.yaml' });
    const wrongOrder = loadFalco([...files].reverse(), DEFAULT_OPTIONS);
    expect(wrongOrder.problems.filter(({ kind }) => kind === 'invalid')).toHaveLength(2);
  });

  it('are told from Sigma by what is in them', () => {
    const { problems, rules } = readRuleFiles([{ path: 'a.yml', text: rule('x') }]);
    expect([problems, rules.map(({ language }) => language)]).toEqual([[], ['falco']]);
  });

  it('with a rule that is wrong give all others', () => {
    const text = [rule('a', { condition: 'ka.verb =' }), rule('b'), '- nothing: 1'].join('\n');
    expect(load(text).rules.map(({ title }) => title)).toEqual(['b']);
    expect(reasons(text)).toHaveLength(2);
  });
});

describe('lists', () => {
  it.each([
    ['a list in lists', '[a]', '[one, b]', '[two, c]', 'ka.verb in (a, b, c)'],
    ['an empty one', '[]', '[one]', '[two, c]', 'ka.verb in (c)'],
    ['only empty ones', '[]', '[one]', '[two]', 'ka.verb in ()'],
    ['one that names itself', '[one, a]', '[one]', '[two]', 'ka.verb in (one, a)'],
    ['items with quotes of their own', `['"x,y"']`, '[one]', '[two]', 'ka.verb in (x,y)'],
  ])('%s', (...[, one, two, three, expected]) => {
    const lists = Object.entries({ one, two, three }).flatMap(([name, items]) => [
      ...[`- list: ${name}`, `  items: ${items}`],
    ]);
    expect(printed([...lists, rule('x', { condition: 'ka.verb in (three)' })].join('\n'))).toEqual([
      expected,
    ]);
  });

  it('stay what they are in quotes', () => {
    const condition = `ka.uri contains "say one (one)" and ka.verb in ("one", one)`;
    const text = [
      '- list: one',
      '  items: [a]',
      rule('x', { condition: JSON.stringify(condition) }),
    ];
    expect(printed(text.join('\n'))).toEqual([
      '(ka.uri contains "say one (one)" and ka.verb in (one, a))',
    ]);
  });
});

describe('macros', () => {
  it.each([
    ['themselves', 'm', 'a = a', 'reference loop'],
    ['what comes later', 'n', 'ka.verb = a', "Undefined macro 'n'"],
    ['nothing that is there', 'o', 'ka.verb = a', "Undefined macro 'o'"],
  ])('may not name %s', (_, first, second, reason) => {
    const macro = (name: string, condition: string) => [
      `- macro: ${name}`,
      `  condition: ${condition}`,
    ];
    const twice = [...macro('m', 'ka.verb = x'), ...macro('m', first), ...macro('n', second)];
    const told = reasons([...twice, rule('x', { condition: 'm' })].join('\n'));
    expect(told.filter((one) => one.includes(reason)).length).toBeGreaterThan(0);
  });

  it('that grow without end are refused', () => {
    const macros = Array.from({ length: 40 }, (_, i) => [
      ...[`- macro: m${i + 1}`, `  condition: m${i} or m${i}`],
    ]).flat();
    const text = [
      '- macro: m0',
      '  condition: ka.verb = a',
      ...macros,
      rule('x', { condition: 'm40' }),
    ];
    expect(reasons(text.join('\n')).some((one) => one.includes('checks in a rule'))).toBe(true);
  });
});

describe('exceptions', () => {
  const withException = (...lines: readonly string[]): string =>
    [rule('x').trimEnd(), '  exceptions:', ...lines.map((line) => `    ${line}`)].join('\n');

  it('take away tuples, and single values', () => {
    const text = withException(
      ...['- name: a', '  fields: [ka.user.name, ka.verb]', '  comps: [=, in]'],
      ...['  values: [[bob, [get, list]], ["b b", create]]'],
      ...['- name: b', '  fields: ka.target.name', '  values: [x, y]'],
    );
    expect(printed(text)).toEqual([
      '(ka.verb = get and not ((ka.user.name = bob and ka.verb in (get, list)) or ' +
        '(ka.user.name = "b b" and ka.verb in (create))) and not ka.target.name in (x, y))',
    ]);
  });

  it('get further values from other files, and new ones', () => {
    const base = withException('- name: a', '  fields: ka.verb', '  values: [get]');
    const more = [
      ...['- rule: x', '  exceptions:', '    - {name: a, values: [list]}'],
      ...['    - {name: b, fields: [ka.uri], values: [[/x]]}', '  override: {exceptions: append}'],
    ];
    expect(printed([base, ...more].join('\n'))).toEqual([
      '(ka.verb = get and not ka.verb in (get, list) and not ka.uri = /x)',
    ]);
  });

  it('of a field that no event has are refused', () => {
    const text = withException('- name: a', '  fields: ct.name', '  values: [x]');
    expect(reasons(text)).toEqual(["invalid: 'ct.name' is not a supported filter field"]);
  });
});

describe('problems', () => {
  it.each([
    ['plain', '  condition: ka.verb = get and ka.verbb = 1', 3, 32],
    ['folded', '  condition: >\n    ka.verb = get\n      and ka.verbb = 1', 5, 11],
    ['literal', '  condition: |\n    ka.verb = get and\n\n    ka.verbb = 1', 6, 5],
    ['quoted', "  condition: 'ka.verb = get and ka.verbb = 1'", 3, 33],
    ['a word that is no macro', '  condition: ka.verb = get or or', 3, 31],
    ['a token that no grammar has', '  condition: ka.verb = get or =', 3, 31],
  ])('of a condition have their place: %s', (_, condition, line, column) => {
    const text = `- rule: x\n  desc: d\n${condition}\n  output: o\n  priority: INFO\n  source: k8s_audit`;
    expect(load(text).problems).toMatchObject([{ kind: 'invalid', line, column }]);
  });

  it('of a macro have theirs in the macro', () => {
    const text = `- macro: m\n  condition: ka.verb = get and ka.verbb = 1\n${rule('x', { condition: 'ka.uri exists and m' })}`;
    expect(load(text).problems).toMatchObject([{ kind: 'invalid', line: 2, column: 32 }]);
  });

  it.each([
    ['required_engine_version: 99', 'Rules require engine version 0.99.0'],
    ['required_plugin_versions: [{name: json, version: x}]', "Invalid required version 'x'"],
    ['required_plugin_versions: [{name: foo, version: 1.0.0}]', 'requires a plugin'],
    ['list: l', "Item has no mapping for key 'items'"],
    ['macro: m', "Item has no mapping for key 'condition'"],
    ['{rule: x, enabled: true}', "Rule has 'enabled' key but no rule by that name already exists"],
    ['just text', 'is not a map'],
  ])('- %s: %s', (item, reason) => {
    expect(reasons(`- ${item}`).join()).toContain(reason);
  });
});
