/**
 * Owns: where a bracketed value ends by its brackets and quotes alone, in text that may be no JSON.
 */
import { endOfString } from '../../../shared/domain/json-numbers.ts';

const BRACKET_OR_QUOTE = /["[\]{}]/g;

/** Position after the value that opens at `at`, or after a scalar; -1: it does not end before `end`. */
export function skipNestedText(chars: string, at: number, end: number): number {
  let depth = 0;
  BRACKET_OR_QUOTE.lastIndex = at;
  for (
    let match = BRACKET_OR_QUOTE.exec(chars);
    match !== null && match.index < end;
    match = BRACKET_OR_QUOTE.exec(chars)
  ) {
    const [char] = match;
    if (char === '"') {
      const after = endOfString(chars, match.index);
      if (after < 0 || after > end) return -1;
      BRACKET_OR_QUOTE.lastIndex = after;
    } else depth += char === '{' || char === '[' ? 1 : -1;
    if (depth <= 0) return BRACKET_OR_QUOTE.lastIndex;
  }
  return -1;
}
