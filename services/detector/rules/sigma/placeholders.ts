/**
 * Owns: `%name%` in texts with the modifier `expand`: what stands there, and its values.
 * Does not own: where values come from (options.ts).
 */
import { type Pattern, parsePattern } from '../pattern.ts';

/** Values by name; each is a text with wildcards, as a rule would write it. */
export type Placeholders = Readonly<Record<string, readonly string[]>>;

const PLACEHOLDER = /(?<!\\)%([\w.-]+)%/g;
/** Several placeholders in one text are written out with each value of each. */
const MAX_TEXTS = 10_000;

type Expanded =
  | { readonly patterns: readonly Pattern[] }
  | {
      readonly kind: 'invalid' | 'unsupported';
      readonly reason: string;
      readonly remedy: string;
    };

/** All texts that the text stands for. `\%` is a percent sign. */
export function expanded(text: string, placeholders: Placeholders): Expanded {
  let patterns: readonly Pattern[] = [[]];
  // Names stand at the odd places: the expression has one group.
  for (const [i, piece] of text.split(PLACEHOLDER).entries()) {
    const isName = i % 2 === 1;
    const values = isName ? valuesOf(piece, placeholders) : [piece.replaceAll('\\%', '%')];
    if (values.length === 0) {
      const reason = `the placeholder %${piece}% has no value`;
      const remedy = `Give "${piece}" values (detector.sigmaPlaceholdersPath), or write "\\%".`;
      return { kind: 'unsupported', reason, remedy };
    }
    if (patterns.length * values.length > MAX_TEXTS) {
      const reason = `"${text}" stands for more than ${MAX_TEXTS} texts`;
      return { kind: 'invalid', reason, remedy: 'Use one placeholder in a text.' };
    }
    const next = values.map(parsePattern);
    patterns = patterns.flatMap((start) => next.map((end) => [...start, ...end]));
  }
  return { patterns };
}

function valuesOf(name: string, placeholders: Placeholders): readonly string[] {
  return Object.hasOwn(placeholders, name) ? (placeholders[name] ?? []) : [];
}
