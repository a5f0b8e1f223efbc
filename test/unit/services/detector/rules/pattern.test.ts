import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compilePattern,
  exactText,
  foldCase,
  isAnything,
  openPattern,
  parsePattern,
} from '../../../../../services/detector/rules/pattern.ts';
import { naiveMatch } from './sigma/naive.ts';

function matches(source: string, text: string, cased = false): boolean {
  return compilePattern(parsePattern(source), cased)(cased ? text : foldCase(text));
}

describe('patterns', () => {
  it.each([
    // The examples of the specification, "Escape Character".
    [String.raw`a\b`, String.raw`a\b`, true],
    [String.raw`a\\b`, String.raw`a\b`, true],
    [String.raw`a\*`, 'a*', true],
    [String.raw`a\*`, 'ab', false],
    [String.raw`a\?`, 'a?', true],
    [String.raw`a\?`, 'ab', false],
    [String.raw`a\\*`, String.raw`a\bc`, true],
    [String.raw`a\\*`, 'abc', false],
    [String.raw`a\\\*`, String.raw`a\*`, true],
    [String.raw`a\\\*`, String.raw`a\b`, false],
    [String.raw`a\\\b`, String.raw`a\\b`, true],
    [String.raw`a\\\\b`, String.raw`a\\b`, true],
    ['a\\', 'a\\', true],
    // Wildcards.
    ['', '', true],
    ['', 'a', false],
    ['*', '', true],
    ['*', 'anything', true],
    ['?', '', false],
    ['?', 'a', true],
    ['?', 'ab', false],
    ['a*b', 'ab', true],
    ['a*b', 'aXb', true],
    ['a*b', 'aXbY', false],
    ['a*a', 'a', false],
    ['*ab*ab*', 'xabyab', true],
    ['*ab*ab*', 'xab', false],
    ['a?*?c', 'abbc', true],
    ['a?*?c', 'abc', false],
    ['/healthz\\?*', '/healthz?verbose', true],
    ['/healthz\\?*', '/healthzz', false],
    // Case.
    ['ALICE', 'alice', true],
    ['Straße*', 'STRAßE 1', true],
    ['*ΟΔΟΣ*', 'η οδος μου', true],
    ['*ΟΔΟΣ*', 'ΟΔΟΣΑ', true],
    // A character is a code point.
    ['a?b', 'a😀b', true],
    ['*?b', '😀b', true],
    ['a??b', 'a😀b', false],
    ['*?', '😀', true],
    ['*??', '😀', false],
    ['*??*', '😀', false],
    ['*?x*', '😀x', true],
  ])('%j against %j is %j', (pattern, text, expected) => {
    expect(matches(pattern, text)).toBe(expected);
  });

  it('keeps case where the rule says so', () => {
    expect(matches('Alice*', 'alice1', true)).toBe(false);
    expect(matches('Alice*', 'Alice1', true)).toBe(true);
  });

  it('says what a pattern without wildcards is', () => {
    expect(exactText(parsePattern(String.raw`a\*b`))).toBe('a*b');
    expect(exactText(parsePattern('a*b'))).toBeUndefined();
    expect(isAnything(parsePattern('*'))).toBe(true);
    expect(isAnything(parsePattern(''))).toBe(false);
    expect(exactText(openPattern(parsePattern('a'), { start: false, end: false }))).toBe('a');
  });

  it('agrees with a matcher that tries everything', () => {
    const source = fc.string({
      unit: fc.constantFrom('a', 'b', '*', '?', '\\', '😀'),
      maxLength: 8,
    });
    const text = fc.string({ unit: fc.constantFrom('a', 'b', '*', '\\', '😀'), maxLength: 8 });
    fc.assert(
      fc.property(source, text, (pattern, value) => {
        expect(matches(pattern, value)).toBe(naiveMatch(parsePattern(pattern), [...value]));
      }),
      { numRuns: 3000 },
    );
  });

  it('does not take exponential time', () => {
    const pattern = compilePattern(parsePattern(`${'*a'.repeat(30)}b`), false);
    expect(pattern('a'.repeat(20_000))).toBe(false);
  });
});
