/**
 * Owns: what Elasticsearch finds in a field of type `match_only_text`: words without case, and runs
 * of words.
 * Does not own: which fields have that type (field-types.ts).
 */
import type { Test } from '../expression.ts';
import { compilePattern, foldCase, type Pattern } from '../pattern.ts';

/**
 * Words as the standard analyzer has them (Unicode, annex 29): letters, digits and `_`; a dot or an
 * apostrophe between letters and a dot or a comma between digits are within a word.
 */
const WORD =
  /[\p{L}\p{M}\p{N}_]+(?:(?:(?<=\p{L}\p{M}?)[.'’·:](?=\p{L})|(?<=\p{N})[.,;'’](?=\p{N}))[\p{L}\p{M}\p{N}_]+)*/gu;

function wordsOf(text: string): readonly string[] {
  return Array.from(foldCase(text).matchAll(WORD), ([word]) => word);
}

/** Any of the words of `text` is in the value; never, where `text` has none. */
export function anyWord(text: string): Test {
  const words = new Set(wordsOf(text));
  return {
    kind: 'custom',
    key: `elastic any word ${JSON.stringify([...words])}`,
    test: (value) => typeof value === 'string' && wordsOf(value).some((word) => words.has(word)),
  };
}

/** The words of `text` are in the value, one after the other. */
export function phrase(text: string): Test {
  const wanted = wordsOf(text);
  return {
    kind: 'custom',
    key: `elastic phrase ${JSON.stringify(wanted)}`,
    test: (value) => typeof value === 'string' && hasRun(wordsOf(value), wanted),
  };
}

/** A word of the value fits the pattern. */
export function wordLike(pattern: Pattern): Test {
  const fits = compilePattern(pattern, false);
  return {
    kind: 'custom',
    key: `elastic word like ${JSON.stringify(pattern)}`,
    test: (value) => typeof value === 'string' && wordsOf(value).some(fits),
  };
}

/**
 * Knuth, Morris and Pratt: text and phrase are an attacker's, and a run that begins everywhere must
 * not cost the one times the other.
 */
function hasRun(words: readonly string[], wanted: readonly string[]): boolean {
  if (wanted.length === 0) return false;
  const borders = bordersOf(wanted);
  let matched = 0;
  for (const word of words) {
    while (matched > 0 && wanted[matched] !== word) matched = borders[matched - 1] ?? 0;
    if (wanted[matched] === word) matched += 1;
    if (matched === wanted.length) return true;
  }
  return false;
}

/** For each beginning of `wanted`: how long its longest beginning is that also ends it. */
function bordersOf(wanted: readonly string[]): readonly number[] {
  const borders = [0];
  let length = 0;
  for (const word of wanted.slice(1)) {
    while (length > 0 && wanted[length] !== word) length = borders[length - 1] ?? 0;
    if (wanted[length] === word) length += 1;
    borders.push(length);
  }
  return borders;
}
