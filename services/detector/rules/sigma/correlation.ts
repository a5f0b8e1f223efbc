/**
 * Owns: correlation documents (Sigma Correlation Rules Specification v2.1.0): reading and checking
 * them, and the words for what they need.
 * Does not own: the rules that they refer to (relate.ts), counting anything.
 */
import type { Position } from '../position.ts';
import { type Entry, itemsOf, scalarOf, type Source } from '../source.ts';
import { type Reference, readReferences } from './filter.ts';
import type { Header } from './header.ts';
import { readChoice, readText } from './texts.ts';

const TYPES = [
  ...(['event_count', 'value_count', 'temporal', 'temporal_ordered'] as const),
  ...(['value_sum', 'value_avg', 'value_percentile'] as const),
] as const;
type CorrelationType = (typeof TYPES)[number];
const KEYS = ['type', 'rules', 'aliases', 'group-by', 'timespan', 'condition', 'generate'];
const CRITERIA = ['gt', 'gte', 'lt', 'lte', 'eq', 'neq'];
const TIMESPAN = /^[1-9]\d*[smhd]$/;

/** A field of the events, or an alias, and where it is named. */
export interface Named {
  readonly name: string;
  readonly at: Position;
}

export interface Correlation extends Header {
  readonly rules: readonly Reference[];
  /** Names of its group-by and its condition. */
  readonly fields: readonly Named[];
  /** Alias to the rules that it is for, and the field that it is in their events. */
  readonly aliases: readonly (Named & { readonly fields: readonly AliasField[] })[];
  /** What it would take to evaluate it, in words. */
  readonly needsState: string;
}
export interface AliasField extends Named {
  /** Id or name. */
  readonly rule: string;
}

/** Undefined where a problem was reported. */
export function readCorrelation(
  source: Source,
  entry: Entry,
  generate: Entry | undefined,
  header: Header | undefined,
): Correlation | undefined {
  const entries = source.entries(entry.value, 'correlation');
  if (entries === undefined) return undefined;
  const values = new Map(entries.map((part) => [part.key, part]));
  for (const { key, keyAt } of entries) {
    if (KEYS.includes(key)) continue;
    const remedy = `Use: ${KEYS.join(', ')}.`;
    source.report(keyAt, 'invalid', `a correlation has no key "${key}"`, remedy);
  }
  const type = readChoice(source, required(source, entry, values, 'type'), TYPES);
  const rules = readReferences(source, values.get('rules'), entry.keyAt);
  const timespan = readTimespan(source, required(source, entry, values, 'timespan'));
  const groupBy = readNames(source, values.get('group-by'));
  const counted = readCondition(source, entry, values.get('condition'), type);
  const aliases = readAliases(source, values.get('aliases'));
  reportGenerate(source, generate ?? values.get('generate'));
  if (type === undefined || rules === undefined || header === undefined) return undefined;
  return {
    ...header,
    ...{ rules, aliases, fields: [...groupBy, ...counted] },
    needsState: needOf(type, { rules: rules.length, groupBy, counted, timespan }),
  };
}

interface Need {
  readonly rules: number;
  readonly groupBy: readonly Named[];
  readonly counted: readonly Named[];
  readonly timespan: string;
}

function needOf(type: CorrelationType, { counted, groupBy, rules, timespan }: Need): string {
  const names = (fields: readonly Named[]) => fields.map(({ name }) => name).join(', ');
  const what = {
    event_count: 'counts events',
    value_count: `counts values of ${names(counted)}`,
    value_sum: `sums up ${names(counted)}`,
    value_avg: `takes the average of ${names(counted)}`,
    value_percentile: `takes a percentile of ${names(counted)}`,
    temporal: `waits for events of ${rules} rules`,
    temporal_ordered: `waits for events of ${rules} rules in their order`,
  }[type];
  const by = groupBy.length === 0 ? '' : ` by ${names(groupBy)}`;
  return `${what}${by} over ${timespan}: needs state`;
}

function required(
  source: Source,
  correlation: Entry,
  values: ReadonlyMap<string, Entry>,
  key: string,
): Entry | undefined {
  const entry = values.get(key);
  if (entry !== undefined && scalarOf(entry.value) !== null) return entry;
  const remedy = `Add "${key}:".`;
  source.report(correlation.keyAt, 'invalid', `the correlation has no ${key}`, remedy);
  return undefined;
}

