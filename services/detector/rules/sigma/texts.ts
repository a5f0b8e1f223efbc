/**
 * Owns: texts, lists of texts and words of a closed list in a Sigma document, checked.
 * Does not own: which keys there are (parse.ts, own.ts).
 */
import { type Entry, itemsOf, scalarOf, type Source } from '../source.ts';

/** A text or number as text; undefined where the key is absent or empty. */
export function readText(source: Source, entry: Entry | undefined): string | undefined {
  const value = entry === undefined ? null : scalarOf(entry.value);
  if (value !== undefined) return value === null || value === '' ? undefined : String(value);
  if (entry === undefined) return undefined;
  source.report(entry.keyAt, 'invalid', `"${entry.key}" is no text`, 'Write it as text.');
  return undefined;
}

export function readTexts(source: Source, entry: Entry | undefined): readonly string[] {
  if (entry === undefined || scalarOf(entry.value) === null) return [];
  const texts: string[] = [];
  for (const node of itemsOf(entry.value) ?? [entry.value]) {
    const value = scalarOf(node);
    if (value !== undefined && value !== null) texts.push(String(value));
    else {
      const reason = `"${entry.key}" has an item that is no text`;
      source.report(source.at(node), 'invalid', reason, 'Write a list of texts.');
    }
  }
  return texts;
}

/** One of the words, in whatever case, as in pySigma; undefined with a problem for any other. */
export function readChoice<T extends string>(
  source: Source,
  entry: Entry | undefined,
  choices: readonly T[],
  owner = 'Sigma',
): T | undefined {
  const text = readText(source, entry);
  const folded = text?.toLowerCase();
  const choice = choices.find((candidate) => candidate.toLowerCase() === folded);
  if (entry !== undefined && text !== undefined && choice === undefined) {
    const reason = `"${entry.key}" is "${text}", which ${owner} does not have`;
    source.report(source.at(entry.value), 'invalid', reason, `Use one of: ${choices.join(', ')}.`);
  }
  return choice;
}
