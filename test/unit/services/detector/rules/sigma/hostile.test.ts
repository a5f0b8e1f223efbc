/** Files that are made to hang a reader or to throw it. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_OPTIONS } from '../../../../../../services/detector/rules/options.ts';
import { loadSigma } from '../../../../../../services/detector/rules/sigma/load.ts';

const HEAD = 'title: T\nlogsource: {product: kubernetes}\n';
const GOOD = `${HEAD}detection: {s: {verb: get}, condition: s}\n`;
const many = (count: number, text: (i: number) => string) =>
  Array.from({ length: count }, (_, i) => text(i));
const withCondition = (condition: string) =>
  `${HEAD}detection: {s: {verb: get}, condition: "${condition}"}\n`;

const BOMB = many(20, (i) =>
  i === 0 ? 'a0: &a0 [x, x]' : `a${i}: &a${i} [*a${i - 1}, *a${i - 1}]`,
).join('\n');

describe('hostile files', () => {
  it.each<[string, string]>([
    ['aliases of aliases', `${BOMB}\n${HEAD}detection: {s: {verb: *a19}, condition: s}\n`],
    ['aliases everywhere', `${BOMB}\ntitle: *a19\nlogsource: *a19\ndetection: *a19\n`],
    ['an alias as a filter', `${BOMB}\n${HEAD}filter: *a19\n`],
    ['lists in lists', `title: ${'['.repeat(20_000)}`],
    ['maps in maps', `title: ${'{a: '.repeat(5000)}`],
    ['maps below maps', many(1000, (i) => `${' '.repeat(i)}a:`).join('\n')],
    ['many keys', many(20_000, (i) => `k${i}: 1`).join('\n')],
    ['many quotes', `title: ${'"'.repeat(20_000)}`],
    ['many documents', '---\ntitle: T\n'.repeat(2000)],
    [
      'many merges',
      `action: global\n${many(500, (i) => `k${i}: {a: 1}`).join('\n')}\n${'---\ntitle: T\n'.repeat(200)}`,
    ],
    ['nots', withCondition(`${'not '.repeat(20_000)}s`)],
    ['parentheses', withCondition(`${'('.repeat(20_000)}s`)],
    [
      'quantifiers',
      `${HEAD}detection: {${many(500, (i) => `s${i}: {verb: get}`).join(', ')}, condition: ${'1 of s* or '.repeat(500)}s1}`,
    ],
    [
      'a large regular expression',
      `${HEAD}detection: {s: {verb|re: '((a{50}){50}){50}'}, condition: s}`,
    ],
    [
      'a deep regular expression',
      `${HEAD}detection: {s: {verb|re: '${'('.repeat(5000)}'}, condition: s}`,
    ],
    [
      'Base64 of Base64',
      `${HEAD}detection: {s: {'verb|${'base64|'.repeat(100)}all': [a, b]}, condition: s}`,
    ],
    ['a file that is too long', ` ${'#'.repeat(17 * 1024 * 1024)}`],
  ])('%s: told, nothing else', (_, text) => {
    const files = [
      { path: 'bad.yml', text },
      { path: 'good.yml', text: GOOD },
    ];
    const { problems, rules } = loadSigma(files, DEFAULT_OPTIONS);
    expect(rules.map(({ path }) => path)).toEqual(['good.yml']);
    expect(problems.length).toBeGreaterThan(0);
    for (const { column, line, path, reason, remedy } of problems) {
      expect(path).toBe('bad.yml');
      expect(line).toBeGreaterThan(0);
      expect(column).toBeGreaterThan(0);
      expect(reason).not.toBe('');
      expect(remedy).toMatch(/^[A-Z"]/);
    }
  });

  it.each<[string, string]>([
    [
      'keys of a prototype',
      `${HEAD}__proto__: {level: high}\nconstructor: x\ndetection: {__proto__: {verb: get}, constructor: {verb: get}, condition: __proto__ and constructor}`,
    ],
    [
      'many dashes',
      `${HEAD}detection: {s: {verb|windash|contains: '${'-'.repeat(2000)}'}, condition: s}`,
    ],
    ['many wildcards', `${HEAD}detection: {s: {verb: '${'*a'.repeat(5000)}'}, condition: s}`],
    ['many operands', withCondition(`${'s and '.repeat(5000)}s`)],
  ])('%s are no harm', (_, text) => {
    const { problems, rules } = loadSigma([{ path: 'odd.yml', text }], DEFAULT_OPTIONS);
    expect(problems).toEqual([]);
    expect(rules.map(({ level }) => level)).toEqual(['low']);
  });
});
