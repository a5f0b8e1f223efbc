import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { lowerRule } from '../../../../../../services/detector/rules/sigma/lower.ts';
import { matchAll } from '../../match-all.ts';
import { parseRules } from './parsed.ts';

function ruleWith(test: string): string {
  return `title: T\nlogsource: {product: test}\ndetection:\n  s: ${test}\n  condition: s\n`;
}

/** Whether `{a|modifiers: value}`, in YAML's flow style, matches an event with that `a`. */
function matches(test: string, event: Readonly<Record<string, unknown>>): boolean {
  const { problems, rules } = parseRules(ruleWith(test));
  expect(problems).toEqual([]);
  const set = compileRules(rules.map((rule) => ({ ...lowerRule(rule), kinds: ['audit'] })));
  return matchAll(set, event).length === 1;
}

/** `line:column kind reason` of all problems. */
function problems(test: string): readonly string[] {
  return parseRules(ruleWith(test)).problems.map(
    (p) => `${p.line}:${p.column} ${p.kind} ${p.reason}`,
  );
}

const base64 = (text: string, charset: BufferEncoding = 'utf8') =>
  Buffer.from(text, charset).toString('base64');

describe('windash', () => {
  it.each([
    ['{a|windash|contains: " -enc"}', 'x -enc y', true],
    ['{a|windash|contains: " -enc"}', 'x /enc y', true],
    ['{a|windash|contains: " -enc"}', 'x –ENC y', true],
    ['{a|windash|contains: " -enc"}', 'x —enc y', true],
    ['{a|windash|contains: " -enc"}', 'x ―enc y', true],
    ['{a|windash|contains: " -enc"}', 'x +enc y', false],
    ['{a|windash|contains: " /enc"}', 'x -enc y', true],
    ['{a|windash|contains: " -enc"}', 'x−enc y', false],
    // Each dash of its own, and as many as one likes.
    ['{a|windash: "-a -b"}', '/a –b', true],
    ['{a|windash: "-a -b -c -d -e"}', '/a –b —c ―d -e', true],
    ['{a|windash: "-a -b -c -d -e"}', '/A –B —C ―D -E', true],
    ['{a|windash|cased: "-a -b -c -d -e"}', '/A –B —C ―D -E', false],
    ['{a|windash: "-a -b -c -d -e"}', '/a –b —c ―d -', false],
    ['{a|windash|endswith: "-a *-b -c -d"}', 'x/a 1 2 –b —c ―d', true],
    ['{a|windash|contains|all: ["-a", "-b"]}', 'x /b /a', true],
    ['{a|windash|contains|all: ["-a", "-b"]}', 'x /b', false],
    ['{a|windash|neq: "-a"}', '/a', false],
  ])('%s on %j is %j', (test, a, expected) => {
    expect(matches(test, { a })).toBe(expected);
  });
});

describe('encodings', () => {
  it.each([
    ['{a|base64|contains: foobar}', `x ${base64('foobar')} y`, true],
    ['{a|base64: foobar}', `x ${base64('foobar')} y`, false],
    ['{a|base64: "größe"}', base64('größe'), true],
    ['{a|base64|base64: foobar}', base64(base64('foobar')), true],
    ['{a|base64offset|contains: foobar}', base64('foobar'), true],
    ['{a|base64offset|contains: foobar}', base64('xfoobar'), true],
    ['{a|base64offset|contains: foobar}', base64('xxfoobary'), true],
    ['{a|base64offset|contains: foobar}', base64('xxxfoobaryy'), true],
    ['{a|base64offset|contains: foobar}', base64('xxfoo'), false],
    ['{a|wide|base64offset|contains: foobar}', base64('xfoobary', 'utf16le'), true],
    ['{a|utf16le|base64offset|contains: foobar}', base64('xfoobary', 'utf16le'), true],
    ['{a|utf16le|base64offset|contains: foobar}', base64('xfoobary'), false],
    ['{a|utf16|base64: cmd}', Buffer.from('fffe63006d006400', 'hex').toString('base64'), true],
    ['{a|utf16be|base64: cmd}', Buffer.from('0063006d0064', 'hex').toString('base64'), true],
    ['{a|wide|contains: cmd}', 'x c\0m\0d\0 y', true],
    ['{a|utf16be|contains: "c*d"}', 'x \0cmm\0d y', true],
    ['{a|windash|base64offset|contains: "-enc"}', base64('a /enc b'), true],
    ['{a|base64offset|contains|all: [foo, bar]}', base64('a bar foo'), true],
    ['{a|base64offset|contains|all: [foo, bar]}', base64('a bar fo'), false],
    // What is escaped is plain.
    [String.raw`{a|base64: 'a\*b'}`, base64('a*b'), true],
  ])('%s on %j is %j', (test, a, expected) => {
    expect(matches(test, { a })).toBe(expected);
  });
});

