/** ES|QL's commands on one event: what matches, what needs more events, what is refused and where. */
import { describe, expect, it } from 'vitest';
import { compileEsql } from '../../../../../../../services/detector/rules/elastic/esql/compile.ts';
import { audit, verdict } from './tried.ts';

const DOCUMENT = audit({
  verb: 'create',
  requestURI:
    '/api/v1/namespaces/pay/pods/web/exec?command=sh&command=-c&command=id%3Bwhoami&tty=true',
  user: {
    username: 'system:serviceaccount:pay:web',
    groups: ['dev', 'ops', 'system:authenticated'],
  },
  objectRef: { resource: 'pods', subresource: 'exec', name: 'web' },
  responseStatus: { code: 101 },
});
const A = 'kubernetes.audit';

describe('a query on one event', () => {
  it.each([
    // Without WHERE every event is a row.
    ['', true],
    [`| WHERE ${A}.verb == "create"`, true],
    [`| where ${A}.verb == "get" // a comment | where true`, false],
    [`/* a /* nested */ comment */ | WHERE true`, true],
    [`| WHERE ${A}.verb == "create" | WHERE ${A}.objectRef.name == "web"`, true],
    [`| WHERE ${A}.verb == "create" | WHERE ${A}.objectRef.name == "other"`, false],
    // EVAL
    [`| EVAL v = ${A}.verb, w = CONCAT(v, "!") | WHERE w == "create!"`, true],
    [`| EVAL ${A}.verb = "get" | WHERE ${A}.verb == "get"`, true],
    [`| EVAL LENGTH(${A}.verb) | WHERE \`LENGTH(${A}.verb)\` == 6`, true],
    [`| EVAL x = 1 | EVAL x = x + 1 | EVAL x = x * 10 | WHERE x == 20`, true],
    [`| EVAL is_pod = ${A}.objectRef.resource == "pods" | WHERE is_pod`, true],
    [`| EVAL is_pod = ${A}.objectRef.resource == "pods" | WHERE NOT is_pod`, false],
    [
      `| EVAL score = CASE(${A}.verb == "create", 5, 0) + CASE(${A}.requestURI LIKE "*whoami*", 40, 0)
       | WHERE score >= 45`,
      true,
    ],
    // KEEP, DROP, RENAME
    [`| KEEP ${A}.verb | WHERE ${A}.verb == "create"`, true],
    [`| KEEP kubernetes.audit.* | WHERE ${A}.objectRef.name == "web"`, true],
    [`| DROP ${A}.objectRef.* | WHERE ${A}.verb == "create"`, true],
    [
      `| RENAME ${A}.verb AS v, ${A}.objectRef.name AS n | WHERE v == "create" AND n == "web"`,
      true,
    ],
    [`| RENAME v = ${A}.verb | WHERE v == "create"`, true],
    [
      `| RENAME ${A}.verb AS v | EVAL ${A}.verb = "x" | WHERE ${A}.verb == "x" AND v == "create"`,
      true,
    ],
    // SORT, LIMIT
    [`| SORT ${A}.verb DESC NULLS LAST, @timestamp | LIMIT 10`, true],
    ['| LIMIT 0', false],
    // GROK
    [`| GROK ${A}.requestURI "/pods/%{NOTSPACE:pod}/exec" | WHERE pod == "web"`, true],
    [`| GROK ${A}.requestURI "/jobs/%{WORD:job}" | WHERE job IS NULL`, true],
    [`| GROK ${A}.requestURI "/jobs/%{WORD:job}" | WHERE NOT job == "x"`, false],
    [`| GROK ${A}.requestURI "api/v%{NUMBER:version:int}/" | WHERE version + 1 == 2`, true],
    [`| GROK ${A}.requestURI "namespaces/(?<space>[a-z]+)/" | WHERE space == "pay"`, true],
    [`| GROK ${A}.requestURI "nothing", "%{WORD:first}" | WHERE first == "api"`, true],
    [
      `| GROK ${A}.requestURI "command=%{WORD:c}&command=-%{WORD:c}&" | WHERE MV_CONCAT(c, " ") == "sh c"`,
      true,
    ],
    [
      `| GROK ${A}.user.groups "^%{WORD:g}$" | WHERE MV_CONTAINS(g, ["dev", "ops"]) AND MV_COUNT(g) == 2`,
      true,
    ],
    [
      `| EVAL d = URL_DECODE(${A}.requestURI) | GROK d "command=%{DATA:c}&tty" | WHERE c LIKE "*id;whoami"`,
      true,
    ],
    // DISSECT
    [
      `| DISSECT ${A}.user.username "system:%{kind}:%{space}:%{name}" | WHERE kind == "serviceaccount" AND space == "pay" AND name == "web"`,
      true,
    ],
    [`| DISSECT ${A}.user.username "user:%{name}" | WHERE name IS NULL`, true],
    [
      `| DISSECT ${A}.user.username "%{?a}:%{}:%{+n}:%{+n}" APPEND_SEPARATOR="/" | WHERE n == "pay/web"`,
      true,
    ],
    [`| EVAL t = "a   b" | DISSECT t "%{x->} %{y}" | WHERE x == "a" AND y == "b"`, true],
    [
      `| EVAL t = "1 2 3" | DISSECT t "%{+o/3} %{+o/1} %{+o/2}" APPEND_SEPARATOR="," | WHERE o == "2,3,1"`,
      true,
    ],
    // MV_EXPAND: any of the values
    [`| MV_EXPAND ${A}.user.groups | WHERE ${A}.user.groups == "ops"`, true],
    [`| MV_EXPAND ${A}.user.groups | WHERE ${A}.user.groups == "other"`, false],
    [
      `| MV_EXPAND ${A}.user.groups | WHERE ${A}.user.groups == "ops" | WHERE ${A}.user.groups == "dev"`,
      false,
    ],
    [
      `| MV_EXPAND ${A}.user.groups | EVAL g = TO_UPPER(${A}.user.groups) | WHERE g LIKE "O*" AND ${A}.verb == "create"`,
      true,
    ],
    [`| MV_EXPAND ${A}.objectRef.namespace | WHERE ${A}.objectRef.namespace IS NULL`, true],
    [`| MV_EXPAND ${A}.user.groups | WHERE ${A}.verb == "get"`, false],
    // A lookback over scheduled runs
    [`| WHERE @timestamp > NOW() - 1 hour AND ${A}.verb == "create"`, true],
    ['| WHERE NOW() - 5 minutes <= @timestamp AND @timestamp <= NOW()', true],
    ['| WHERE @timestamp >= ?_tstart AND @timestamp <= ?_tend', true],
    // Full-text search on keywords: any value
    [`| WHERE ${A}.user.groups : "ops"`, true],
    [`| WHERE MATCH(${A}.user.groups, "other")`, false],
    [`| WHERE NOT ${A}.objectRef.namespace : "x"`, true],
    // KQL
    [`| WHERE KQL("${A}.verb: (create or get)")`, true],
    [`| WHERE NOT KQL("${A}.user.groups: ops")`, false],
    [
      `| WHERE ${A}.verb == "create" AND (KQL("${A}.verb: x") OR KQL("${A}.objectRef.name: w*"))`,
      true,
    ],
  ])('%s: %j', (rest, expected) => {
    expect(
      verdict(`FROM logs-kubernetes.audit_logs-*, other METADATA _id, _version ${rest}`, DOCUMENT),
    ).toBe(expected ? 'match' : 'no match');
  });

  it('reads old and new forms of FROM and settings', () => {
    for (const source of ['FROM "a b", c:d-*', 'FROM a [METADATA _id]', 'SET x = true; FROM a']) {
      expect(verdict(`${source} | WHERE ${A}.verb == "create"`, DOCUMENT)).toBe('match');
    }
  });
});

