/**
 * Owns: patterns of LIKE: `*`, `?`, and a backslash that makes the next character plain (Lucene's
 * WildcardQuery; Sigma's differ before plain characters).
 */
import type { Pattern } from '../../pattern.ts';

export function readWildcards(source: string): Pattern {
  const parts: Pattern[number][] = [];
  let text = '';
  const flush = (kind?: 'any' | 'one'): void => {
    if (text !== '') parts.push({ kind: 'text', text });
    text = '';
    if (kind !== undefined) parts.push({ kind });
  };
  for (let i = 0; i < source.length; i++) {
    const char = source.charAt(i);
    if (char === '*') flush('any');
    else if (char === '?') flush('one');
    else if (char === '\\' && i + 1 < source.length) {
      i++;
      text += source.charAt(i);
    } else text += char;
  }
  flush();
  return parts;
}
