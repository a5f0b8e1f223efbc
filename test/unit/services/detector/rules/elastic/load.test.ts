import { describe, expect, it } from 'vitest';
import { loadElastic } from '../../../../../../services/detector/rules/elastic/load.ts';
import { load, ruleOf, tomlOf } from './documents.ts';

const FULL = `# A comment with query = 'nothing' in it.
[metadata]
creation_date = "2026/11/21"
integration = ["kubernetes"]
maturity = "production"
min_stack_version = "8.18.0"

[rule]
author = ["Alice", "Bob"]
building_block_type = "default"
description = """
Somebody runs a shell
in a pod.
"""
false_positives = ["An administrator at work."]
from = "now-6m"
index = ["logs-kubernetes.audit_logs-*"]
interval = "5m"
language = "kuery"
license = "Apache-2.0"
name = "A shell in a pod"
note = """## Triage
- Who is it?
"""
references = ["https://a.example"]
risk_score = 47
rule_id = "0c1f5a8e-0000-4000-8000-000000000002"
setup = "Switch the audit log on."
severity = "high"
tags = ["Data Source: Kubernetes"]
timestamp_override = "event.ingested"
type = "query"
query = '''
kubernetes.audit.verb: "get" and
  kubernetes.audit.objectRef.subresource: "exec"
'''

[[rule.threat]]
framework = "MITRE ATT&CK"

[[rule.threat.technique]]
id = "T1609"
name = "Container Administration Command"
reference = "https://attack.mitre.org/techniques/T1609/"

[rule.threat.tactic]
id = "TA0002"
name = "Execution"
reference = "https://attack.mitre.org/tactics/TA0002/"

[[rule.threat]]
framework = "MITRE ATT&CK"

[[rule.threat.technique]]
id = "T1552"

[[rule.threat.technique.subtechnique]]
id = "T1552.007"

[rule.threat.tactic]
id = "TA0006"
name = "Credential Access"
`;

/** `line:column kind reason`, for all problems of the text. */
function problems(text: string, path = 'rule.toml'): readonly string[] {
  const found = loadElastic({ path, text }).problems;
  return found.map((p) => `${p.line}:${p.column} ${p.kind} ${p.reason}`);
}

function without(key: string): string {
  return tomlOf({ query: '*' }).replace(new RegExp(`^${key} = .*\\n`, 'm'), '');
}

describe('a file of the rules repository', () => {
  it('becomes a rule with all that findings say about it', () => {
    const { problems: found, rules } = loadElastic({ path: 'a/shell.toml', text: FULL });
    expect(found).toEqual([]);
    expect(rules).toMatchObject([
      {
        id: '0c1f5a8e-0000-4000-8000-000000000002',
        title: 'A shell in a pod',
        ruleset: 'elastic',
        language: 'kql',
        path: 'a/shell.toml',
        at: { line: 8, column: 1 },
        level: 'high',
        status: 'production',
        author: 'Alice, Bob',
        description: 'Somebody runs a shell\nin a pod.\n',
        falsePositives: ['An administrator at work.'],
        references: ['https://a.example'],
        runbook: '## Triage\n- Who is it?\n',
        tags: [
          ...['attack.execution', 'attack.t1609', 'attack.credential-access'],
          ...['attack.t1552', 'attack.t1552.007'],
        ],
        kinds: ['audit'],
      },
    ]);
    expect(rules[0]?.isDisabled).toBeUndefined();
    expect(rules[0]?.needsState).toBeUndefined();
  });

  it('tells where each part of the query stands', () => {
    const [rule] = loadElastic({ path: 'rule.toml', text: FULL }).rules;
    expect(rule?.condition).toMatchObject({
      kind: 'and',
      operands: [{ at: { line: 34, column: 1 } }, { at: { line: 35, column: 3 } }],
    });
  });

  it('tells where a fault of the query stands, however the text is quoted', () => {
    const at = (query: string) => problems(tomlOf({ query: '*' }).replace(/'''\n\*\n'''/, query));
    expect(at(`'''\nverb: a and\n  (b\n'''`)[0]).toMatch(/^17:5 invalid the query has its end/);
    expect(at(`"""\nverb: a and\n  )"""`)[0]).toMatch(/^17:3 invalid the query has "\)"/);
    expect(at(`"a and )"`)[0]).toMatch(/^15:16 invalid/);
    expect(at(`'''a and )'''`)[0]).toMatch(/^15:18 invalid/);
  });

  it('tells where the TOML breaks', () => {
    expect(problems('[rule]\nname = \n')).toEqual([expect.stringMatching(/^2:8 invalid TOML: /)]);
    expect(problems('')).toEqual(['1:1 invalid the file has no [rule]']);
    expect(problems('rule = 3')).toEqual(['1:1 invalid the file has no [rule]']);
  });

  it.each(['rule_id', 'name', 'severity'])('needs %s', (key) => {
    expect(problems(without(key))).toEqual([`5:1 invalid the rule has no ${key}`]);
  });

  it.each([
    ['severity', 'severe', '12:1 invalid "severe" is no severity'],
    ['type', 'guess', `13:1 invalid the rule's type is "guess"`],
    ['type', 'machine_learning', expect.stringContaining('13:1 unsupported an anomaly')],
    ['language', 'lucene', '9:1 unsupported the query is written in lucene'],
  ])('says what it does not have: %s = %s', (key, value, expected) => {
    const text = tomlOf({ query: '*' }).replace(new RegExp(`${key} = ".*"`), `${key} = "${value}"`);
    expect(problems(text)).toEqual([expected]);
  });

  it('lists a saved query that is in the file, and not one that Kibana keeps', () => {
    expect(load({ query: 'a: b', type: 'saved_query' }).rules).toHaveLength(1);
    const text = tomlOf({ query: '', type: 'saved_query' }).replace("'''\n\n'''", "''");
    expect(problems(text)).toEqual([expect.stringContaining('unsupported the query is kept')]);
  });

  it('is hostile, and is a rule or a problem', () => {
    for (const more of ['threat = 3', 'threat = [[1]]', 'references = {a = 1}']) {
      expect(load({ query: '*', more }).rules).toHaveLength(1);
    }
    const proto = load({ query: '*', more: '__proto__ = {a = 1}' });
    expect([...proto.rules, ...proto.problems]).toHaveLength(1);
    expect(problems(tomlOf({ query: '*', more: 'filters = 3' }))).toEqual([
      '14:1 invalid filters is no list',
    ]);
  });
});

