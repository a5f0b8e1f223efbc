/**
 * Owns: what a Sigma document says about itself: title, id, level, references, …, checked.
 * Does not own: what it detects (detection.ts), what it counts (correlation.ts).
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import { nearestName } from '../../../../shared/domain/nearest.ts';
import { LEVELS, type Level } from '../model.ts';
import { type Entry, isMapNode, itemsOf, scalarOf, type Source } from '../source.ts';
import type { Part } from './collection.ts';
import type { LogSource, SigmaRule } from './model.ts';
import { readOwn } from './own.ts';
import { readChoice, readText, readTexts } from './texts.ts';

const RULE_KEYS = [
  ...['title', 'id', 'name', 'related', 'taxonomy', 'status', 'description', 'license', 'author'],
  ...['references', 'date', 'modified', 'logsource', 'detection', 'fields', 'falsepositives'],
  ...['level', 'tags', 'scope', 'correlation', 'filter', 'generate', 'podwitness'],
];
const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
const RELATIONS = ['derived', 'obsolete', 'merged', 'renamed', 'similar'];
/** Names of fields are Sigma's own, or ECS' as our documents have them; both are always understood. */
const TAXONOMIES = ['sigma', 'ecs'];
/** Sigma lets a rule be without level; as pySigma's Elasticsearch backend has it. */
const DEFAULT_LEVEL: Level = 'low';
const MAX_TITLE_LENGTH = 256;
/** More keys than a person writes are not compared with all that there are. */
const MAX_KEYS = 100;

/** All of a rule that is not its condition. */
export type Header = Omit<
  SigmaRule,
  'selections' | 'condition' | 'filters' | 'logsource' | 'needsState'
>;
export type Entries = ReadonlyMap<string, Entry>;

/** Undefined where it has no title; every other problem is reported, and the caller looks for them. */
export function readHeader(source: Source, part: Part, values: Entries): Header | undefined {
  reportMisspelt(source, values);
  const title = readText(source, values.get('title'));
  if (title === undefined || title.length > MAX_TITLE_LENGTH) {
    const reason = `the rule has no title of 1 to ${MAX_TITLE_LENGTH} characters`;
    source.report(source.at(part.start), 'invalid', reason, 'Give it a title.');
  }
  const details = readDetails(source, part, values);
  if (title === undefined) return undefined;
  const id = readText(source, values.get('id')) ?? contentId(['sigma rule', title]);
  const { path, ruleset = 'sigma' } = source.file;
  return {
    id: part.copy > 1 ? `${id}#${part.copy}` : id,
    ...{ title, ruleset, language: 'sigma', path, at: source.at(part.start) },
    ...details,
  };
}

/** The specification allows keys of one's own; one that is a slip away from a known one is told of. */
function reportMisspelt(source: Source, values: Entries): void {
  if (values.size > MAX_KEYS) return;
  for (const { key, keyAt } of values.values()) {
    const guess = RULE_KEYS.includes(key) ? undefined : nearestName(key, RULE_KEYS);
    if (guess === undefined) continue;
    source.report(keyAt, 'warning', `a rule has no key "${key}"`, `Did you mean "${guess}"?`);
  }
}

type Details = Omit<Header, 'id' | 'title' | 'ruleset' | 'language' | 'path' | 'at'>;

function readDetails(source: Source, part: Part, values: Entries): Details {
  const description = readText(source, values.get('description'));
  const author = readText(source, values.get('author'));
  const status = readChoice(source, values.get('status'), STATUSES);
  if (status === 'unsupported') {
    const at = values.get('status')?.keyAt ?? source.at(part.start);
    source.report(at, 'unsupported', 'the rule says that it is unsupported', 'Take it out.');
  }
  const taxonomy = values.get('taxonomy');
  if (taxonomy !== undefined && !TAXONOMIES.includes(readText(source, taxonomy) ?? '')) {
    const remedy = 'Use the field names of Sigma, or of ECS.';
    source.report(taxonomy.keyAt, 'unsupported', 'the rule needs a taxonomy of its own', remedy);
  }
  reportRelations(source, values.get('related'));
  return {
    ...(description === undefined ? {} : { description: description.trim() }),
    ...(author === undefined ? {} : { author }),
    ...(status === undefined ? {} : { status }),
    references: readTexts(source, values.get('references')),
    tags: readTexts(source, values.get('tags')),
    falsePositives: readTexts(source, values.get('falsepositives')),
    level: readChoice(source, values.get('level'), LEVELS) ?? DEFAULT_LEVEL,
    ...readOwn(source, values.get('podwitness')),
  };
}

/** They change nothing about what the rule finds. */
function reportRelations(source: Source, entry: Entry | undefined): void {
  if (entry === undefined || scalarOf(entry.value) === null) return;
  for (const item of itemsOf(entry.value) ?? [entry.value]) {
    const parts = isMapNode(item) ? (source.entries(item, '"related"') ?? []) : [];
    const of = (key: string) => scalarOf(parts.find((part) => part.key === key)?.value ?? null);
    if (of('id') !== null && RELATIONS.includes(String(of('type')))) continue;
    const remedy = `Write "id:" and "type:" with one of: ${RELATIONS.join(', ')}.`;
    source.report(source.at(item), 'warning', '"related" names no rule and relation', remedy);
  }
}

/** Null where the key stands without a value; undefined with a problem where there is none. */
export function readLogSource(source: Source, part: Part, values: Entries): LogSource {
  const entry = values.get('logsource');
  if (entry === undefined) {
    const remedy = 'Add "logsource:" with product: kubernetes and service: audit.';
    source.report(source.at(part.start), 'invalid', 'the rule has no logsource', remedy);
    return {};
  }
  if (scalarOf(entry.value) === null) return {};
  const parts = source.entries(entry.value, 'logsource') ?? [];
  const text = (key: string) =>
    readText(
      source,
      parts.find((one) => one.key === key),
    );
  const [category, product, service] = [text('category'), text('product'), text('service')];
  return {
    ...(category === undefined ? {} : { category }),
    ...(product === undefined ? {} : { product }),
    ...(service === undefined ? {} : { service }),
  };
}
