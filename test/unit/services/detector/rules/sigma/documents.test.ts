/** Documents that are about other documents: filters, collections of Sigma 1, correlations. */
import { describe, expect, it } from 'vitest';
import {
  evaluateRules,
  compileRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { DEFAULT_OPTIONS } from '../../../../../../services/detector/rules/options.ts';
import { loadSigma } from '../../../../../../services/detector/rules/sigma/load.ts';
import { documentOf, type RawEvent } from '../../audit-document.ts';

function load(...texts: readonly string[]) {
  const files = texts.map((text, i) => ({ path: `${i}.yml`, text }));
  const { problems, rules } = loadSigma(files, DEFAULT_OPTIONS);
  const words = problems.map((p) => `${p.path}:${p.line}:${p.column} ${p.kind} ${p.reason}`);
  const found = (event: RawEvent) =>
    evaluateRules(compileRules(rules), 'audit', documentOf(event)).matched.map(({ id }) => id);
  return { rules, problems, words, found };
}

const AUDIT = 'logsource: {product: kubernetes, service: audit}';
function rule(id: string, test: string, rest = ''): string {
  return `title: Rule ${id}\nid: ${id}\n${rest}${AUDIT}\ndetection:\n  s: ${test}\n  condition: s\n`;
}
function filter(rules: string, condition: string, logsource = AUDIT): string {
  return `title: F\n${logsource}\nfilter:\n  rules: ${rules}\n  s: {user.username: bot}\n  condition: ${condition}\n`;
}

describe('filters', () => {
  it('add their condition to rules of other files, by id and by name, as they say it', () => {
    const { found, words } = load(
      filter('[a, named]', 'not s'),
      rule('a', '{verb: get}'),
      rule('b', '{verb: get}', 'name: named\n'),
      rule('c', '{verb: get}'),
    );
    expect(words).toEqual([]);
    expect(found({ verb: 'get', user: { username: 'bot' } })).toEqual(['c']);
    expect(found({ verb: 'get', user: { username: 'alice' } })).toEqual(['a', 'b', 'c']);
    expect(found({ verb: 'list', user: { username: 'alice' } })).toEqual([]);
  });

  it('hold all where there are several, and are not negated by anyone', () => {
    const { found } = load(
      rule('a', '{verb: get}'),
      filter('[a]', 's'),
      filter('a', 'not s').replace('bot', 'bad'),
    );
    expect(found({ verb: 'get', user: { username: 'bot' } })).toEqual(['a']);
    expect(found({ verb: 'get', user: { username: 'alice' } })).toEqual([]);
  });

  it.each([
    ['[gone]', AUDIT, '0.yml:4:11 warning the filter\'s rule "gone" is not loaded'],
    [
      '[a]',
      'logsource: {product: linux}',
      '0.yml:4:11 warning the filter\'s rule "a" has another log source',
    ],
    ['[count]', AUDIT, '0.yml:4:11 warning the filter\'s rule "count" is a correlation'],
    ['[]', AUDIT, '0.yml:4:3 invalid there are no rules that it is about'],
    ['{a: b}', AUDIT, '0.yml:4:3 invalid there are no rules that it is about'],
  ])('tell where they are in vain: %s %s', (rules, logsource, expected) => {
    const { found, words } = load(
      filter(rules, 'not s', logsource),
      rule('a', '{verb: get}'),
      `title: C\nid: count\ncorrelation: {type: event_count, rules: [a], group-by: [verb], timespan: 5m, condition: {gte: 2}}\n`,
    );
    expect(words).toEqual([expected]);
    expect(found({ verb: 'get', user: { username: 'bot' } })).toEqual(['a']);
  });

  it('that ask for an unknown field are told once, at their place, and left out', () => {
    const { found, words } = load(
      filter('[a, b]', 'not s').replace('user.username', 'usr'),
      rule('a', '{verb: get}'),
      rule('b', '{verb: get}'),
    );
    expect(words).toEqual(['0.yml:5:7 invalid no event has a field "usr"']);
    expect(found({ verb: 'get', user: { username: 'bot' } })).toEqual(['a', 'b']);
  });

  it('go through the pipeline, too', () => {
    const { found, words } = load(
      filter('[a]', 'not s').replace('user.username: bot', 'verb: replace'),
      rule('a', '{verb: [update, get]}'),
    );
    expect(words).toEqual([]);
    expect(found({ verb: 'update' })).toEqual([]);
    expect(found({ verb: 'get' })).toEqual(['a']);
  });
});

describe('collections of Sigma 1', () => {
  const GLOBAL = `action: global\ntitle: All\nid: all\nlevel: high\n${AUDIT}\ndetection:\n  u: {user.username: bot}\n`;
  const part = (verb: string) => `detection:\n  s: {verb: ${verb}}\n  condition: s and u\n`;

  it('give what is global to every rule after it, each with an id of its own', () => {
    const { found, rules, words } = load([GLOBAL, part('get'), part('list')].join('---\n'));
    expect(words).toEqual([]);
    expect(rules.map(({ at, id, level, title }) => [id, title, level, at.line])).toEqual([
      ['all', 'All', 'high', 9],
      ['all#2', 'All', 'high', 13],
    ]);
    expect(found({ verb: 'list', user: { username: 'bot' } })).toEqual(['all#2']);
    expect(found({ verb: 'list', user: { username: 'alice' } })).toEqual([]);
  });

  it('are reset, and repeat the rule before with what is different', () => {
    const repeat = 'action: repeat\ndetection:\n  s: {verb: list}\n';
    const reset = 'action: reset\n';
    const { found, rules, words } = load(
      [GLOBAL, part('get'), repeat, `${repeat}id: own\n`, reset, rule('b', '{verb: list}')].join(
        '---\n',
      ),
    );
    expect(words).toEqual([]);
    expect(rules.map(({ id }) => id)).toEqual(['all', 'all#2', 'own', 'b']);
    expect(found({ verb: 'list', user: { username: 'bot' } })).toEqual(['all#2', 'own', 'b']);
    expect(found({ verb: 'list', user: { username: 'alice' } })).toEqual(['b']);
  });

  it('win over what a rule says, but for its id; the next file knows nothing of them', () => {
    const own = `title: Own\nid: own\nlevel: low\n${part('get')}`;
    const { rules } = load(`${GLOBAL}---\n${own}`, rule('b', '{verb: get}'));
    expect(rules.map(({ id, level, title }) => [id, title, level])).toEqual([
      ['own', 'All', 'high'],
      ['b', 'Rule b', 'low'],
    ]);
  });

  it.each([
    ['action: repeat\n', '0.yml:1:9 invalid there is no rule to repeat'],
    ['action: add\n', '0.yml:1:9 invalid the action is none that Sigma had'],
  ])('refuse %j, and keep the other rules', (text, expected) => {
    const { rules, words } = load(`${text}---\n${rule('a', '{verb: get}')}`);
    expect(words).toEqual([expected]);
    expect(rules).toHaveLength(1);
  });
});

describe('correlations', () => {
  const correlation = (of: string, rest = '') =>
    `title: C\nid: c\n${rest}correlation:\n${of
      .split('\n')
      .map((line) => `  ${line}\n`)
      .join('')}`;
  const COUNT = 'type: event_count\nrules: [a]\ngroup-by: [user.username]\ntimespan: 5m';
  const BASE = rule('a', '{verb: get}', 'name: first\n');

  it.each([
    [`${COUNT}\ncondition: {gte: 10}`, 'counts events by user.username over 5m: needs state'],
    [
      'type: value_count\nrules: [first]\ngroup-by: [user.username, sourceIPs]\ntimespan: 1h\ncondition: {field: objectRef.name, gt: 5, lte: 9}',
      'counts values of objectRef.name by user.username, sourceIPs over 1h: needs state',
    ],
    [
      'type: temporal\nrules: [a, first]\ngroup-by: [user.username]\ntimespan: 1d',
      'waits for events of 2 rules by user.username over 1d: needs state',
    ],
    [
      'type: temporal_ordered\nrules: [a, first]\ngroup-by: [who]\ntimespan: 30s\naliases: {who: {first: user.username, a: impersonatedUser.username}}',
      'waits for events of 2 rules in their order by who over 30s: needs state',
    ],
    [
      'type: value_sum\nrules: [a]\ngroup-by: [verb]\ntimespan: 5m\ncondition: {field: responseStatus.code, gt: 1.5}',
      'sums up responseStatus.code by verb over 5m: needs state',
    ],
    [
      'type: value_avg\nrules: [a]\ngroup-by: [verb]\ntimespan: 5m\ncondition: {field: responseStatus.code, gt: 1}',
      'takes the average of responseStatus.code by verb over 5m: needs state',
    ],
    [
      'type: value_percentile\nrules: [a]\ngroup-by: [verb]\ntimespan: 5m\ncondition: {field: responseStatus.code, lte: 1}',
      'takes a percentile of responseStatus.code by verb over 5m: needs state',
    ],
  ])('are listed with what they need: %j', (of, needs) => {
    const { found, rules, words } = load(correlation(of, 'level: high\n'), BASE);
    expect(words).toEqual([]);
    expect(rules.map(({ id, kinds, level, needsState }) => [id, level, kinds, needsState])).toEqual(
      [
        ['c', 'high', ['audit'], needs],
        ['a', 'low', ['audit'], undefined],
      ],
    );
    // Alone it finds nothing; what it counts is found.
    expect(found({ verb: 'get' })).toEqual(['a']);
  });

  it('may be of correlations', () => {
    const { rules, words } = load(
      correlation(`${COUNT}\ncondition: {gte: 2}`, 'name: many\n'),
      correlation(
        'type: temporal_ordered\nrules: [many, first]\ngroup-by: [user.username]\ntimespan: 1h',
      ).replace('id: c', 'id: d'),
      BASE,
    );
    expect(words).toEqual([]);
    expect(rules.map(({ id }) => id)).toEqual(['c', 'd', 'a']);
  });

  it.each([
    ['type: event_kount', '0.yml:4:9 invalid "type" is "event_kount", which Sigma does not have'],
    ['rules: [gone]', '0.yml:5:11 invalid there is no rule "gone"'],
    ['rules: [c]', '0.yml:5:11 invalid "c" leads back to the correlation itself'],
    ['rules: []', '0.yml:5:3 invalid there are no rules that it is about'],
    ['group-by: [usr]', '0.yml:6:14 invalid no event of its rules has a field "usr"'],
    ['group-by: [1]', '0.yml:6:14 invalid "group-by" has an item that is no name of a field'],
    ['timespan: 5', '0.yml:7:13 invalid "5" is no timespan'],
    ['timespan: 0m', '0.yml:7:13 invalid "0m" is no timespan'],
    ['timespan: 1w', '0.yml:7:13 invalid "1w" is no timespan'],
    ['timespan:', '0.yml:3:1 invalid the correlation has no timespan'],
    ['condition:', '0.yml:8:13 invalid condition is not a map'],
    ['condition: {}', '0.yml:8:3 invalid the condition says no number'],
    ['condition: {gte: many}', '0.yml:8:20 invalid "gte" is no number'],
    ['condition: {min: 1}', '0.yml:8:15 invalid the condition of a correlation has no "min"'],
    ['condition: {gte: 1, field: verb}', '0.yml:8:23 invalid event_count counts no field'],
    ['aliases: {x: {b: verb}}', '0.yml:9:17 invalid an alias is for "b"'],
    ['aliases: {x: {a: usr}}', '0.yml:9:17 invalid no event of its rules has a field "usr"'],
    ['generate: 1', '0.yml:9:3 invalid "generate" has no true or false'],
    ['window: 5m', '0.yml:9:3 invalid a correlation has no key "window"'],
  ])('are checked: %s', (line, expected) => {
    const lines = [...COUNT.split('\n'), 'condition: {gte: 10}'];
    const key = line.slice(0, line.indexOf(':') + 1);
    const at = lines.findIndex((one) => one.startsWith(key));
    const of = at === -1 ? [...lines, line] : lines.with(at, line);
    const { rules, words } = load(correlation(of.join('\n')), BASE);
    expect(
      words.some((word) => word.startsWith(expected)),
      words.join('\n'),
    ).toBe(true);
    expect(rules.map(({ id }) => id)).toEqual(['a']);
  });

  it('are told that their values never fit', () => {
    const { words } = load(correlation(`${COUNT}\ncondition: {gt: 10, lt: 10}`), BASE);
    expect(words).toEqual(['0.yml:8:3 warning no number fits the condition']);
  });

  it('do not count what names no field', () => {
    const of = `${COUNT.replace('event', 'value')}\ncondition: {gte: 10}`;
    expect(load(correlation(of), BASE).words).toEqual([
      '0.yml:8:3 invalid value_count names no field',
    ]);
    expect(load(correlation(COUNT), BASE).words).toEqual([
      '0.yml:3:1 invalid event_count has no condition',
    ]);
  });

  it('need rules that are in use', () => {
    const of = correlation(`${COUNT}\ncondition: {gte: 10}`);
    const bad = load(of, BASE.replace('verb', 'verp'));
    expect(bad.rules).toEqual([]);
    expect(bad.words).toContain('0.yml:1:1 invalid its rule "Rule a" is not in use');
    const other = load(of, BASE.replace('kubernetes', 'windows'));
    expect(other.problems.map(({ kind }) => kind)).toEqual(['not-applicable', 'not-applicable']);
  });

  it('that go in a circle are refused, each with its place', () => {
    const one = correlation(`${COUNT.replace('[a]', '[d]')}\ncondition: {gte: 10}`);
    const two = correlation(`${COUNT.replace('[a]', '[c]')}\ncondition: {gte: 10}`).replace(
      'id: c',
      'id: d',
    );
    expect(load(one, two).words).toEqual([
      '0.yml:1:1 invalid "c" leads back to the correlation itself',
      '1.yml:1:1 invalid "d" leads back to the correlation itself',
    ]);
  });
});
