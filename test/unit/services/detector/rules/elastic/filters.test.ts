import { expect, it } from 'vitest';
import { attempt } from '../../../../../../services/detector/rules/elastic/fault.ts';
import { lowerFilters } from '../../../../../../services/detector/rules/elastic/filters.ts';
import { found, ruleOf, withCondition } from './documents.ts';

const K = 'kubernetes.audit';
const at = { line: 1, column: 1 };
const finds = (filters: unknown) => found(withCondition(lowerFilters(filters, at)));
const phrase = (field: string, value: string) => ({ match_phrase: { [field]: value } });
const ALL = ['pod', 'role', 'binding', 'service', 'exec', 'denied'];

it.each([
  ['nothing', undefined, ALL],
  ['none', [], ALL],
  ['a phrase', [{ meta: { type: 'phrase' }, query: phrase(`${K}.verb`, 'list') }], ['denied']],
  [
    'a phrase, negated',
    [{ meta: { negate: true }, query: phrase(`${K}.verb`, 'create') }],
    ['exec', 'denied'],
  ],
  ['one that is switched off', [{ meta: { disabled: true }, query: { script: {} } }], ALL],
  [
    'several, all of which hold',
    [
      { meta: {}, query: phrase(`${K}.verb`, 'create') },
      { meta: {}, query: { exists: { field: `${K}.objectRef.namespace` } } },
    ],
    ['pod', 'service'],
  ],
  [
    'one beside meta',
    [{ meta: {}, exists: { field: `${K}.impersonatedUser.username` }, $state: {} }],
    ['binding'],
  ],
  [
    'phrases',
    [
      {
        meta: { type: 'phrases', negate: true },
        query: {
          bool: {
            minimum_should_match: 1,
            should: [phrase(`${K}.verb`, 'create'), phrase(`${K}.verb`, 'get')],
          },
        },
      },
    ],
    ['denied'],
  ],
  [
    'combined',
    [
      {
        meta: {
          ...{ type: 'combined', relation: 'OR' },
          params: [
            { meta: {}, query: phrase(`${K}.verb`, 'get') },
            { meta: { negate: true }, query: { exists: { field: `${K}.objectRef.name` } } },
          ],
        },
        query: {},
      },
    ],
    ['exec', 'denied'],
  ],
  [
    'must, filter, must_not',
    [
      {
        query: {
          bool: {
            must: [{ term: { [`${K}.verb`]: 'create' } }],
            filter: { range: { [`${K}.responseStatus.code`]: { gte: 200, lt: 300 } } },
            must_not: [{ prefix: { [`${K}.objectRef.resource`]: 'cluster' } }],
            should: [phrase(`${K}.verb`, 'nothing')],
          },
        },
      },
    ],
    ['pod', 'service'],
  ],
  [
    'wildcards without case',
    [
      {
        query: { wildcard: { [`${K}.userAgent`]: { value: 'CURL/?.*', case_insensitive: true } } },
      },
    ],
    ['pod'],
  ],
  ['everything', [{ query: { match_all: {} } }], ALL],
  ['nothing at all', [{ query: { match_none: {} } }], []],
  ['an empty query', [{ query: {} }], ALL],
])('%s', (_what, filters, expected) => {
  expect(finds(filters)).toEqual(expected);
});

it.each([
  [[{ query: { query_string: { query: 'a' } } }], 'unsupported', '"query_string"'],
  [[{ query: { script: {} } }], 'unsupported', '"script"'],
  [[{ query: { constructor: {} } }], 'unsupported', '"constructor"'],
  [[{ query: 3 }], 'invalid', 'no query'],
  [[3], 'invalid', 'no object'],
  [[{ meta: { type: 'combined' } }], 'invalid', 'no list'],
  [[{ query: { terms: { a: 'b' } } }], 'invalid', 'no list for a'],
  [[{ query: { range: { a: 3 } } }], 'invalid', 'no bounds for a'],
  [[{ query: { exists: {} } }], 'invalid', 'no field'],
  [[{ query: { term: { a: null } } }], 'invalid', 'no value'],
  [[{ query: { term: { 'source.ip': 'x' } } }], 'invalid', 'no address'],
  [[{ query: { bool: { should: [], minimum_should_match: 2 } } }], 'unsupported', 'counts'],
])('refuses %j', (filters, kind, reason) => {
  const result = attempt(() => lowerFilters(filters, at));
  expect(result).toMatchObject({ ok: false, fault: { kind } });
  expect(!result.ok && result.fault.reason).toContain(reason);
});

it('does not follow filters for ever', () => {
  let deep: object = { match_all: {} };
  let combined: object = { query: deep };
  for (let i = 0; i < 2000; i += 1) {
    deep = { bool: { must: [deep] } };
    combined = { meta: { type: 'combined', params: [combined] } };
  }
  expect(attempt(() => lowerFilters([{ query: deep }], at)).ok).toBe(false);
  expect(attempt(() => lowerFilters([combined], at)).ok).toBe(false);
});

it('stands beside the query of a rule file', () => {
  const more = `[[rule.filters]]
[rule.filters.meta]
negate = true
[rule.filters.query.wildcard."kubernetes.audit.objectRef.resource"]
case_insensitive = true
value = "CLUSTER*"`;
  expect(found(ruleOf({ query: 'kubernetes.audit.verb: create', more }))).toEqual([
    'pod',
    'service',
  ]);
});
