/**
 * Owns: the file of values for `%name%` in Sigma rules.
 *
 *     admins: [alice, bob]
 *     jump_host: 10.0.0.9
 */
import type { Problem, RuleFile } from './rules/model.ts';
import { type Entry, itemsOf, readSource, scalarOf, type Source } from './rules/source.ts';

type Placeholders = Readonly<Record<string, readonly string[]>>;

export function loadPlaceholders(files: readonly RuleFile[]): {
  readonly placeholders: Placeholders;
  readonly problems: readonly Problem[];
} {
  const sources = files.map(readSource);
  const pairs = sources.flatMap((source) =>
    source.documents
      .flatMap((document) => source.entries(document, 'a file of placeholders') ?? [])
      .map((entry) => [entry.key, valuesOf(source, entry)] as const),
  );
  const problems = sources.flatMap((source) => source.problems);
  return { placeholders: Object.fromEntries(pairs), problems };
}

function valuesOf(source: Source, { key, keyAt, value }: Entry): readonly string[] {
  const values = (itemsOf(value) ?? [value]).map(scalarOf);
  const texts = values.flatMap((one) => (one === undefined || one === null ? [] : [String(one)]));
  if (texts.length === values.length && texts.length > 0) return texts;
  source.report(keyAt, 'invalid', `"${key}" has no value`, 'Give it a text, or a list of texts.');
  return [];
}
