/**
 * Owns: EQL's `regex` and `match`: any of several regular expressions, each for the whole value.
 * Does not own: Lucene's syntax (../lucene-regex.ts).
 */
import { RE2JS } from 're2js';
import { invalid } from '../fault.ts';
import { translateLucene } from '../lucene-regex.ts';

/** @param offset where the query writes it */
export function regexOf(sources: readonly string[], offset: number): string {
  const whole = sources.map((source) => translateLucene(source, offset)).join('|');
  try {
    RE2JS.compile(whole);
  } catch (error) {
    const why = error instanceof Error ? error.message : 'not readable';
    throw invalid(offset, `the regular expression is none: ${why}`, 'Mend it.');
  }
  return whole;
}
