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
import { TIME_PARTS } from '../../../../../../services/detector/rules/sigma/time.ts';
import type { Encoding } from '../../../../../../services/detector/rules/sigma/transform.ts';
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
  'stageTimestamp',
];
const DATES = [
  ...['2026-11-21T06:00:00.000000Z', '2027-01-01T23:59:59Z', '2024-12-30T00:30:00Z', '2024-02-29'],
  ...['2020-12-31T12:00:00Z', '2026-11-21'],
];
const WORDS = [
  ...['get', 'GET', 'pods', 'pod', 'a', '', '200', '404', '10.0.0.1', 'fd00::1', 'true'],
  ...['-a /b', '/a -b', '-a-b–c/d', '/A/B—c-d', 'a\nb', 'p\0o\0d\0'],
  // Base64 of pod at each of three places, and of what wide makes of it.
  ...['cG9k', 'eHBvZHk=', 'eHhwb2R5eQ==', 'cABvAGQA', 'eHAAbwBkAHg='],
];
const SOURCES = [...[...WORDS, '*', 'p*', '?od*', '*O*', 'g?t', '-?', '*-b*', '/'], String.raw`\*`];
const REGEXES = [
  'po',
  '^p',
  's$',
  'g.t',
  '[0-9]+',
  'a|b',
  'x?',
  '^b',
  'a.b',
  'P',
  '^$',
  'o(?:d|ds)',
];
const at = { line: 1, column: 1 };

const field = fc.constantFrom(...FIELDS);
const quantifier = fc.constantFrom('any' as const, 'all' as const);
const pattern: fc.Arbitrary<Pattern> = fc.constantFrom(...SOURCES).map(parsePattern);
const list = <T>(item: fc.Arbitrary<T>) => fc.array(item, { minLength: 1, maxLength: 3 });
const open = fc.constantFrom(
  ...[false, true].flatMap((start) => [false, true].map((end) => ({ start, end }))),
);
const base = { field, at: fc.constant(at), quantifier, negated: fc.boolean() };

/** Texts and what may be made of them: what is encoded has no wildcards. */
const asked = fc.oneof(
  fc.record({
    transform: fc.record({ dashes: fc.boolean(), encodings: fc.constant([]), open }),
    // Two: a placeholder with two values.
    values: list(fc.array(pattern, { minLength: 1, maxLength: 2 })),
  }),
  fc.record({
    transform: fc.record({
      dashes: fc.constant(false),
      encodings: fc.constantFrom<readonly Encoding[]>(
        ...[
          ['base64'],
          ['base64offset'],
          ['wide'],
          ['wide', 'base64'],
          ['wide', 'base64offset'],
        ].map((names) => names as readonly Encoding[]),
      ),
      open,
    }),
    values: list(fc.constantFrom('pod', 'pods', 'get').map((text) => [parsePattern(text)])),
  }),
);

const equals: fc.Arbitrary<Test> = fc
  .record({ ...base, kind: fc.constant('equals' as const), cased: fc.boolean(), asked })
  .map(({ asked: { transform, values }, ...rest }) => ({ ...rest, transform, values }));
const isNull: fc.Arbitrary<Test> = fc.record({
  ...{ ...base, kind: fc.constant('equals' as const), cased: fc.boolean() },
  transform: fc.constant({ dashes: false, encodings: [], open: { start: false, end: false } }),
  values: fc.constant([null]),
});
const OPERATORS = ['lt', 'lte', 'gt', 'gte'] as const;

const test: fc.Arbitrary<Test> = fc.oneof(
  { weight: 6, arbitrary: equals },
  isNull,
  fc.record({
    ...{ ...base, kind: fc.constant('compare' as const), part: fc.constant(undefined) },
    operator: fc.constantFrom(...OPERATORS),
    values: list(fc.constantFrom(200, 403, 404)),
  }),
  fc.record({
    ...{ ...base, field: fc.constant('stageTimestamp'), kind: fc.constant('compare' as const) },
    part: fc.constantFrom(...TIME_PARTS),
    operator: fc.constantFrom(...OPERATORS, 'eq' as const),
    values: list(fc.constantFrom(0, 1, 6, 12, 21, 47, 53, 2026)),
  }),
  fc.record({
    ...{ ...base, kind: fc.constant('cidr' as const) },
    values: list(fc.constantFrom('10.0.0.0/8', '192.0.2.0/24', 'fd00::/8')),
  }),
  fc.record({
    ...{ ...base, kind: fc.constant('regex' as const), open },
    flags: fc.constantFrom('', 'i', 'm', 's', 'im', 'ims'),
    values: list(fc.constantFrom(...REGEXES)),
  }),
  fc.record({
    ...{ ...base, kind: fc.constant('field' as const), cased: fc.boolean() },
    how: fc.constantFrom('equals', 'contains', 'startswith', 'endswith'),
    values: list(field),
  }),
  fc.record({
    ...{ kind: fc.constant('exists' as const), field, at: fc.constant(at) },
    expected: fc.boolean(),
  }),
  fc
    .record({ at: fc.constant(at), quantifier, cased: fc.boolean(), asked })
    .map(({ asked: { transform, values }, cased, ...rest }): Test => {
      const everywhere = { ...transform, open: { start: true, end: true } };
      const texts = { kind: 'texts', cased, transform: everywhere, values } as const;
      return { kind: 'keywords', ...rest, asked: texts };
    }),
  fc.record({ at: fc.constant(at), quantifier, values: list(fc.constantFrom(...REGEXES)) }).map(
    ({ values, ...rest }): Test => ({
      ...{ kind: 'keywords', ...rest },
      asked: { kind: 'regex', flags: '', values },
    }),
  ),
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
  .record({ a: selection, b: selection, c: selection, filter: fc.option(selection, { freq: 3 }) })
  .chain(({ filter, ...selections }) =>
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
          filters:
            filter === null
              ? []
              : [{ selections: { f: filter }, condition: { kind: 'selection', name: 'f' } }],
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
        stageTimestamp: maybe(fc.constantFrom<unknown>(...DATES, 5, 'soon')),
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
      (drawn, events) => {
        const rules = drawn.map((one, i) => ({ ...one, id: String(i) }));
        const set = compileRules(rules.map(lowerRule));
        for (const event of events) {
          const expected = rules.filter((candidate) => naiveRule(candidate, event));
          expect(matchAll(set, event).map(({ id }) => id)).toEqual(expected.map(({ id }) => id));
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