describe('the index', () => {
  const kinds = (patterns: string) =>
    loadElastic({
      path: 'rule.toml',
      text: tomlOf({ query: '*' }).replace(
        /index = .*/,
        patterns === '' ? '' : `index = ${patterns}`,
      ),
    }).rules[0]?.kinds;

  it.each([
    ['["logs-kubernetes.audit_logs-*"]', ['audit']],
    ['["logs-kubernetes.*"]', ['audit']],
    ['["logs-kubernetes.audit_logs-prod"]', ['audit']],
    ['["eu:logs-kubernetes.audit_logs-*"]', ['audit']],
    ['["logs-falco.alerts-*"]', ['alert']],
    ['["logs-cloud_defend*", "filebeat-*"]', ['process', 'alert']],
    ['["logs-*"]', ['audit', 'alert', 'process']],
    ['', ['audit', 'alert', 'process']],
    ['["logs-kubernetes.audit_logs-*", "-logs-*"]', ['audit']],
  ])('%s: %j', (patterns, expected) => {
    expect(kinds(patterns)).toEqual(expected);
  });

  it.each(['["logs-aws.cloudtrail-*"]', '["logs-kubernetes.container_logs-*"]', '["-logs-*"]'])(
    '%s: not applicable',
    (patterns) => {
      const text = tomlOf({ query: '*' }).replace(/index = .*/, `index = ${patterns}`);
      expect(problems(text)).toEqual([expect.stringMatching(/^8:1 not-applicable /)]);
    },
  );
});

