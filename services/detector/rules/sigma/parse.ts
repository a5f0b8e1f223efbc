/**
 * Owns: a Sigma rule file (YAML, one or more documents) to rules, or to problems with their places.
 * Does not own: selections (selection.ts), conditions (condition.ts), fields (fields.ts).
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import { parseCondition } from './condition.ts';
import { LEVELS, type Level, type Problem, type RuleFile } from '../model.ts';
import type { Condition, LogSource, Selection, SigmaRule } from './model.ts';
import { nearestName } from '../../../../shared/domain/nearest.ts';
import { readOwn } from './own.ts';
import { readSelection } from './selection.ts';
import { readChoice, readText, readTexts } from './texts.ts';
import { type Entry, itemsOf, type Node, readSource, scalarOf, type Source } from '../source.ts';

const RULE_KEYS = [
  ...['title', 'id', 'name', 'related', 'taxonomy', 'status', 'description', 'license', 'author'],
  ...['references', 'date', 'modified', 'logsource', 'detection', 'fields', 'falsepositives'],
  ...['level', 'tags', 'scope', 'podwitness'],
];
const STATUSES = ['stable', 'test', 'experimental', 'deprecated', 'unsupported'];
/** Sigma lets a rule be without level; as pySigma's Elasticsearch backend has it. */
const DEFAULT_LEVEL: Level = 'low';
const MAX_TITLE_LENGTH = 256;

/** What a document would be instead of a rule, by the key that tells. */
const OTHER_KINDS: Readonly<Record<string, string>> = {
  correlation: 'correlation rules',
  filter: 'filters',
  action: 'the rule collections of Sigma 1 (action)',
};

interface ParsedFile {
  readonly rules: readonly SigmaRule[];
  readonly problems: readonly Problem[];
}

/** Rules without any problem, and every problem of the file. */
export function parseRules(file: RuleFile): ParsedFile {
  const source = readSource(file);
  const rules: SigmaRule[] = [];
  for (const document of source.documents) {
    if (scalarOf(document) === null) continue;
    const before = source.problems.length;
    const rule = readRule(source, document);
    if (rule !== undefined && source.problems.length === before) rules.push(rule);
  }
  return { rules, problems: source.problems };
}

function readRule(source: Source, document: Node): SigmaRule | undefined {
  const entries = source.entries(document, 'a rule');
  if (entries === undefined) return undefined;
  const values = new Map(entries.map((entry) => [entry.key, entry]));
  for (const [key, what] of Object.entries(OTHER_KINDS)) {
    const entry = values.get(key);
    if (entry === undefined) continue;
    const remedy = 'Take the document out; rules on single events are read.';
    source.report(entry.keyAt, 'unsupported', `the document needs ${what}`, remedy);
    return undefined;
  }
  reportMisspelt(source, entries);
  const title = readText(source, values.get('title'));
  if (title === undefined || title.length > MAX_TITLE_LENGTH) {
    const reason = `the rule has no title of 1 to ${MAX_TITLE_LENGTH} characters`;
    source.report(source.at(document), 'invalid', reason, 'Give it a title.');
  }
  const detection = readDetection(source, document, values.get('detection'));
  const details = readDetails(source, document, values);
  if (title === undefined || detection === undefined) return undefined;
  const id = readText(source, values.get('id')) ?? contentId(['sigma rule', title]);
  const { path, ruleset = 'sigma' } = source.file;
  return {
    id,
    title,
    ruleset,
    language: 'sigma',
    path,
    at: source.at(document),
    ...details,
    ...detection,
  };
}

/** The specification allows fields of one's own; what is one slip away from a known one is no such. */
function reportMisspelt(source: Source, entries: readonly Entry[]): void {
  for (const { key, keyAt } of entries) {
    const guess = RULE_KEYS.includes(key) ? undefined : nearestName(key, RULE_KEYS);
    if (guess === undefined) continue;
    source.report(keyAt, 'invalid', `a rule has no key "${key}"`, `Did you mean "${guess}"?`);
  }
}

type Details = Omit<
  SigmaRule,
  'id' | 'title' | 'ruleset' | 'language' | 'path' | 'at' | 'selections' | 'condition'
>;

