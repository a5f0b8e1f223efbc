/** Owns: the automaton against a published one, and its time on texts that are made to be slow. */
import { AhoCorasick } from '@monyone/aho-corasick';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Automaton } from '../../../../../../services/detector/rules/engine/automaton.ts';
import { Marks } from '../../../../../../services/detector/rules/engine/marks.ts';
import { Chance } from './random-rules.ts';

/** Three atoms for each literal: anywhere, at the start, at the end. */
function automatonOf(texts: readonly string[], isFolded = false): (text: string) => Set<string> {
  const literals = texts.map((text, i) => ({
    text,
    inside: i * 3,
    start: i * 3 + 1,
    end: i * 3 + 2,
  }));
  const automaton = new Automaton(literals, isFolded);
  const marks = new Marks(texts.length * 3);
  const names = texts.flatMap((text) => [text, `^${text}`, `${text}$`]);
  return (text) => {
    marks.begin();
    automaton.scan(text, marks);
    return new Set([...marks.list.slice(0, marks.count)].map((atom) => names[atom] ?? ''));
  };
}

/** What the published one finds. */
function oracleOf(texts: readonly string[]): (text: string) => Set<string> {
  const published = new AhoCorasick([...texts]);
  return (text) =>
    new Set(
      published
        .matchInText(text)
        .flatMap(({ begin, end, keyword }) => [
          keyword,
          ...(begin === 0 ? [`^${keyword}`] : []),
          ...(end === text.length ? [`${keyword}$`] : []),
        ]),
    );
}

const letters = fc.constantFrom('a', 'b', 'c', 'é', '漢', '😀', '\ud83d');
const literal = fc.string({ unit: letters, minLength: 1, maxLength: 6 });
const literals = fc.uniqueArray(literal, { minLength: 1, maxLength: 30 });

describe('an automaton', () => {
  it('finds what a published one finds, text after text', () => {
    fc.assert(
      fc.property(
        literals,
        fc.array(fc.string({ unit: letters, maxLength: 40 })),
        (texts, inputs) => {
          const [found, expected] = [automatonOf(texts), oracleOf(texts)];
          for (const input of inputs) expect(found(input)).toEqual(expected(input));
        },
      ),
      { numRuns: 1000 },
    );
  });

  it('finds literals of more states than have whole rows', () => {
    // 4,000 literals of 40 letters are 150,000 states; the rows are of about 12,000.
    const chance = new Chance(1);
    const word = (): string =>
      Array.from({ length: 40 }, () => chance.pick([...'abcdefghij'])).join('');
    const texts = Array.from({ length: 4000 }, word);
    const [found, expected] = [automatonOf(texts), oracleOf(texts)];
    for (const [i, text] of texts.entries()) {
      const input = `${text.slice(0, 39)}${texts[(i * 7) % texts.length]}${text.slice(1)}`;
      expect(found(input)).toEqual(expected(input));
    }
  });

  it('finds capitals of ASCII as small letters, and tells where it met another alphabet', () => {
    const automaton = new Automaton([{ text: 'exec', inside: 0, start: -1, end: 1 }], true);
    const marks = new Marks(2);
    marks.begin();
    expect(automaton.scan('Pods/EXEC', marks, 128)).toBe(true);
    expect([marks.has(0), marks.has(1)]).toEqual([true, true]);
    expect(automaton.scan('éxec', marks, 128)).toBe(false);
  });

  it('takes time that grows with the text, where thousands of literals end at each letter', () => {
    const texts = Array.from({ length: 4000 }, (_, i) => 'a'.repeat(i + 1));
    const found = automatonOf(texts);
    const timeOf = (length: number): number => {
      const started = performance.now();
      expect(found('a'.repeat(length)).size).toBe(12_000);
      return performance.now() - started;
    };
    timeOf(100_000);
    // Four thousand steps for each of a million letters would take ten seconds and more.
    expect(timeOf(1_000_000)).toBeLessThan(5000);
  });
});