describe('more than one event', () => {
  it.each([
    [
      '| STATS c = COUNT(*) BY user.name',
      'counts over events by user.name (c = COUNT(*)): needs state',
    ],
    [
      '| STATS COUNT(*) WHERE a == 1, VALUES(b)',
      'counts over events (COUNT(*) WHERE a == 1, VALUES(b)): needs state',
    ],
    ['| STATS BY user.name', 'looks for different values by user.name: needs state'],
    [
      '| INLINE STATS m = MAX(x) BY y | WHERE m > 1',
      'counts over events by y (m = MAX(x)): needs state',
    ],
    ['| INLINESTATS m = MAX(x)', 'counts over events (m = MAX(x)): needs state'],
    ['| CHANGE_POINT c ON t', 'the query looks for a change over time (CHANGE_POINT)'],
  ])('%s', (rest, reason) => {
    const compiled = compileEsql(`FROM a | WHERE ${A}.verb == "create" ${rest}`);
    expect(compiled).toMatchObject({ kind: 'state', reason });
  });

  it('says what one event shows of it', () => {
    const query = `FROM a | WHERE ${A}.verb == "create" | STATS c = COUNT(*) BY user.name | WHERE c > 5`;
    const compiled = compileEsql(query);
    const alone = compileEsql(`FROM a | WHERE ${A}.verb == "create"`);
    expect(JSON.stringify(compiled.kind === 'state' && compiled.condition)).toBe(
      JSON.stringify(alone.kind === 'stream' && alone.condition),
    );
  });

  it('is said even where the part before it is not supported', () => {
    const compiled = compileEsql('FROM a | ENRICH p ON x | STATS COUNT(*) BY y');
    expect(compiled).toEqual({
      kind: 'state',
      reason:
        'counts over events by y (COUNT(*)): needs state; the query looks values up in an enrich policy (ENRICH)',
    });
  });
});

