/**
 * Owns: what Falco's transformers make of texts (libs, sinsp_filter_transformer.cpp).
 * Does not own: which fields they stand around (subject.ts).
 */
import type { Transformer } from './ast.ts';

/** Texts of a field; undefined: it is absent. */
export type Texts = readonly string[] | undefined;

/** Of one text; undefined where it can't be made, which makes the whole field absent. */
const EACH: Readonly<Partial<Record<Transformer, (text: string) => string | undefined>>> = {
  tolower: (text) => text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase()),
  toupper: (text) => text.replace(/[a-z]+/g, (letters) => letters.toUpperCase()),
  basename: (text) => text.slice(text.lastIndexOf('/') + 1),
  b64: decode,
};

function decode(text: string): string | undefined {
  if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text)) return undefined;
  return Buffer.from(text, 'base64').toString('utf8');
}

export function transformEach(transformer: Transformer, texts: Texts): Texts {
  const one = EACH[transformer];
  if (texts === undefined || one === undefined) return undefined;
  const made = texts.flatMap((text) => one(text) ?? []);
  return made.length === texts.length ? made : undefined;
}

/** Of a list, how many there are; of a text, how many bytes. */
export function lengthOf(texts: Texts, isList: boolean): Texts {
  if (texts === undefined) return undefined;
  return [String(isList ? texts.length : Buffer.byteLength(texts[0] ?? ''))];
}

/** One text of all; absent where any part is. */
export function joinAll(separator: string, parts: readonly Texts[]): Texts {
  const all = parts.flatMap((part) => part ?? []);
  return parts.includes(undefined) ? undefined : [all.join(separator)];
}

/**
 * The options of a command line as getopt(3) reads them: letters, each with a colon if an argument
 * follows it. Without `wanted`, the letters that are there; with it, the arguments of that option, an
 * empty text for one that takes none. Words are told by blanks.
 */
export function optionsOf(texts: Texts, letters: string, wanted: string | undefined): Texts {
  const words = texts?.flatMap((text) => text.split(/\s+/)).filter((word) => word !== '') ?? [];
  const found: (readonly [letter: string, argument: string])[] = [];
  for (let i = 0; i < words.length; i++) {
    const word = words[i] ?? '';
    if (word === '--') break;
    if (/^-[^-]/.test(word)) i += readOptions(word.slice(1), words[i + 1], letters, found);
  }
  const kept = found.filter(([letter]) => wanted === undefined || letter === wanted);
  if (kept.length === 0) return undefined;
  return kept.map(([letter, argument]) => (wanted === undefined ? letter : argument));
}

/** Reads `-ab`, or `-avalue`; gives how many words after it belong to it. */
function readOptions(
  word: string,
  next: string | undefined,
  letters: string,
  found: (readonly [string, string])[],
): 0 | 1 {
  for (let i = 0; i < word.length; i++) {
    const letter = word.charAt(i);
    const at = letters.indexOf(letter);
    if (letter === ':' || at === -1) continue;
    const rest = word.slice(i + 1);
    if (letters.charAt(at + 1) !== ':') found.push([letter, '']);
    else {
      found.push([letter, rest === '' ? (next ?? '') : rest]);
      return rest === '' ? 1 : 0;
    }
  }
  return 0;
}
