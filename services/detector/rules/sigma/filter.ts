/**
 * Owns: filters: documents that add a condition to rules elsewhere.
 * Does not own: which rules there are (link.ts).
 */
import type { Position } from '../position.ts';
import { type Entry, itemsOf, scalarOf } from '../source.ts';
import { readDetection } from './detection.ts';
import type { Detection, LogSource } from './model.ts';
import type { Context } from './values.ts';

/** The id or name of a rule, and where it is written. */
export interface Reference {
  readonly name: string;
  readonly path: string;
  readonly at: Position;
}

export interface Filter {
  readonly path: string;
  readonly detection: Detection;
  readonly logsource: LogSource;
  readonly rules: readonly Reference[];
}

/** Undefined where a problem was reported. */
export function readFilter(
  context: Context,
  entry: Entry,
  logsource: LogSource,
): Filter | undefined {
  const { source } = context;
  const detection = readDetection(context, entry, ['rules']);
  const parts = source.entries(entry.value, 'filter');
  if (parts === undefined) return undefined;
  const list = parts.find((part) => part.key === 'rules');
  const rules = readReferences(context.source, list, entry.keyAt);
  return detection && rules && { path: source.file.path, detection, logsource, rules };
}

/** At least one. @param at where to report that there is none */
export function readReferences(
  source: Context['source'],
  entry: Entry | undefined,
  at: Position,
): readonly Reference[] | undefined {
  const nodes = entry === undefined ? [] : (itemsOf(entry.value) ?? [entry.value]);
  const references: Reference[] = [];
  for (const node of nodes) {
    const name = scalarOf(node);
    if (name !== undefined && name !== null && name !== '') {
      references.push({ name: String(name), path: source.file.path, at: source.at(node) });
    }
  }
  if (references.length > 0 && references.length === nodes.length) return references;
  const remedy = 'Write "rules:" with a list of ids or names.';
  source.report(entry?.keyAt ?? at, 'invalid', 'there are no rules that it is about', remedy);
  return undefined;
}