function readDetails(source: Source, document: Node, values: ReadonlyMap<string, Entry>): Details {
  const description = readText(source, values.get('description'));
  const author = readText(source, values.get('author'));
  const status = readChoice(source, values.get('status'), STATUSES);
  if (status === 'unsupported') {
    const at = values.get('status')?.keyAt ?? source.at(document);
    source.report(at, 'unsupported', 'the rule says that it is unsupported', 'Take it out.');
  }
  const taxonomy = values.get('taxonomy');
  if (taxonomy !== undefined && readText(source, taxonomy) !== 'sigma') {
    const remedy = 'Use the field names of the events themselves.';
    source.report(taxonomy.keyAt, 'unsupported', 'the rule needs a taxonomy of its own', remedy);
  }
  return {
    ...(description === undefined ? {} : { description: description.trim() }),
    ...(author === undefined ? {} : { author }),
    ...(status === undefined ? {} : { status }),
    references: readTexts(source, values.get('references')),
    tags: readTexts(source, values.get('tags')),
    falsePositives: readTexts(source, values.get('falsepositives')),
    level: readChoice(source, values.get('level'), LEVELS) ?? DEFAULT_LEVEL,
    logsource: readLogSource(source, document, values.get('logsource')),
    ...readOwn(source, values.get('podwitness')),
  };
}

function readLogSource(source: Source, document: Node, entry: Entry | undefined): LogSource {
  if (entry === undefined) {
    const remedy = 'Add "logsource:" with product: kubernetes and service: audit.';
    source.report(source.at(document), 'invalid', 'the rule has no logsource', remedy);
    return {};
  }
  if (scalarOf(entry.value) === null) return {};
  const result: Record<string, string> = {};
  for (const part of source.entries(entry.value, 'logsource') ?? []) {
    const text = readText(source, part);
    if (text !== undefined) result[part.key] = text;
  }
  const { category, product, service } = result as LogSource;
  return {
    ...(category === undefined ? {} : { category }),
    ...(product === undefined ? {} : { product }),
    ...(service === undefined ? {} : { service }),
  };
}

interface Detection {
  readonly selections: Readonly<Record<string, Selection>>;
  readonly condition: Condition;
}

function readDetection(
  source: Source,
  document: Node,
  entry: Entry | undefined,
): Detection | undefined {
  if (entry === undefined) {
    const remedy = 'Add "detection:" with a selection and a condition.';
    source.report(source.at(document), 'invalid', 'the rule has no detection', remedy);
    return undefined;
  }
  const parts = source.entries(entry.value, 'detection');
  if (parts === undefined) return undefined;
  const selections = new Map<string, Selection | undefined>();
  for (const { key, keyAt, value } of parts) {
    if (key === 'timeframe') {
      const remedy = 'Take it out; counting over time needs a correlation rule.';
      source.report(keyAt, 'unsupported', 'the rule needs a timeframe', remedy);
    } else if (key !== 'condition') selections.set(key, readSelection(source, key, value));
  }
  const condition = readCondition(source, entry, parts, [...selections.keys()]);
  const complete = [...selections].filter((pair): pair is [string, Selection] => !!pair[1]);
  if (condition === undefined || complete.length !== selections.size) return undefined;
  return { selections: Object.fromEntries(complete), condition };
}

/** Several conditions are linked with or. */
function readCondition(
  source: Source,
  detection: Entry,
  parts: readonly Entry[],
  names: readonly string[],
): Condition | undefined {
  const node = parts.find((part) => part.key === 'condition')?.value;
  const nodes = node === undefined ? [] : (itemsOf(node) ?? [node]);
  if (nodes.length === 0) {
    const remedy = 'Add "condition:" with the name of a selection.';
    source.report(detection.keyAt, 'invalid', 'detection has no condition', remedy);
  }
  const operands = nodes.flatMap((item) => readOneCondition(source, item, names) ?? []);
  const [first] = operands;
  if (first === undefined || operands.length !== nodes.length) return undefined;
  return operands.length === 1 ? first : { kind: 'or', operands };
}

function readOneCondition(
  source: Source,
  node: Node,
  names: readonly string[],
): Condition | undefined {
  const text = scalarOf(node);
  if (typeof text !== 'string') {
    source.report(source.at(node), 'invalid', 'the condition is no text', 'Write it as text.');
    return undefined;
  }
  const result = parseCondition(text, names);
  if (result.ok) return result.condition;
  const { kind, reason, remedy } = result.problem;
  source.report(source.at(node), kind, reason, remedy);
  return undefined;
}
