/**
 * Owns: a Sigma file (YAML, one or more documents) to rules, filters and correlations, or to problems
 * with their places.
 * Does not own: what its parts mean to each other and to other files (link.ts).
 */
import type { Problem, RuleFile } from '../model.ts';
import { readSource, scalarOf, type Source } from '../source.ts';
import { type Part, readCollection } from './collection.ts';
import { type Correlation, readCorrelation } from './correlation.ts';
import { readDetection } from './detection.ts';
import { type Filter, readFilter } from './filter.ts';
import { readHeader, readLogSource } from './header.ts';
import type { SigmaRule } from './model.ts';
import type { Placeholders } from './placeholders.ts';
import { readText } from './texts.ts';

/** What one document holds. `name`: others may refer to it by that, beside its id. */
export type Parsed =
  | { readonly kind: 'rule'; readonly rule: SigmaRule; readonly name: string | undefined }
  | {
      readonly kind: 'correlation';
      readonly rule: Correlation;
      readonly name: string | undefined;
    }
  | { readonly kind: 'filter'; readonly filter: Filter };

interface ParsedFile {
  readonly documents: readonly Parsed[];
  readonly problems: readonly Problem[];
}

/** Documents without any problem but warnings, and every problem of the file. */
export function parseFile(file: RuleFile, placeholders: Placeholders = {}): ParsedFile {
  const source = readSource(file);
  const documents: Parsed[] = [];
  for (const part of readCollection(source)) {
    if (scalarOf(part.node) === null) continue;
    const before = source.faults();
    const parsed = readDocument(source, part, placeholders);
    if (parsed !== undefined && source.faults() === before) documents.push(parsed);
  }
  return { documents, problems: source.problems.toSorted(byPlace) };
}

function byPlace(a: Problem, b: Problem): number {
  return a.line - b.line || a.column - b.column;
}

function readDocument(source: Source, part: Part, placeholders: Placeholders): Parsed | undefined {
  const entries = source.entries(part.node, 'a rule');
  if (entries === undefined) return undefined;
  const values = new Map(entries.map((entry) => [entry.key, entry]));
  const context = { source, placeholders };
  const header = readHeader(source, part, values);
  const name = readText(source, values.get('name'));
  const correlation = values.get('correlation');
  if (correlation !== undefined) {
    const rule = readCorrelation(source, correlation, values.get('generate'), header);
    return rule && { kind: 'correlation', rule, name };
  }
  const logsource = readLogSource(source, part, values);
  const suppression = values.get('filter');
  if (suppression !== undefined) {
    const filter = readFilter(context, suppression, logsource);
    return filter && header && { kind: 'filter', filter };
  }
  const detection = values.get('detection');
  if (detection === undefined) {
    const remedy = 'Add "detection:" with a selection and a condition.';
    source.report(source.at(part.start), 'invalid', 'the rule has no detection', remedy);
    return undefined;
  }
  const read = readDetection(context, detection);
  return read && header && { kind: 'rule', rule: { ...header, logsource, ...read }, name };
}
