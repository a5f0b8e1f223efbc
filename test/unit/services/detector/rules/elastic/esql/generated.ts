/** Owns: random queries of ES|QL and random documents that have something to do with them. */
import fc from 'fast-check';

const A = 'kubernetes.audit';
/** Names of fields; what is in the body may not have been recorded. */
const FIELDS = [
  ...[`${A}.verb`, `${A}.user.groups`, `${A}.responseStatus.code`, 'user.name', 'process.args'],
  ...[`${A}.requestObject.spec.hostNetwork`, `${A}.requestObject.spec.containers.image`],
  `${A}.annotations.\`authorization_k8s_io/decision\``,
];
const MADE = ['x', 'y', 'z'];
const TEXTS = ['a', 'ab', 'a-b', 'A', '', '5', '5.5', 'true', 'k=v', 'b*'];

const field = fc.constantFrom(...FIELDS);
/** Full-text search asks a field of the index, not what a command has made of it. */
const searched = fc.constantFrom('user.name', `${A}.requestObject.spec.containers.image`);
const expandable = fc.constantFrom(...MADE, `${A}.user.groups`, 'process.args', `${A}.verb`);
const name = fc.oneof({ weight: 4, arbitrary: field }, fc.constantFrom(...MADE));
const quoted = fc.constantFrom(...TEXTS).map((text) => JSON.stringify(text));
const number = fc.constantFrom('0', '1', '5', '5.0', '5.5', '403');
const pattern = fc
  .array(fc.constantFrom('a', 'b', '*', '?', '-', '\\\\*'), { maxLength: 4 })
  .map((parts) => `"${parts.join('')}"`);
const regex = fc.constantFrom(
  '"a.*"',
  '".*b"',
  '"(a|ab)"',
  '"[ab-]+"',
  '"a?b?"',
  '".*(a|=).*"',
  '"5(.5)?"',
);
const constant = fc.oneof(quoted, number, fc.constantFrom('true', 'false', 'null', '["a", "b"]'));

interface Expressions {
  readonly value: string;
  readonly condition: string;
}

const { condition, value } = fc.letrec<Expressions>((tie) => ({
  value: fc.oneof(
    { depthSize: 'small' },
    { weight: 4, arbitrary: name },
    { weight: 2, arbitrary: constant },
    fc
      .tuple(fc.constantFrom('+', '-', '*', '/'), tie('value'), tie('value'))
      .map(([sign, a, b]) => `(${a} ${sign} ${b})`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `CONCAT(${a}, ${b})`),
    fc
      .tuple(
        fc.constantFrom(
          'TO_LOWER',
          'TO_UPPER',
          'TO_STRING',
          'LENGTH',
          'MV_COUNT',
          'MV_FIRST',
          'MV_DEDUPE',
          'TO_INTEGER',
          'TRIM',
        ),
        tie('value'),
      )
      .map(([call, a]) => `${call}(${a})`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `COALESCE(${a}, ${b})`),
    fc
      .tuple(tie('condition'), tie('value'), tie('value'))
      .map(([a, b, c]) => `CASE(${a}, ${b}, ${c})`),
    fc.tuple(name, fc.constantFrom('","', '""')).map(([a, b]) => `MV_CONCAT(${a}, ${b})`),
    name.map((a) => `${a}::string`),
  ),
  condition: fc.oneof(
    { depthSize: 'small' },
    fc
      .tuple(
        fc.oneof(name, name, tie('value')),
        fc.constantFrom('==', '!=', '<', '<=', '>', '>='),
        fc.oneof(constant, tie('value')),
      )
      .map(([a, sign, b]) => `${a} ${sign} ${b}`),
    fc
      .tuple(constant, fc.constantFrom('==', '!=', '<', '>='), name)
      .map(([a, sign, b]) => `${a} ${sign} ${b}`),
    fc
      .tuple(
        fc.oneof(name, name, tie('value')),
        fc.constantFrom('', 'NOT '),
        fc.array(constant, { minLength: 1, maxLength: 4 }),
      )
      .map(([a, not, items]) => `${a} ${not}IN (${items.join(', ')})`),
    fc
      .tuple(
        fc.oneof(
          name,
          name,
          name.map((one) => `TO_LOWER(${one})`),
          tie('value'),
        ),
        fc.constantFrom('', 'NOT '),
        pattern,
      )
      .map(([a, not, b]) => `${a} ${not}LIKE ${b}`),
    fc
      .tuple(name, fc.array(pattern, { minLength: 1, maxLength: 3 }))
      .map(([a, b]) => `${a} LIKE (${b.join(', ')})`),
    fc
      .tuple(fc.oneof(name, tie('value')), fc.constantFrom('', 'NOT '), regex)
      .map(([a, not, b]) => `${a} ${not}RLIKE ${b}`),
    fc
      .tuple(fc.oneof(name, tie('value')), fc.constantFrom('', 'NOT '))
      .map(([a, not]) => `${a} IS ${not}NULL`),
    fc
      .tuple(
        fc.constantFrom('STARTS_WITH', 'ENDS_WITH', 'CONTAINS'),
        fc.oneof(
          name,
          name.map((one) => `TO_LOWER(${one})`),
        ),
        quoted,
      )
      .map(([call, a, b]) => `${call}(${a}, ${b})`),
    fc.tuple(tie('value'), tie('value')).map(([a, b]) => `MV_CONTAINS(${a}, ${b})`),
    fc.tuple(searched, fc.oneof(quoted, number)).map(([a, b]) => `${a} : ${b}`),
    name,
    tie('condition').map((a) => `NOT (${a})`),
    fc
      .tuple(tie('condition'), fc.constantFrom('AND', 'OR'), tie('condition'))
      .map(([a, word, b]) => `(${a} ${word} ${b})`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([a, b, c]) => `${a} AND NOT ${b} OR ${c}`),
    fc
      .tuple(tie('condition'), tie('condition'), tie('condition'))
      .map(([a, b, c]) => `CASE(${a}, ${b}, ${c})`),
  ),
}));

