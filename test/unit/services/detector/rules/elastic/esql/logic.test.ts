/** Nulls, many values and comparisons, as Elastic's reference has them. */
import { describe, expect, it } from 'vitest';
import { audit, computed } from './tried.ts';

const DOCUMENT = audit(
  {
    verb: 'get',
    user: { groups: ['b', 'a', 'b'], username: ['alice'], extra: { 'x.io/y': ['1'] } },
    responseStatus: { code: 403 },
    objectRef: { name: null, namespace: [null, 'n'], resource: ['same', 'same'] },
    requestObject: { spec: { hostNetwork: true, ports: [2, 1, 2], empty: [] } },
    annotations: { 'authorization_k8s_io/decision': 'allow' },
  },
  { source: { ip: '::ffff:10.0.0.1' }, '@timestamp': '2026-11-21T06:10:00.050302Z' },
);

const rows = (...table: readonly (readonly [string, unknown])[]) =>
  table.map(([expression, expected]) => ({ expression, expected }));

describe('three values', () => {
  it.each(
    rows(
      ['null == 1', null],
      ['null == null', null],
      ['null != 1', null],
      ['NOT null', null],
      ['null AND false', false],
      ['null AND true', null],
      ['null OR true', true],
      ['null OR false', null],
      ['null IS NULL', true],
      ['1 IS NOT NULL', true],
      ['1 IN (1, null)', true],
      ['5 IN (1, null)', null],
      ['5 NOT IN (1, null)', null],
      ['5 NOT IN (1, 2)', true],
      ['null IN (1)', null],
      ['null LIKE "*"', null],
      ['null NOT LIKE "*"', null],
      ['null RLIKE ".*"', null],
      ['true AND NOT false OR false', true],
      ['true OR true AND false', true],
      ['NOT 1 == 2', true],
    ),
  )('$expression', ({ expected, expression }) => expect(computed(expression)).toBe(expected));
});

describe('columns of an event', () => {
  const at = (name: string) => `kubernetes.audit.${name}`;
  it.each(
    rows(
      [at('verb'), 'get'],
      ['one value in an array is one value', 'alice'],
      [at('user.groups'), ['a', 'b']],
      [at('user.username'), 'alice'],
      [at('responseStatus.code'), 403n],
      [at('objectRef.name'), null],
      [at('objectRef.namespace'), 'n'],
      [at('objectRef.resource'), 'same'],
      [at('objectRef'), '(object)'],
      [at('requestObject.spec.ports'), [1n, 2n, 2n]],
      [at('requestObject.spec.empty'), null],
      [at('annotations.`authorization_k8s_io/decision`'), 'allow'],
      ['`kubernetes.audit.annotations.authorization_k8s_io/decision`', 'allow'],
      ['`kubernetes.audit.user.extra.x.io/y`', '1'],
      ['source.ip', '10.0.0.1'],
      ['@timestamp', '2026-11-21T06:10:00.050Z'],
      ['no.such.field', null],
    ).filter(({ expression }) => !expression.includes(' ')),
  )('$expression', ({ expected, expression }) =>
    expect(computed(expression, DOCUMENT)).toStrictEqual(expected),
  );
});

