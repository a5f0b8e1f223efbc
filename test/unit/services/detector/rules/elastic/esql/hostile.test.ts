/** Text that is no query, and events that are made to cost: nothing throws, nothing hangs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compileEsql } from '../../../../../../../services/detector/rules/elastic/esql/compile.ts';
import { audit, computed, verdict } from './tried.ts';

const KINDS = ['stream', 'state', 'problem'];
const WORDS = [
  ...[
    'FROM',
    'a',
    '|',
    'WHERE',
    'EVAL',
    'x',
    '=',
    '==',
    '!=',
    '(',
    ')',
    ',',
    '.',
    '"t"',
    '1',
    '1.5',
  ],
  ...['AND', 'OR', 'NOT', 'IN', 'LIKE', 'RLIKE', 'IS', 'NULL', 'true', '::', 'int', ':', '[', ']'],
  ...['{', '}', '"""r"""', '`q`', '-', '+', '*', '/', '%', '<', 'GROK', '"%{WORD:w}"', 'DISSECT'],
  ...['"%{a} %{b}"', 'KEEP', 'DROP', 'RENAME', 'AS', 'MV_EXPAND', 'STATS', 'BY', 'LIMIT', 'SORT'],
  ...[
    'CASE',
    'NOW',
    'KQL',
    '?p',
    '"',
    '`',
    '\\',
    '//',
    '/*',
    '\n',
    'METADATA',
    'FORK',
    '5',
    'minutes',
  ],
];

describe('queries', () => {
  it('random text is read or refused', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 200 }), (text) => {
        expect(KINDS).toContain(compileEsql(text).kind);
        expect(KINDS).toContain(compileEsql(`FROM a | WHERE ${text}`).kind);
      }),
      { numRuns: 500 },
    );
  });

  it('so are its own words in any order', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...WORDS), { maxLength: 30 }), (words) => {
        const compiled = compileEsql(`FROM a | ${words.join(' ')}`);
        expect(KINDS).toContain(compiled.kind);
        if (compiled.kind === 'problem') expect(compiled.line).toBeGreaterThan(0);
      }),
      { numRuns: 3000 },
    );
  });

  it('patterns of any kind are read or refused', () => {
    const pattern = fc.string({
      unit: fc.constantFrom(...'ab.*+?()[]{}|\\^$-"&~<>@#%:,1dwsp😀'),
      maxLength: 20,
    });
    fc.assert(
      fc.property(pattern, pattern, (one, text) => {
        const written = JSON.stringify(one);
        const commands = ['WHERE x RLIKE', 'WHERE x LIKE', 'GROK x', 'DISSECT x'];
        for (const command of commands) {
          expect(KINDS).toContain(compileEsql(`FROM a | ${command} ${written}`).kind);
        }
        const compiled = compileEsql(
          `FROM a | GROK kubernetes.audit.verb ${written} | WHERE a == "b"`,
        );
        if (compiled.kind === 'stream') {
          expect(['match', 'no match']).toContain(
            verdict(
              `FROM a | GROK kubernetes.audit.verb ${written} | WHERE a == "b"`,
              audit({ verb: text }),
            ),
          );
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each([
    ['parentheses', `${'('.repeat(5000)}x${')'.repeat(5000)} == 1`],
    ['not', `${'NOT '.repeat(5000)}x`],
    ['signs', `x == ${'-'.repeat(1)} ${'+ '.repeat(5000)}1`],
    ['calls', `${'TRIM('.repeat(5000)}x${')'.repeat(5000)} == "a"`],
    ['sums', `x == ${'y + '.repeat(5000)}1`],
    ['casts', `x${'::string'.repeat(5000)} == "a"`],
  ])('deep nesting is refused: %s', (_, condition) => {
    expect(compileEsql(`FROM a | WHERE ${condition}`)).toMatchObject({ kind: 'problem' });
  });

  it('long lists and chains are read', () => {
    const list = Array.from({ length: 10_000 }, (_, i) => `"value ${i}"`).join(', ');
    expect(compileEsql(`FROM a | WHERE x IN (${list})`).kind).toBe('stream');
    const chain = Array.from({ length: 5000 }, (_, i) => `x == "${i}"`).join(' OR ');
    expect(compileEsql(`FROM a | WHERE ${chain}`).kind).toBe('stream');
    expect(compileEsql(`FROM a | WHERE x IN (${'"a", '.repeat(100_000)}"b")`).kind).toBe('problem');
  });

  it('columns that double do not double the work', () => {
    const doubled = Array.from({ length: 60 }, () => '| EVAL x = CONCAT(x, x)').join(' ');
    const query = `FROM a | EVAL x = kubernetes.audit.verb ${doubled} | WHERE LENGTH(x) > 0`;
    expect(compileEsql(query).kind).toBe('stream');
    expect(verdict(query, audit({ verb: 'get' }))).toBe('no match');
    const choices = Array.from({ length: 60 }, () => '| EVAL x = CASE(x == "a", x, x)').join(' ');
    const other = `FROM a | EVAL x = kubernetes.audit.verb ${choices} | WHERE x == "get"`;
    expect(verdict(other, audit({ verb: 'get' }))).toBe('match');
  });
});

const MEGABYTE = 1_000_000;
const LARGE = {
  plain: 'a'.repeat(MEGABYTE),
  spaces: ' '.repeat(MEGABYTE),
  percent: '%'.repeat(MEGABYTE),
  escaped: '%ff'.repeat(MEGABYTE / 3),
  pairs: '😀'.repeat(MEGABYTE / 2),
  halves: '\ud83d'.repeat(MEGABYTE),
  digits: '9'.repeat(MEGABYTE),
  slashes: '/'.repeat(MEGABYTE),
};

describe('events', () => {
  it.each(Object.entries(LARGE))('a megabyte of %s', (_, text) => {
    const document = audit({ verb: text });
    const x = 'kubernetes.audit.verb';
    const calls = [
      ...[
        `URL_DECODE(${x})`,
        `URL_ENCODE(${x})`,
        `FROM_BASE64(${x})`,
        `TO_BASE64(${x})`,
        `MD5(${x})`,
      ],
      ...[
        `TRIM(${x})`,
        `TO_LOWER(${x})`,
        `REVERSE(${x})`,
        `LENGTH(${x})`,
        `SUBSTRING(${x}, -5, 3)`,
      ],
      ...[
        `LOCATE(${x}, "zz")`,
        `SPLIT(${x}, "a")`,
        `REPLACE(${x}, "[a-z]+x", "y")`,
        `TO_LONG(${x})`,
      ],
      ...[`TO_DOUBLE(${x})`, `TO_IP(${x})`, `TO_DATETIME(${x})`, `CONCAT(${x}, ${x})`, `${x} == 1`],
      ...[`${x} LIKE "*a*b*c*d*"`, `${x} RLIKE "(a|aa)+(b|c)"`, `DATE_PARSE("yyyy", ${x})`],
      `LEFT(${x}, 1000000) == RIGHT(${x}, 1000000)`,
    ];
    const started = performance.now();
    for (const call of calls) computed(call, document);
    expect(performance.now() - started).toBeLessThan(15_000);
  });

  it.each([
    ['GROK', '| GROK x "%{GREEDYDATA:a}=%{IP:b} %{QUOTEDSTRING:c}" | WHERE c == "y"'],
    ['DISSECT', '| DISSECT x "%{a->} %{b}=%{c}" | WHERE c == "y"'],
  ])('a megabyte for %s', (_, rest) => {
    for (const text of Object.values(LARGE)) {
      const query = `FROM a | EVAL x = kubernetes.audit.verb ${rest}`;
      expect(verdict(query, audit({ verb: text }))).toBe('no match');
    }
  });

  it('many values', () => {
    const groups = Array.from({ length: 100_000 }, (_, i) => `group ${i % 1000}`);
    const document = audit({ user: { groups } });
    const at = 'kubernetes.audit.user.groups';
    expect(computed(`MV_COUNT(${at})`, document)).toBe(1000n);
    expect(computed(`LENGTH(MV_CONCAT(MV_SORT(${at}, "DESC"), ","))`, document)).toBe(9889n);
    expect(computed(`MV_CONTAINS(${at}, ["group 7", "group 999"])`, document)).toBe(true);
  });

  it('an event that makes MV_EXPAND dear counts as one that fits', () => {
    const groups = Array.from({ length: 5000 }, (_, i) => `group ${i}`);
    const document = audit({ user: { groups }, verb: 'a'.repeat(500_000) });
    const query = `FROM a | MV_EXPAND kubernetes.audit.user.groups
      | WHERE LENGTH(CONCAT(kubernetes.audit.user.groups, kubernetes.audit.verb)) == 1`;
    const started = performance.now();
    expect(verdict(query, document)).toBe('match');
    expect(performance.now() - started).toBeLessThan(15_000);
    expect(verdict(query, audit({ user: { groups }, verb: 'get' }))).toBe('no match');
  });

  it('deep and odd shapes', () => {
    let deep: unknown = 'x';
    for (let i = 0; i < 20_000; i++) deep = [deep];
    const query = 'FROM a | WHERE kubernetes.audit.verb == "x"';
    expect(verdict(query, audit({ verb: deep }))).toBe('match');
    const odd = JSON.parse(
      '{"kubernetes":{"audit":{"__proto__":{"verb":"x"},"user":[1,{"groups":7}]}}}',
    );
    expect(verdict(query, odd)).toBe('no match');
    expect(verdict('FROM a | WHERE kubernetes.audit.user.groups == 7', odd)).toBe('match');
    expect(verdict('FROM a | WHERE kubernetes.audit.constructor.name IS NULL', odd)).toBe('match');
  });
});
