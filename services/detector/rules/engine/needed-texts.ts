/**
 * Owns: which literal texts a value must have for a pattern with wildcards to fit it, and whether
 * having one of them is all that the pattern asks.
 */
import { foldCase, type Pattern } from '../pattern.ts';

/** Where in the value a text must stand. */
export type Place = 'all' | 'start' | 'end' | 'inside';

export interface NeededText {
  readonly text: string;
  readonly place: Place;
}

export interface NeededTexts {
  /** Each of them; empty: nothing is known. */
  readonly texts: readonly NeededText[];
  /** A value that has the one text fits. */
  readonly isEnough: boolean;
}

/** Texts are folded unless `cased`. */
export function neededTexts(pattern: Pattern, cased: boolean): NeededTexts {
  const kinds: ('text' | 'any' | 'one')[] = [];
  /** Beside each kind its text; '' for wildcards. */
  const written: string[] = [];
  for (const part of pattern) {
    const last = kinds.at(-1);
    const text = part.kind === 'text' ? (cased ? part.text : foldCase(part.text)) : '';
    if (part.kind === 'text' && last === 'text') written.push(`${written.pop() ?? ''}${text}`);
    else if (part.kind !== 'any' || last !== 'any') {
      kinds.push(part.kind);
      written.push(text);
    }
  }
  if (kinds.length === 0) return { texts: [{ text: '', place: 'all' }], isEnough: true };
  const placeOf = (index: number): Place => {
    const isFirst = index === 0;
    const isLast = index === kinds.length - 1;
    if (isFirst && isLast) return 'all';
    return isFirst ? 'start' : isLast ? 'end' : 'inside';
  };
  const texts = kinds.flatMap((kind, index): NeededText[] =>
    kind === 'text' && written[index] !== ''
      ? [{ text: written[index] ?? '', place: placeOf(index) }]
      : [],
  );
  return { texts, isEnough: texts.length === 1 && !kinds.includes('one') };
}
