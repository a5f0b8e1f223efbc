import { describe, expect, it } from 'vitest';
import { compileEql } from '../../../../../../../services/detector/rules/elastic/eql/compile.ts';
import { eql, found, goldenDocuments, judgeOf, normalized } from '../documents.ts';

const K = 'kubernetes.audit';
const place = (offset: number) => ({ line: 1, column: offset + 1 });
const ALL = ['pod', 'role', 'binding', 'service', 'exec', 'denied'];

/** Whether the condition finds an event with these words as its user agent, `a` for short. */
function fits(condition: string, userAgent: string): boolean | undefined {
  const query = `any where ${condition.replaceAll(/(?<=^|\(|-| )a(?=[ ,)])/g, 'user_agent.original')}`;
  return judgeOf(eql(query))(normalized({ userAgent, verb: 'get', responseStatus: { code: 200 } }));
}

function fault(query: string) {
  const compiled = compileEql(query, place);
  return compiled.ok ? undefined : compiled.fault;
}

describe('conditions', () => {
  it.each([
    ['any where true', ALL],
    ['any where false', []],
    [`any where ${K}.verb == "list" or ${K}.verb == "get" and ${K}.stage == "x"`, ['denied']],
    [`any where not ${K}.verb == "create" and ${K}.stage == "ResponseStarted"`, ['exec']],
    [`any where not (${K}.verb in ("create", "list"))`, ['exec']],
    [`any where ${K}.verb not in ("create", "list")`, ['exec']],
    [`any where ${K}.verb != "create"`, ['exec', 'denied']],
    [`any where "list" == ${K}.verb`, ['denied']],
    [`any where 400 < ${K}.responseStatus.code`, ['denied']],
    [
      `any where ${K}.responseStatus.code >= 200 and ${K}.responseStatus.code < 300`,
      ALL.slice(0, 4),
    ],
    [`any where ${K}.requestObject.spec.hostPID`, ['pod']],
    [`any where ${K}.requestObject.spec.hostPID == true`, ['pod']],
    [`any where ${K}.annotations.\`authorization_k8s_io/decision\` == "forbid"`, ['denied']],
    [`any where \`${K}.annotations.authorization_k8s_io/decision\` == "forbid"`, ['denied']],
    [`any where ?${K}.objectRef.subresource == "exec"`, ['exec']],
    [`any where ${K}.user.groups : "SYSTEM:serviceaccounts*"`, ['pod']],
    [`any where ${K}.requestObject.spec.containers.image like ("*calico*", "nothing")`, ['pod']],
    ['any where cidrMatch(source.ip, "203.0.113.0/24", "fd00::/8")', ['pod']],
    ['any where source.ip == "203.0.113.7"', ['pod']],
    ['process where true', ['exec']],
    ['"process" where true', ['exec']],
    [
      `any where // a comment
         ${K}.verb == "list" /* and another /* within */ one */`,
      ['denied'],
    ],
  ])('%s', (query, expected) => {
    expect(found(eql(query))).toEqual(expected);
  });

  it('finds events without the field where it is negated, and by null', () => {
    const sub = `${K}.objectRef.subresource`;
    const without = ALL.filter((name) => name !== 'exec');
    expect(found(eql(`any where ${sub} != "exec"`))).toEqual(without);
    expect(found(eql(`any where not ${sub} : "exec"`))).toEqual(without);
    expect(found(eql(`any where ${sub} == null`))).toEqual(without);
    expect(found(eql(`any where ${sub} != null`))).toEqual(['exec']);
    expect(found(eql(`any where null != ${sub}`))).toEqual(['exec']);
    expect(found(eql(`any where ${sub} == ""`))).toEqual([]);
    expect(found(eql(`any where length(${sub}) == null`))).toEqual(without);
    expect(found(eql(`any where length(${sub}) != 4`))).toEqual(without);
  });

  it('can not tell what was not recorded', () => {
    const event = normalized({
      level: 'Metadata',
      verb: 'create',
      objectRef: { resource: 'pods' },
    });
    const type = `${K}.requestObject.spec.type`;
    for (const asked of [
      `${type} == "x"`,
      `${type} != "x"`,
      `${type} == null`,
      `length(${type}) == 3`,
    ]) {
      expect(judgeOf(eql(`any where ${asked}`))(event)).toBeUndefined();
    }
    expect(judgeOf(eql(`any where ${type} == "x" and ${K}.verb == "get"`))(event)).toBe(false);
  });

  it('finds commands in documents of the normalizer', () => {
    const rule = eql('process where process.args : "id" and process.command_line == "id"');
    const judge = judgeOf(rule);
    const documents = goldenDocuments();
    const matched = documents.filter((document) => judge(document) === true);
    expect(matched.map((document) => (document['process'] as { args: unknown }).args)).toEqual([
      ['id'],
      ['id'],
    ]);
    expect(documents.length).toBeGreaterThan(10);
  });
});