describe('what is refused', () => {
  it.each([
    ['FROM a | LOOKUP JOIN b ON c', true, 'the query joins another index (LOOKUP JOIN)'],
    [
      'FROM a | FORK (WHERE x == 1) (WHERE y == 2)',
      true,
      'the query runs several pipelines side by side (FORK)',
    ],
    ['FROM a | SAMPLE 0.1', true, 'the query takes rows by chance (SAMPLE)'],
    ['ROW a = 1', true, 'the query makes its rows itself (ROW) and reads no events'],
    [
      'FROM a | WHERE NOW() > "2026-01-01"',
      true,
      'NOW() needs the time, and the stream has no clock',
    ],
    [
      'FROM a | WHERE @timestamp < NOW() - 1 day',
      true,
      'NOW() needs the time, and the stream has no clock',
    ],
    [
      'FROM a | WHERE @timestamp == NOW()',
      true,
      'NOW() needs the time, and the stream has no clock',
    ],
    ['FROM a | WHERE QSTR("x: y")', true, 'it searches an index (QSTR)'],
    [
      'FROM a | WHERE message : "x"',
      true,
      'full-text search is there for keyword fields and one value only',
    ],
    ['FROM a | WHERE CATEGORIZE(x) == 1', true, 'it compares many texts (CATEGORIZE)'],
    ['FROM a | WHERE NEVER_SEEN(x)', true, 'the function NEVER_SEEN is not known here'],
    ['FROM a | WHERE x RLIKE "a~b"', true, 'the regular expression has a complement (~)'],
    ['FROM a | WHERE x RLIKE "<1-5>"', true, 'the regular expression has a range of numbers (<)'],
    [
      'FROM a | WHERE REPLACE(x, y, "z") == "z"',
      true,
      'the pattern of REPLACE is not a constant text',
    ],
    ['FROM a | WHERE x == ?value', true, 'the parameter ?value has no value in a rule'],
    ['FROM a METADATA _id | WHERE _id == "x"', true, 'an event in the stream has no _id'],
    ['FROM a | MV_EXPAND x | MV_EXPAND y', true, 'two MV_EXPAND make a row of each pair of values'],
    ['FROM a | WHERE CASE(KQL("x: y"), true, false)', true, 'KQL stands within another expression'],
    ['FROM a | GROK x "%{NOPE:y}"', true, "GROK's pattern NOPE is not known here"],
    ['FROM a | DISSECT x "%{*a}:%{&a}"', true, 'ES|QL has no reference keys in DISSECT'],
    ['FROM a | WHERE x::version == "1"', true, 'the type version is not known here'],
    ['FROM a | WHERE', false, 'a value should stand here, not the end of the query'],
    ['FROM a | WHERE x = 1', false, '== compares, not "="'],
    ['FROM a | WHERE x == 1 == 2', false, 'comparisons do not chain, not "=="'],
    [
      'FROM a | WHERE x == "open',
      false,
      'a value should stand here, not a text that is not closed, or has an escape that is none',
    ],
    [
      'FROM a | WHERE x == "\\d"',
      false,
      'a value should stand here, not a text that is not closed, or has an escape that is none',
    ],
    ['FROM a | WHERE (x == 1', false, ') should stand here, not the end of the query'],
    ['FROM a | WHERE x LIKE y', false, 'a text should stand here, not "y"'],
    ['FROM a | WHERE x # 1', false, 'the query should end, or go on with |, not the character "#"'],
    ['FROM a | FILTER x == 1', false, 'a command should stand here, not "FILTER"'],
    ['WHERE x == 1', false, 'a command should stand here, not "WHERE"'],
    ['', false, 'a command should stand here, not the end of the query'],
    ['FROM a | KEEP b | WHERE c == 1', false, 'there is no column c any more at this place'],
    ['FROM a | DROP b* | WHERE bc == 1', false, 'there is no column bc any more at this place'],
    ['FROM a | WHERE LENGTH(x, y) == 1', false, 'LENGTH takes 1 arguments, not 2'],
    ['FROM a | WHERE x == 1e999', false, 'the number is too large'],
    ['FROM a | DISSECT x "no key"', false, 'the pattern of DISSECT names no column'],
    ['FROM a | WHERE KQL("a: (b")', false, expect.stringContaining('in KQL: ') as string],
  ])('%s', (query, isUnsupported, reason) => {
    const compiled = compileEsql(query);
    expect(compiled).toMatchObject({ kind: 'problem', reason });
    expect(compiled).toEqual(
      isUnsupported
        ? expect.objectContaining({ unsupported: true })
        : expect.not.objectContaining({ unsupported: true }),
    );
  });

  it('with the place in the query', () => {
    expect(compileEsql('FROM a\r\n| WHERE x == 1\n| WHERE y ==\n')).toMatchObject({
      line: 4,
      column: 1,
    });
    expect(compileEsql('FROM a\n| WHERE x = 1')).toMatchObject({ line: 2, column: 11 });
  });

  it('but not where nothing depends on it', () => {
    const query = `FROM a METADATA _id
      | EVAL age = DATE_DIFF("minutes", @timestamp, NOW()), v = TO_VERSION(x)
      | WHERE ${A}.verb == "create" | KEEP _id, age, ${A}.*`;
    expect(verdict(query, DOCUMENT)).toBe('match');
  });
});
