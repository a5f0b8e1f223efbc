import fc from 'fast-check';
import { expect, it } from 'vitest';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { matchAll } from '../../match-all.ts';
import { lowerRule } from '../../../../../../services/detector/rules/sigma/lower.ts';
import type {
  Condition,
  Selection,
  SigmaRule,
  Test,
} from '../../../../../../services/detector/rules/sigma/model.ts';
import { type Pattern, parsePattern } from '../../../../../../services/detector/rules/pattern.ts';
import { naiveRule } from './naive.ts';

// Few fields and few values, so that rules and events meet often.
const FIELDS = [
  'verb',
  'objectRef.resource',
  'objectRef.name',
  'responseStatus.code',
  'user.groups',
  'user.name',
];
const WORDS = ['get', 'GET', 'pods', 'pod', 'a', '', '200', '404', '10.0.0.1', 'true'];
const SOURCES = [...WORDS, '*', 'p*', '?od*', '*O*', 'g?t', String.raw`\*`];
const at = { line: 1, column: 1 };

const field = fc.constantFrom(...FIELDS);
const quantifier = fc.constantFrom('any' as const, 'all' as const);
const pattern: fc.Arbitrary<Pattern> = fc.constantFrom(...SOURCES).map(parsePattern);
const nullable = fc.oneof(
  { weight: 6, arbitrary: pattern },
  { weight: 1, arbitrary: fc.constant(null) },
);
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 });

const test: fc.Arbitrary<Test> = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({
      ...{ kind: fc.constant('equals' as const), field, at: fc.constant(at), quantifier },
      ...{ negated: fc.boolean(), cased: fc.boolean(), values: list(nullable) },
    }),
  },
  fc.record({
    ...{ kind: fc.constant('compare' as const), field, at: fc.constant(at), quantifier },
    ...{ negated: fc.boolean(), operator: fc.constantFrom('lt', 'lte', 'gt', 'gte') },
    values: list(fc.constantFrom(200, 403, 404)),
  }),
  fc.record({
    ...{ kind: fc.constant('cidr' as const), field, at: fc.constant(at), quantifier },
    ...{ negated: fc.boolean(), values: list(fc.constantFrom('10.0.0.0/8', '192.0.2.0/24')) },
  }),
  fc.record({
    ...{ kind: fc.constant('exists' as const), field, at: fc.constant(at) },
    expected: fc.boolean(),
  }),
  fc.record({
    ...{ kind: fc.constant('keywords' as const), at: fc.constant(at), quantifier },
    ...{ cased: fc.boolean(), values: list(pattern) },
  }),
);

const { selection } = fc.letrec<{ selection: Selection }>((tie) => ({
  selection: fc.oneof(
    { maxDepth: 2 },
    test,
    fc.record({
      kind: fc.constantFrom('all' as const, 'any' as const),
      of: fc.array(tie('selection'), { minLength: 1, maxLength: 3 }),
    }),
  ),
}));

const { condition } = fc.letrec<{ condition: Condition }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    fc.record({
      kind: fc.constant('selection' as const),
      name: fc.constantFrom('a', 'b', 'c'),
    }),
    fc.record({ kind: fc.constant('not' as const), operand: tie('condition') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

const rule: fc.Arbitrary<SigmaRule> = fc
  .record({ a: selection, b: selection, c: selection })
  .chain((selections) =>
    condition.map(
      (tree): SigmaRule => ({
        ...{ id: 'x', title: 'x', ruleset: 'sigma', path: 'x', at, references: [], tags: [] },
        ...{
          level: 'low',
          language: 'sigma',
          falsePositives: [],
          logsource: { product: 'kubernetes' },
          selections,
          condition: tree,
        },
      }),
    ),
  );

const value = fc.oneof(
  { weight: 6, arbitrary: fc.constantFrom<unknown>(...WORDS) },
  fc.constantFrom<unknown>(200, 404, 200.5, true, false, null),
  fc.array(fc.constantFrom<unknown>(...WORDS, 404, null), { maxLength: 3 }),
);
const maybe = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { nil: undefined, freq: 4 });
const objectRef = fc.record({ resource: value, name: value }, { requiredKeys: [] });
const document = fc.record({
  user: fc.record({ name: value }, { requiredKeys: [] }),
  kubernetes: fc.record({
    audit: fc
      .record({
        verb: maybe(value),
        objectRef: maybe(fc.oneof(objectRef, fc.array(objectRef, { maxLength: 2 }))),
        responseStatus: maybe(fc.record({ code: value })),
        user: maybe(fc.record({ groups: value })),
      })
      // As JSON has it: a key without value is absent.
      .map((audit) => JSON.parse(JSON.stringify(audit)) as Record<string, unknown>),
  }),
});

it('finds by index and predicate what the plain reading of each rule says', () => {
  let matched = 0;
  let missed = 0;
  fc.assert(
    fc.property(
      fc.array(rule, { minLength: 1, maxLength: 6 }),
      fc.array(document, { minLength: 1, maxLength: 4 }),
      (rules, events) => {
        const set = compileRules(rules.map(lowerRule));
        for (const event of events) {
          const expected = rules.filter((candidate) => naiveRule(candidate, event));
          expect(matchAll(set, event)).toEqual(expected.map(lowerRule));
          matched += expected.length;
          missed += rules.length - expected.length;
        }
      },
    ),
    { numRuns: 600 },
  );
  // The generator must reach both answers often.
  expect(matched).toBeGreaterThan(1000);
  expect(missed).toBeGreaterThan(1000);
});