function readTimespan(source: Source, entry: Entry | undefined): string {
  const text = readText(source, entry);
  if (entry !== undefined && text !== undefined && !TIMESPAN.test(text)) {
    const reason = `"${text}" is no timespan`;
    const remedy = 'Write a number and s, m, h or d: 90m.';
    source.report(source.at(entry.value), 'invalid', reason, remedy);
  }
  return text ?? '';
}

function readNames(source: Source, entry: Entry | undefined): readonly Named[] {
  if (entry === undefined) return [];
  const names: Named[] = [];
  for (const node of itemsOf(entry.value) ?? [entry.value]) {
    const name = scalarOf(node);
    if (typeof name === 'string' && name !== '') names.push({ name, at: source.at(node) });
    else {
      const reason = `"${entry.key}" has an item that is no name of a field`;
      source.report(source.at(node), 'invalid', reason, 'Write a list of names of fields.');
    }
  }
  return names;
}

/** The fields whose values are counted. */
function readCondition(
  source: Source,
  correlation: Entry,
  entry: Entry | undefined,
  type: CorrelationType | undefined,
): readonly Named[] {
  const isTemporal = type === 'temporal' || type === 'temporal_ordered';
  if (entry === undefined) {
    if (isTemporal || type === undefined) return [];
    const remedy = 'Add "condition:" with, for example, gte: 10.';
    source.report(correlation.keyAt, 'invalid', `${type} has no condition`, remedy);
    return [];
  }
  const parts = source.entries(entry.value, 'condition');
  if (parts === undefined) return [];
  for (const part of parts) reportCriterion(source, part);
  reportRange(source, entry, parts);
  const field = parts.find(({ key }) => key === 'field');
  const wantsField = type?.startsWith('value_') === true;
  if (wantsField && field === undefined) {
    const remedy = 'Add "field:" to the condition.';
    source.report(entry.keyAt, 'invalid', `${type ?? ''} names no field`, remedy);
  }
  if (!wantsField && type !== undefined && field !== undefined) {
    source.report(field.keyAt, 'invalid', `${type} counts no field`, 'Take "field" out.');
  }
  return readNames(source, field);
}

function reportCriterion(source: Source, { key, keyAt, value }: Entry): void {
  if (key === 'field') return;
  if (!CRITERIA.includes(key)) {
    const remedy = `Use: ${CRITERIA.join(', ')}, field.`;
    source.report(keyAt, 'invalid', `the condition of a correlation has no "${key}"`, remedy);
  } else if (typeof scalarOf(value) !== 'number') {
    const reason = `"${key}" is no number`;
    source.report(source.at(value), 'invalid', reason, 'Write a number without quotes.');
  }
}

/** Several criteria are linked with and. */
function reportRange(source: Source, entry: Entry, parts: readonly Entry[]): void {
  const of = (key: string): number | undefined => {
    const value = scalarOf(parts.find((part) => part.key === key)?.value ?? null);
    return typeof value === 'number' ? value : undefined;
  };
  if (!parts.some(({ key }) => CRITERIA.includes(key))) {
    const remedy = `Add one of: ${CRITERIA.join(', ')}.`;
    source.report(entry.keyAt, 'invalid', 'the condition says no number', remedy);
  }
  const from = Math.max(of('gt') ?? -Infinity, of('gte') ?? -Infinity, of('eq') ?? -Infinity);
  const to = Math.min(of('lt') ?? Infinity, of('lte') ?? Infinity, of('eq') ?? Infinity);
  const isOpen = [of('gt'), of('lt'), of('neq')].includes(from);
  if (from < to || (from === to && !isOpen)) return;
  const remedy = 'Give it a range that has a number in it.';
  source.report(entry.keyAt, 'warning', 'no number fits the condition', remedy);
}

function readAliases(source: Source, entry: Entry | undefined): Correlation['aliases'] {
  if (entry === undefined) return [];
  return (source.entries(entry.value, 'aliases') ?? []).map(({ key, keyAt, value }) => ({
    ...{ name: key, at: keyAt },
    fields: (source.entries(value, `the alias "${key}"`) ?? []).flatMap((part) => {
      const name = readText(source, part);
      return name === undefined ? [] : [{ rule: part.key, name, at: part.keyAt }];
    }),
  }));
}

/** Whether its rules make findings of their own, too; they do as long as nothing counts their events. */
function reportGenerate(source: Source, entry: Entry | undefined): void {
  if (entry === undefined || typeof scalarOf(entry.value) === 'boolean') return;
  source.report(entry.keyAt, 'invalid', '"generate" has no true or false', 'Write true or false.');
}