describe('texts', () => {
  it.each([
    ['a == "curl"', 'curl', true],
    ['a == "Curl"', 'curl', false],
    ['a : "CURL"', 'curl', true],
    ['a : "C*L"', 'curl', true],
    ['a : "cur?"', 'curl', true],
    ['a : ("wget", "CU*")', 'curl', true],
    ['a == "cu*"', 'curl', false],
    ['a == "cu*"', 'cu*', true],
    ['a like "cu*"', 'curl', true],
    ['a like "CU*"', 'curl', false],
    ['a like~ "CU*"', 'curl', true],
    ['a like "*"', 'curl', true],
    ['a in ("wget", "curl")', 'curl', true],
    ['a in ("CURL")', 'curl', false],
    ['a in~ ("CURL")', 'curl', true],
    ['a in ("cu*")', 'curl', false],
    ['a not in~ ("CURL")', 'curl', false],
    // escapes
    [String.raw`a == "x\"\\\t\u{e9}"`, 'x"\\\té', true],
    [String.raw`a == """x\"y"""`, String.raw`x\"y`, true],
    ['a == """x"y""""', 'x"y"', true],
    [String.raw`a like "c:\\*"`, String.raw`c:\windows`, true],
    // Lucene's expressions: the whole value, anchors are characters
    ['a regex "cu.l"', 'curl', true],
    ['a regex "cu.l"', 'curly', false],
    ['a regex "CU.L"', 'curl', false],
    ['a regex~ "CU.L"', 'curl', true],
    ['a regex ("x", "cu[qr]l")', 'curl', true],
    ['a regex "^curl$"', 'curl', false],
    ['a regex "^curl$"', '^curl$', true],
    ['a regex "a.b"', 'a\nb', true],
    [String.raw`a regex """\d+\.\d"""`, '12.5', true],
    [String.raw`a regex """a\b"""`, 'ab', true],
    ['a regex """x"*"+y"""', 'x***y', true],
    ['a regex """x"*"+y"""', 'x*+y', false],
    ['a regex """x("*")+y"""', 'x**y', true],
    [String.raw`a regex """[^\]a]+"""`, 'bc', true],
    [String.raw`a regex """[^\]a]+"""`, 'b]', false],
    ['a regex "(a|b){2}"', 'ab', true],
    ['a regex "sh -i >& @"', 'sh -i >& /dev/tcp/x', true],
    ['a regex "[]a]+"', 'a]', true],
    ['match(a, "cu.l", "x")', 'curl', true],
    ['wildcard~(a, "CU*")', 'curl', true],
    // functions
    ['startsWith(a, "cu")', 'curl', true],
    ['startsWith(a, "CU")', 'curl', false],
    ['startswith~(a, "CU")', 'curl', true],
    ['endsWith~(a, "RL")', 'curl', true],
    ['stringContains(a, "ur")', 'curl', true],
    ['stringContains(a, "u*")', 'curl', false],
    ['length(a) == 4', 'curl', true],
    ['length(a) + 1 > 4 and length(a) * 2 <= 8', 'curl', true],
    ['-length(a) == -4', 'curl', true],
    ['7 / 2 == 3 and 7.5 / 2 == 3.75 and 7 % 4 == 3 and 1 / 0 == null', 'x', true],
    ['add(1, 2) == 3 and subtract(1, 2) == -1 and multiply(2, 3) == 6', 'x', true],
    ['divide(4, 3) == 1 and modulo(10, 4) == 2', 'x', true],
    ['indexOf(a, "r") == 2', 'curl', true],
    ['indexOf(a, "x") == null', 'curl', true],
    ['indexOf(a, "u", 2) == null', 'curl', true],
    ['substring(a, 1) == "url"', 'curl', true],
    ['substring(a, -3, -1) == "ur"', 'curl', true],
    ['between(a, "c", "l") == "ur"', 'curl', true],
    ['between~(a, "C", "L") == "ur"', 'curl', true],
    ['between(a, "(", ")", true) == "x(y)z"', 'f(x(y)z)', true],
    ['between(a, "(", ")") == "x(y"', 'f(x(y)z)', true],
    ['between(a, "x", "y") == ""', 'curl', true],
    ['concat(a, "/", 8) == "curl/8"', 'curl', true],
    ['concat(a, null) == null', 'curl', true],
    ['number("0x1f") == 31 and number("1f", 16) == 31 and number("-2.5") == -2.5', 'x', true],
    ['number("x") == null and number("9", 8) == null', 'x', true],
    ['string(length(a)) == "4"', 'curl', true],
    ['a == substring(a, 0)', 'curl', true],
    ['cidrMatch(a, "10.0.0.0/8") == true', '10.1.2.3', true],
    ['cidrMatch(a, "10.0.0.0/8") == false', 'curl', true],
    ['cidrMatch(concat("10.1.2.", 3), "10.0.0.0/8")', 'x', true],
    ['(a == "curl") == true', 'curl', true],
    ['string(a == "curl") == "true"', 'curl', true],
  ])('%s: %s', (condition, userAgent, expected) => {
    expect(fits(condition, userAgent)).toBe(expected);
  });
});