const made = fc.constantFrom(...MADE);
const command = fc.oneof(
  { weight: 4, arbitrary: condition.map((one) => `WHERE ${one}`) },
  {
    weight: 3,
    arbitrary: fc.tuple(made, fc.oneof(value, condition)).map(([to, one]) => `EVAL ${to} = ${one}`),
  },
  fc
    .tuple(value, made, made)
    .map(([from, a, b]) => `DISSECT ${from} "%{${a}}-%{${b === a ? 'w' : b}}"`),
  fc
    .tuple(value, made, made)
    .map(([from, a, b]) => `GROK ${from} "^%{DATA:${a}}=%{GREEDYDATA:${b === a ? 'w' : b}}"`),
  fc.constantFrom('LIMIT 10', 'SORT x', 'LIMIT 0'),
  made.map((to) => `EVAL r = user.name | RENAME r AS ${to}`),
);

/** Columns x, y and z are always there. At most one MV_EXPAND. */
export const query = fc
  .tuple(
    fc.array(command, { maxLength: 3 }),
    fc.option(expandable, { freq: 3, nil: undefined }),
    fc.array(command, { minLength: 1, maxLength: 3 }),
    condition,
  )
  .map(([before, expanded, after, last]) =>
    [
      'FROM logs',
      `EVAL x = ${A}.verb, y = null, z = "a"`,
      ...before,
      ...(expanded === undefined ? [] : [`MV_EXPAND ${expanded}`]),
      ...after,
      `WHERE ${last}`,
    ].join(' | '),
  );

const scalar = fc.constantFrom(...TEXTS, 5, 5.5, 403, 0, true, false, null);
const some = fc.oneof(
  { weight: 6, arbitrary: scalar },
  { weight: 3, arbitrary: fc.array(scalar, { maxLength: 3 }) },
  fc.constantFrom([['a'], 'a'], { k: 'a' }, [{ k: 1 }, 'a']),
);
const optional = <T>(arbitrary: fc.Arbitrary<T>) =>
  fc.option(arbitrary, { nil: undefined, freq: 4 });
const body = fc.record({
  spec: fc.record(
    {
      hostNetwork: some,
      containers: fc.oneof(
        some,
        fc.array(fc.record({ image: some }, { requiredKeys: [] }), { maxLength: 3 }),
      ),
    },
    { requiredKeys: [] },
  ),
});

/** As JSON would give it. */
export const document = fc
  .record({
    ...{
      verb: optional(some),
      groups: optional(some),
      code: optional(some),
      decision: optional(some),
    },
    ...{ name: optional(some), args: optional(some), body: optional(body), part: optional(body) },
  })
  .map(({ args, body: whole, code, decision, groups, name: user, part, verb }) =>
    JSON.parse(
      JSON.stringify({
        kubernetes: {
          audit: {
            ...{ verb, user: { groups }, responseStatus: { code } },
            ...{ requestObject: part, annotations: { 'authorization_k8s_io/decision': decision } },
          },
        },
        ...{ user: { name: user }, process: { args }, podwitness: { request_object: whole } },
      }),
    ),
  );

/** The same event, had the policy recorded this of the request. */
export const recorded = body;