describe('comparisons', () => {
  it.each(
    rows(
      ['kubernetes.audit.user.groups == "a"', null],
      ['kubernetes.audit.user.groups != "a"', null],
      ['kubernetes.audit.user.groups IN ("a", "b")', null],
      ['kubernetes.audit.user.groups LIKE "*"', null],
      ['kubernetes.audit.user.groups IS NOT NULL', true],
      ['kubernetes.audit.objectRef.resource == "same"', true],
      ['kubernetes.audit.requestObject.spec.ports > 0', null],
      ['kubernetes.audit.user.username == "alice"', true],
      ['kubernetes.audit.responseStatus.code == 403', true],
      ['kubernetes.audit.responseStatus.code == "403"', true],
      ['kubernetes.audit.responseStatus.code == 403.0', true],
      [
        'kubernetes.audit.responseStatus.code >= 400 AND kubernetes.audit.responseStatus.code < 500',
        true,
      ],
      ['kubernetes.audit.requestObject.spec.hostNetwork', true],
      ['kubernetes.audit.requestObject.spec.hostNetwork == true', true],
      ['source.ip == "10.0.0.1"', true],
      ['CIDR_MATCH(source.ip, "10.0.0.0/8")', true],
      ['@timestamp >= "2026-11-21T06:10:00Z"', true],
      ['@timestamp == "2026-11-21T06:10:00.050Z"', true],
      ['"a" < "B"', false],
      ['"\uffee" < "😀"', true],
      ['true < false', null],
      ['1 < 1.5', true],
      ['9007199254740993 == 9007199254740992', false],
    ),
  )('$expression', ({ expected, expression }) =>
    expect(computed(expression, DOCUMENT)).toBe(expected),
  );
});

describe('LIKE', () => {
  it.each(
    rows(
      ['"abc" LIKE "a*"', true],
      ['"abc" LIKE "a?c"', true],
      ['"a😀c" LIKE "a?c"', true],
      ['"abc" LIKE "ABC"', false],
      ['"a*c" LIKE "a\\\\*c"', true],
      ['"abc" LIKE "a\\\\*c"', false],
      ['"a\\\\c" LIKE """a\\\\c"""', true],
      ['"abc" LIKE ("x*", "*c")', true],
      ['"abc" NOT LIKE ("x*", "*y")', true],
      ['"" LIKE "*"', true],
      ['"" LIKE "?"', false],
      ['"a\\nb" LIKE "a*b"', true],
    ),
  )('$expression', ({ expected, expression }) => expect(computed(expression)).toBe(expected));
});

describe("RLIKE: Lucene's syntax, whole texts", () => {
  it.each([
    ['abc', 'a.c', true],
    ['abc', 'b', false],
    ['xabcx', '.*(abc|def).*', true],
    ['a\nb', 'a.b', true],
    ['a.c', 'a\\.c', true],
    ['abc', 'a\\.c', false],
    ['^a$', '^a$', true],
    ['a', '^a$', false],
    ['aab', 'a{2}b', true],
    ['ab', 'a{2,}b', false],
    ['aaab', 'a{1,3}b', true],
    ['b', 'a?b', true],
    ['bash', '[bz]a?sh', true],
    ['-', '[-a]', true],
    [']', '[]a]', true],
    ['x', '[^a-c]', true],
    ['b', '[^a-c]', false],
    ['a5', 'a\\d', true],
    ['a_', 'a\\w', true],
    ['a b', 'a\\sb', true],
    ['a+b', 'a"+"b', true],
    ['++', '"+"{2}', true],
    ['anything', '@', true],
    ['', '#', false],
    ['*a', '*a', true],
    ['a/b', 'a/b', true],
    ['ABC', 'abc', false],
    ['😀', '.', true],
    ['curl x', '(curl|wget)( .*)?', true],
    ['curlx', '(curl|wget)( .*)?', false],
    ['a|b', 'a\\|b', true],
    ['abab', '(ab)+', true],
    ['ababa', '(ab)+', false],
    // Lucene has an intersection here.
    ['bash -i >& /dev/null', '.*(sh -i >&|0>&1).*', true],
    ['nc -e sh', '.*nc\\s+-e.*', true],
  ])('%j RLIKE %j: %j', (text, pattern, expected) => {
    const quoted = pattern.replaceAll('\\', '\\\\').replaceAll('"', '\\"');
    const value = JSON.stringify(text);
    expect(computed(`${value} RLIKE "${quoted}"`)).toBe(expected);
  });

  it('takes a list', () => {
    expect(computed('"wget" RLIKE ("c.rl", "w[a-z]+")')).toBe(true);
    expect(computed('"nc" NOT RLIKE ("c.rl", "w[a-z]+")')).toBe(true);
  });
});