describe('what needs more than one event', () => {
  const needs = (query: string) => eql(query).needsState;

  it.each([
    [
      'sequence by user.name with maxspan=5m [any where a == "1"] [any where a == "2"]',
      'a sequence of 2 events by user.name within 5m',
    ],
    [
      'sequence with maxspan=1h [any where true] by host.id, user.name [any where true] by host.id, user.name',
      'a sequence of 2 events by host.id, user.name within 1h',
    ],
    ['sequence [any where true] by a [any where true] by b', 'a sequence of 2 events by a = b'],
    ['sequence by a [any where true] with runs=3', 'a sequence of 3 events by a'],
    [
      'sequence by a with maxspan=30s [any where true] ![any where b == 1] [any where true] until [any where c == 1]',
      'a sequence of 2 events without 1 others between them by a within 30s until another event',
    ],
    ['sample by host.id [any where true] [process where true]', 'a sample of 2 events by host.id'],
  ])('%s', (query, expected) => {
    expect(needs(query)).toBe(expected);
  });

  it('says what one event can show', () => {
    const rule = eql(
      `sequence by user.name [any where ${K}.verb == "list"] ![any where true] [process where true]`,
    );
    expect(found(rule)).toEqual([]);
    const { needsState: _state, ...alone } = rule;
    expect(found(alone)).toEqual(['exec', 'denied']);
  });
});

describe('what can not be asked', () => {
  it.each([
    ['', 'invalid', 0],
    ['any', 'invalid', 3],
    ['any where', 'invalid', 9],
    ['any where a = "b"', 'invalid', 12],
    ["any where a == 'b'", 'invalid', 15],
    ['any where a == ?"b"', 'invalid', 15],
    ['any where a == "b', 'invalid', 15],
    [String.raw`any where a == "\d"`, 'invalid', 16],
    ['any where a == """b', 'invalid', 15],
    ['any where (a == 1', 'invalid', 17],
    ['any where a == 1 b', 'invalid', 17],
    ['any where a AND b', 'invalid', 12],
    ['any where a & b', 'invalid', 12],
    ['any where /* a', 'invalid', 10],
    ['any where a[0] == 1', 'unsupported', 11],
    ['any where a > null', 'invalid', 14],
    ['any where a < true', 'invalid', 14],
    ['any where a : null', 'invalid', 14],
    ['any where a : b', 'invalid', 14],
    ['any where length() == 1', 'invalid', 10],
    ['any where length~(a) == 1', 'invalid', 10],
    ['any where frobnicate(a)', 'invalid', 10],
    ['any where match(a)', 'invalid', 10],
    ['any where cidrMatch(a, "x")', 'invalid', 10],
    ['any where source.ip == "x"', 'invalid', 10],
    ['any where @timestamp > "now-1d"', 'unsupported', 10],
    ['any where a regex "("', 'invalid', 10],
    ['any where a regex "a~b"', 'unsupported', 10],
    ['any where a regex "<1-5>"', 'unsupported', 10],
    ['any where a regex "(?i)a"', 'invalid', 10],
    ['any where a regex "["', 'invalid', 10],
    ['any where concat(")", "(") in (a', 'invalid', 32],
    ['any where true | head 3', 'unsupported', 15],
    ['join by a [any where true] [any where true]', 'unsupported', 0],
    ['sequence [any where true]', 'invalid', 9],
    ['sequence with maxspan=5 [any where true] [any where true]', 'invalid', 22],
    ['sequence by a [any where true] with runs=0', 'invalid', 41],
    ['sample by a with maxspan=5m [any where true] [any where true]', 'invalid', 7],
  ])('%s: %s at %i', (query, kind, offset) => {
    expect(fault(query)).toMatchObject({ kind, offset });
  });
});

it('makes plain tests that the engine can look up', () => {
  expect(
    eql(`any where ${K}.verb in ("get", "list") or ${K}.verb == "watch"`).condition,
  ).toMatchObject({
    kind: 'predicate',
    field: { kind: 'path', paths: [['kubernetes', 'audit', 'verb']] },
    question: {
      kind: 'some',
      test: { kind: 'equals', texts: ['get', 'list', 'watch'], cased: true },
    },
  });
  expect(eql('any where startsWith~(user.name, "a*")').condition).toMatchObject({
    question: {
      test: {
        kind: 'like',
        patterns: [[{ kind: 'text', text: 'a*' }, { kind: 'any' }]],
        cased: false,
      },
    },
  });
});

it('looks at so many combinations of values, and no more', () => {
  const groups = Array.from({ length: 3000 }, (_, i) => `g${i}`);
  const event = normalized({ verb: 'get', user: { username: 'a', groups } });
  const query = `any where concat(${K}.user.groups, ${K}.user.groups, ${K}.user.groups) == "nothing"`;
  expect(judgeOf(eql(query))(event)).toBe(false);
}, 2000);