describe('re', () => {
  it.each([
    ['{a|re: "ge."}', 'forget it', true],
    ['{a|re: "GE."}', 'forget it', false],
    ['{a|re|i: "GE."}', 'forget it', true],
    ['{a|re: "^get$"}', 'get', true],
    ['{a|re: "^b"}', 'a\nb', false],
    ['{a|re|m: "^b"}', 'a\nb', true],
    ['{a|re: a.b}', 'a\nb', false],
    ['{a|re|s: a.b}', 'a\nb', true],
    ['{a|re|i|m|s: "^B.C"}', 'a\nb\nc', true],
    ['{a|re|startswith: "b|a"}', 'abc', true],
    ['{a|re|startswith: "b|c"}', 'abc', false],
    ['{a|re|m|startswith: "b"}', 'a\nb', false],
    ['{a|re|endswith: "b|c"}', 'abc', true],
    ['{a|re|endswith: "a|b"}', 'abc', false],
    ['{a|re|contains: "b"}', 'abc', true],
    ['{a|re|all: ["a", "c$"]}', 'abc', true],
    ['{a|re|neq: "b"}', 'abc', false],
    // Wildcards and escapes of Sigma mean nothing there.
    [String.raw`{a|re: '\d\*'}`, '7*', true],
    [String.raw`{a|re: 'C:\\Win'}`, String.raw`C:\Windows`, true],
  ])('%s on %j is %j', (test, a, expected) => {
    expect(matches(test, { a })).toBe(expected);
  });

  it.each([
    ['a(?=b)', 'unsupported "(?=" at character 2 of the regular expression looks ahead'],
    ['a(?!b)', 'unsupported "(?!" at character 2 of the regular expression looks ahead'],
    ['(?<=a)b', 'unsupported "(?<=a)b" at character 1 of the regular expression looks ahead'],
    ['(?<!a)b', 'unsupported "(?<!a)b" at character 1 of the regular expression looks ahead'],
    [
      String.raw`(a)\1`,
      String.raw`unsupported "\1" at character 4 of the regular expression refers`,
    ],
    ['a++', 'unsupported "++" at character 2 of the regular expression refers'],
    ['(?>a)', 'unsupported "(?>" at character 1 of the regular expression refers'],
    ['(a', 'invalid "(a" at character 1 of the regular expression: missing closing )'],
    ['((a{100}){100}){100}', 'invalid "{100}" at character 4'],
  ])('is checked: %s', (source, expected) => {
    const [problem, ...rest] = problems(`{a|re: '${source}'}`);
    expect(rest).toEqual([]);
    expect(problem).toContain(`4:13 ${expected}`);
  });
});

describe('dates', () => {
  const at = { a: '2026-11-21T06:07:08.123456Z' };
  it.each([
    ['{a|minute: 7}', at, true],
    ['{a|minute: 6}', at, false],
    ['{a|hour: [5, 6]}', at, true],
    ['{a|hour|gte: 6}', at, true],
    ['{a|hour|lt: 6}', at, false],
    ['{a|hour|neq: 6}', at, false],
    ['{a|day: 21}', at, true],
    ['{a|week: 47}', at, true],
    ['{a|month: 11}', at, true],
    ['{a|year: 2026}', at, true],
    ['{a|week: 53}', { a: '2027-01-03T12:00:00Z' }, true],
    ['{a|week: 1}', { a: '2024-12-30' }, true],
    ['{a|hour: 0}', { a: '2024-12-30' }, false],
    ['{a|hour: 0}', { a: 'soon' }, false],
    ['{a|year: 2026}', { a: 2026 }, false],
  ])('%s on %j is %j', (test, event, expected) => {
    expect(matches(test, event)).toBe(expected);
  });

  it('has no hour 24', () => {
    expect(problems('{a|hour: 24}')).toEqual(['4:15 warning 24 is no hour: no event has it']);
    expect(problems('{a|month: 0.5}')).toEqual(['4:16 warning 0.5 is no month: no event has it']);
  });
});

describe('fieldref', () => {
  it.each([
    ['{a|fieldref: b}', { a: 'X', b: 'x' }, true],
    ['{a|fieldref|cased: b}', { a: 'X', b: 'x' }, false],
    ['{a|fieldref: b}', { a: 1, b: '1' }, true],
    ['{a|fieldref: b}', { a: 'x' }, false],
    ['{a|fieldref: b}', {}, false],
    ['{a|fieldref|neq: b}', { a: 'x', b: 'y' }, true],
    ['{a|fieldref|startswith: b}', { a: 'xyz', b: 'xy' }, true],
    ['{a|fieldref|endswith: b}', { a: 'xyz', b: 'xy' }, false],
    ['{a|fieldref|contains: b}', { a: 'xyz', b: ['q', 'y'] }, true],
    ['{a|fieldref: [b, c]}', { a: 'x', c: 'x' }, true],
    ['{a|fieldref|all: [b, c]}', { a: 'x', c: 'x' }, false],
  ])('%s on %j is %j', (test, event, expected) => {
    expect(matches(test, event)).toBe(expected);
  });
});

