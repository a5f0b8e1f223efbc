/**
 * The table that is held against Elasticsearch itself (queries.real.test.ts), in each of the languages
 * here: what Elasticsearch finds, the engine finds.
 */
import { expect, it } from 'vitest';
import { lowerFilters } from '../../../../../../services/detector/rules/elastic/filters.ts';
import { CASES } from '../../../../../support/rule-queries.ts';
import { eql, found, kql, withCondition } from './documents.ts';

type Query = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

const at = { line: 1, column: 1 };

function entry(body: object): readonly [string, unknown] {
  const [first] = Object.entries(body);
  if (first === undefined) throw new Error('no field');
  return first as [string, unknown];
}

function plain(text: string): string {
  return text.replaceAll(/[\\():<>"{}]/g, String.raw`\$&`);
}

/** Whether no option beside the value stands there, which KQL and EQL have not. */
function isPlain(query: object): boolean {
  return !JSON.stringify(query).includes('case_insensitive');
}

/** The query as KQL would have it written. */
function inKql(query: object): string {
  const [kind, body] = entry(query) as [string, Readonly<Record<string, unknown>>];
  if (kind === 'bool') {
    return (body['must'] as readonly Query[]).map((part) => `(${inKql(part)})`).join(' and ');
  }
  if (kind === 'exists') return `${String(body['field'])}: *`;
  const [field, value] = entry(body);
  if (kind === 'term') {
    return `${field}: ${typeof value === 'string' ? JSON.stringify(value) : String(value)}`;
  }
  if (kind === 'terms') return `${field}: (${(value as string[]).map(plain).join(' or ')})`;
  if (kind === 'wildcard') return `${field}: ${plain((value as { value: string }).value)}`;
  if (kind === 'match_phrase') return `${field}: ${JSON.stringify(value)}`;
  if (kind === 'match') return `${field}: ${plain(String(value))}`;
  if (kind === 'range') {
    const signs: Record<string, string> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };
    return Object.entries(value as object)
      .map(([operator, bound]) => `${field} ${signs[operator]} ${JSON.stringify(String(bound))}`)
      .join(' and ');
  }
  throw new Error(`no KQL for ${kind}`);
}

/** The query as EQL would have it written; undefined where EQL has no such thing. */
function inEql(query: object): string | undefined {
  const [kind, body] = entry(query) as [string, Readonly<Record<string, unknown>>];
  const named = (field: string) => `\`${field}\``;
  if (kind === 'bool') {
    return (body['must'] as readonly Query[]).map((part) => `(${inEql(part)})`).join(' and ');
  }
  if (kind === 'exists') return `${named(String(body['field']))} != null`;
  const [field, value] = entry(body);
  if (kind === 'term') return `${named(field)} == ${JSON.stringify(value)}`;
  if (kind === 'terms') {
    return `${named(field)} in (${(value as string[]).map((one) => JSON.stringify(one)).join(', ')})`;
  }
  if (kind === 'wildcard') {
    return `${named(field)} like ${JSON.stringify((value as { value: string }).value)}`;
  }
  if (kind !== 'range') return undefined;
  const signs: Record<string, string> = { lt: '<', lte: '<=', gt: '>', gte: '>=' };
  return Object.entries(value as object)
    .map(([operator, bound]) => `${named(field)} ${signs[operator]} ${JSON.stringify(bound)}`)
    .join(' and ');
}

it.each(CASES)('as a filter: %s', (_what, query, expected) => {
  expect(found(withCondition(lowerFilters([{ query }], at)))).toEqual(expected);
});

it.each(CASES.filter(([, query]) => isPlain(query)))('in KQL: %s', (_what, query, expected) => {
  expect(found(kql(inKql(query)))).toEqual(expected);
});

it.each(CASES.filter(([, query]) => isPlain(query) && inEql(query) !== undefined))(
  'in EQL: %s',
  (_what, query, expected) => {
    expect(found(eql(`any where ${inEql(query)}`))).toEqual(expected);
  },
);
