/** Owns: that no text matches a regular expression without the texts that it is said to need. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compileRegex,
  textsOfRegex,
} from '../../../../../../services/detector/rules/engine/regex.ts';
import { foldCase } from '../../../../../../services/detector/rules/pattern.ts';

describe('the texts that a regular expression needs', () => {
  it.each([
    ['foo.*bar', '', [['foo'], ['bar']]],
    ['(foo|barx)+z*ab', '', [['foo', 'barx'], ['ab']]],
    ['^/api/v1/(secrets|configmaps)$', '', [['/api/v1/'], ['secrets', 'configmaps']]],
    ['(?i)Kubectl\\.exe', '', [['kubectl.exe']]],
    ['ab{0}cd{2}ef', '', [['cd'], ['ef']]],
    ['[^]]abc[[:alpha:]]def', '', [['abc'], ['def']]],
    ['Secrets', 'i', [['ecret']]],
    ['foo|bar|', '', []],
    ['a\\Qb.c\\E', '', []],
    ['(?s:.)abc', '', []],
    ['\\x61bc', '', []],
    ['abc\\pLdef', '', []],
  ])('%s %s', (source, flags, groups) => {
    expect(textsOfRegex(source, flags).groups).toEqual(groups);
  });

  const parts = [
    ...[
      'a',
      'b',
      'ab',
      'k',
      's',
      'ſ',
      'K',
      '\u212a',
      'σ',
      'ς',
      'Σ',
      '😀',
      '.',
      '.*',
      '[ab]',
      '[^a]',
    ],
    ...[
      '(a|b)',
      '(?:ab|bas)',
      '(?P<n>ks)',
      'a+',
      'b?',
      '(ab)*',
      '(?:ba){2}',
      'a{0,2}',
      '\\.',
      '\\w',
    ],
    ...[
      '|',
      '|',
      '^',
      '$',
      '\\b',
      '(',
      ')',
      '{',
      '}',
      '[',
      ']',
      '\\',
      '(?i)',
      '(?i:ks)',
      '\\Qa.b\\E',
    ],
  ];
  const source = fc.array(fc.constantFrom(...parts), { maxLength: 8 }).map((some) => some.join(''));
  const letters = fc.constantFrom('a', 'b', 'A', 'k', 'K', '\u212a', 's', 'S', 'ſ', 'σ', '.', '😀');
  const text = fc.string({ unit: letters, maxLength: 12 });
  const flags = fc.constantFrom('', 'i', 's', 'm', 'is');

  it('are in every text that matches, whatever the expression', () => {
    let matched = 0;
    fc.assert(
      fc.property(source, flags, fc.array(text, { minLength: 10 }), (written, some, texts) => {
        let matches: (input: string) => boolean;
        try {
          matches = compileRegex(written, some);
        } catch {
          return; // Not of RE2's language.
        }
        const { groups, isFolded } = textsOfRegex(written, some);
        for (const input of texts.filter(matches)) {
          matched += 1;
          const held = isFolded ? foldCase(input) : input;
          for (const group of groups) expect(group.some((one) => held.includes(one))).toBe(true);
        }
      }),
      { numRuns: 5000 },
    );
    expect(matched).toBeGreaterThan(5000);
  });

  it('are of no use to a text that is made to be slow', () => {
    const matches = compileRegex('(a+)+$|(x{1,30}y?){1,30}z', '');
    const started = performance.now();
    expect(matches(`${'a'.repeat(1_000_000)}!`)).toBe(false);
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});