describe('networks', () => {
  it.each([
    ['{a|cidr: "2001:db8::/32"}', '2001:DB8:1::1', true],
    ['{a|cidr: "2001:db8::/32"}', '2001:db9::1', false],
    ['{a|cidr: 10.0.0.0/8}', '::ffff:10.1.2.3', true],
    ['{a|cidr|neq: 10.0.0.0/8}', '10.1.2.3', false],
    ['{a|cidr|all: [10.0.0.0/8, 10.1.0.0/16]}', '10.2.0.1', false],
  ])('%s on %j is %j', (test, a, expected) => {
    expect(matches(test, { a })).toBe(expected);
  });
});

describe('keywords', () => {
  it.each([
    ["{'|re': 'wh.ami'}", 'run whoami now', true],
    ["{'|re|i': '^RUN'}", 'run whoami now', true],
    ["{'|base64offset': whoami}", base64('x whoami y'), true],
    ["{'|windash': ' -c '}", 'sh /c id', true],
    ["{'|all': [sh, id]}", 'sh -c id', true],
    ["['sh*id']", 'a sh -c id b', true],
  ])('%s on %j is %j', (test, a, expected) => {
    expect(matches(test, { a: { b: [a] } })).toBe(expected);
  });

  it.each(['startswith', 'endswith', 'neq', 'cidr', 'gt', 'exists', 'fieldref', 'hour'])(
    'do not go with %s',
    (name) => {
      expect(problems(`{'|${name}': 1}`)).toEqual([
        '4:7 unsupported keywords have a modifier that needs a field',
      ]);
    },
  );
});

describe('what does not go together', () => {
  it.each([
    ['{a|re|cased: x}', 'the modifiers re, cased do not go together'],
    ['{a|i: x}', 'the modifiers i do not go together'],
    ['{a|i|re: x}', 'the modifier "re" stands behind "i"'],
    ['{a|cidr|contains: 10.0.0.0/8}', 'the modifiers cidr, contains do not go together'],
    ['{a|startswith|endswith: x}', 'the modifiers startswith, endswith do not go together'],
    ['{a|contains|contains: x}', 'the modifiers contains, contains do not go together'],
    ['{a|lt|lte: 1}', 'the modifiers lt, lte do not go together'],
    ['{a|hour|minute: 1}', 'the modifiers hour, minute do not go together'],
    ['{a|hour|contains: 1}', 'the modifiers hour, contains do not go together'],
    ['{a|fieldref|re: x}', 'the modifiers fieldref, re do not go together'],
    ['{a|exists|all: true}', 'the modifiers exists, all do not go together'],
    ['{a|wide|utf16be: x}', 'the modifiers wide, utf16be do not go together'],
    ['{a|contains|base64: x}', 'the modifier "base64" stands behind "contains"'],
    ['{a|base64|wide: x}', 'the modifier "wide" stands behind "base64"'],
    ['{a|base64|windash: x}', 'the modifier "windash" stands behind "base64"'],
    ['{a|base64offset|base64: x}', 'the modifier "base64" stands behind "base64offset"'],
    [
      `{a|${'base64|'.repeat(4)}base64: x}`,
      'the modifiers base64, base64, base64, base64, base64 do not go together',
    ],
  ])('%s', (test, reason) => {
    expect(problems(test)).toEqual([`4:7 invalid ${reason}`]);
  });

  it.each([
    ["{a|base64: 'x*'}", 'x* has a wildcard, which Base64 can not encode'],
    ["{a|base64offset|contains: 'x?'}", 'x? has a wildcard, which Base64 can not encode'],
    ["{a|base64offset|contains: ''}", ' is too short to be found encoded'],
    ["{a|base64offset|contains: 'x'}", 'x is too short to be found encoded'],
    ["{a|windash|base64: '-----'}", '----- has more than 4 dashes, too many'],
    ['{a|windash: null}', 'null can not be null here'],
    ['{a|re: null}', 'null can not be null here'],
    ["{a|fieldref: ''}", ' is no name of a field'],
    ['{a|fieldref: 1}', '1 is no name of a field'],
    ['{a|gte: .inf}', 'Infinity is no number'],
    ["{a|hour: '6'}", '6 is no number'],
    ["{a|cidr: '10.0.0.1/33'}", '10.0.0.1/33 is no network'],
    ["{a|cidr: '10.0.*'}", '10.0.* is no network'],
  ])('%s', (test, reason) => {
    const [problem] = problems(test);
    expect(problem).toMatch(/^4:\d+ invalid /);
    expect(problem).toContain(reason);
  });
});