describe('rules that need more than one event', () => {
  it('says which new values', () => {
    const more = `[rule.new_terms]
field = "new_terms_fields"
value = ["user.name", "source.ip"]

[[rule.new_terms.history_window_start]]
field = "history_window_start"
value = "now-10d"`;
    const rule = ruleOf({ query: 'user.name: *', type: 'new_terms', more });
    expect(rule.needsState).toBe('a new value of user.name, source.ip in 10d');
    expect(rule.condition).toMatchObject({ question: { kind: 'filled' } });
    expect(problems(tomlOf({ query: '*', type: 'new_terms' }))).toEqual([
      '5:1 invalid the rule does not say what new_terms looks at',
    ]);
  });

  it('says how many events', () => {
    const more = `[rule.threshold]
field = ["source.ip"]
value = 5

[[rule.threshold.cardinality]]
field = "user.name"
value = 3`;
    expect(ruleOf({ query: '*', type: 'threshold', more }).needsState).toBe(
      '5 or more events by source.ip with 3 or more values of user.name',
    );
    const plain = `from = "now-9m"\nthreshold = {field = [], value = 20}`;
    expect(ruleOf({ query: '*', type: 'threshold', more: plain }).needsState).toBe(
      '20 or more events in 9m',
    );
  });

  it('says which indicators', () => {
    const more = 'threat_index = ["logs-ti_*"]';
    expect(ruleOf({ query: 'source.ip: *', type: 'threat_match', more }).needsState).toBe(
      'a list of indicators in logs-ti_* to match with',
    );
  });

  it('checks their queries', () => {
    const more = 'threshold = {field = [], value = 20}';
    expect(problems(tomlOf({ query: 'a: (', type: 'threshold', more }))).toEqual([
      expect.stringContaining('invalid the query has'),
    ]);
  });

  it('reads ES|QL, and takes its index from FROM', () => {
    const query =
      'from logs-kubernetes.audit_logs-* metadata _id | where kubernetes.audit.verb == "get"';
    const text = tomlOf({ query, type: 'esql', language: 'esql' });
    const { problems: found, rules } = loadElastic({ path: 'rule.toml', text });
    expect([...rules, ...found]).toHaveLength(1);
    const other = tomlOf({ query: 'FROM logs-aws.* | LIMIT 1', type: 'esql', language: 'esql' });
    expect(problems(other)).toEqual([expect.stringContaining('not-applicable')]);
  });
});

describe('an export of Kibana', () => {
  const rule = (id: string, more: object = {}) => ({
    ...{ rule_id: id, name: id, type: 'query', language: 'kuery', severity: 'low', query: 'a: b' },
    ...{ index: ['logs-kubernetes.audit_logs-*'], enabled: true, ...more },
  });
  const ndjson = (...lines: readonly object[]) =>
    `${lines.map((line) => JSON.stringify(line)).join('\n')}\n`;
  const read = (text: string) => loadElastic({ path: 'export.ndjson', text });

  it('has one rule per line, switched on or off', () => {
    const { problems: found, rules } = read(
      ndjson(
        rule('one', { note: 'Look.', threat: [{ tactic: { name: 'Impact' } }] }),
        rule('two', { enabled: false }),
        { list_id: 'x', type: 'detection' },
        { item_id: 'y', list_id: 'x', entries: [] },
        { id: 'c', type: 'action', attributes: {} },
        { exported_count: 2, exported_rules_count: 2 },
      ),
    );
    expect(found).toEqual([]);
    expect(rules.map(({ at, id, isDisabled }) => [id, at.line, isDisabled])).toEqual([
      ['one', 1, undefined],
      ['two', 2, true],
    ]);
    expect(rules[0]).toMatchObject({ runbook: 'Look.', tags: ['attack.impact'] });
  });

  it('says which lines are none, and where a query is', () => {
    const text = `${ndjson(rule('one', { query: 'a: (' }))}{"rule_id"\n[1]\n{"a":1}\n`;
    const column = JSON.stringify(rule('one')).indexOf('"query":') + 1;
    expect(problems(text, 'export.ndjson')).toEqual([
      '2:1 invalid the line is no JSON object',
      '3:1 invalid the line is no JSON object',
      '4:1 invalid the line is no rule: it has no rule_id',
      expect.stringMatching(`^1:${column} invalid the query has its end`),
    ]);
  });

  it('notices that lines are missing', () => {
    expect(problems(ndjson(rule('one'), { exported_rules_count: 3 }), 'a.ndjson')).toEqual([
      '2:1 warning the export says that it has 3 rules, and 1 are there',
    ]);
  });

  it('says that exceptions are left out', () => {
    const lists = rule('one', { exceptions_list: [{ list_id: 'x' }] });
    const { problems: found, rules } = read(ndjson(lists));
    expect(rules).toHaveLength(1);
    expect(found).toMatchObject([{ kind: 'warning', line: 1 }]);
  });

  it('has new terms and thresholds as Kibana names them', () => {
    const { rules } = read(
      ndjson(
        rule('a', {
          type: 'new_terms',
          new_terms_fields: ['user.name'],
          history_window_start: 'now-7d',
        }),
        rule('b', {
          type: 'threshold',
          threshold: { field: ['user.name'], value: 3, cardinality: [] },
        }),
      ),
    );
    expect(rules.map(({ needsState }) => needsState)).toEqual([
      'a new value of user.name in 7d',
      '3 or more events by user.name',
    ]);
  });
});
