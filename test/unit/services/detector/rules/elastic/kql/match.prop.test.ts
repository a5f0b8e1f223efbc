import fc from 'fast-check';
import { expect, it } from 'vitest';
import type {
  KqlNode,
  Literal,
} from '../../../../../../../services/detector/rules/elastic/kql/ast.ts';
import { compileKql } from '../../../../../../../services/detector/rules/elastic/kql/compile.ts';
import { parseKql } from '../../../../../../../services/detector/rules/elastic/kql/parse.ts';
import type { Pattern } from '../../../../../../../services/detector/rules/pattern.ts';
import { ADDRESSES, anyDocument, KEYWORDS, NUMBER, WORDS } from '../arbitraries.ts';
import { judgeOf, withCondition } from '../documents.ts';
import { naiveKql } from './naive.ts';

const place = () => ({ line: 1, column: 1 });
const SPECIAL = /[\\():<>"*{}]/g;
const PLAIN_WORDS = WORDS.filter((word) => word !== '');

function literal(source: string, isQuoted: boolean): Literal {
  const exact: Pattern = source === '' ? [] : [{ kind: 'text', text: source }];
  const starred = source.split('*').flatMap((text, i): Pattern => {
    const part: Pattern = text === '' ? [] : [{ kind: 'text', text }];
    return i === 0 ? part : [{ kind: 'any' }, ...part];
  });
  return { pattern: isQuoted ? exact : starred, isQuoted, offset: 0 };
}

const quoted = fc.constantFrom(...WORDS).map((word) => literal(word, true));
const plain = fc
  .constantFrom(...PLAIN_WORDS, '*', 'p*', '*od*', '*', 'g*t')
  .map((word) => literal(word, false));
const anyValue = fc.oneof(quoted, plain);
const name = (...names: string[]) => fc.constantFrom(...names).map((one) => literal(one, false));
const value = (...values: string[]) => fc.constantFrom(...values).map((one) => literal(one, true));
const operator = fc.constantFrom('lt' as const, 'lte' as const, 'gt' as const, 'gte' as const);

const is = (field: fc.Arbitrary<Literal | undefined>, asked: fc.Arbitrary<Literal>) =>
  fc.record({ kind: fc.constant('is' as const), field, value: asked });
const range = (field: fc.Arbitrary<Literal>, asked: fc.Arbitrary<Literal>) =>
  fc.record({ kind: fc.constant('range' as const), field, operator, value: asked });
const inside = is(name('verbs', 'name'), anyValue);

const test: fc.Arbitrary<KqlNode> = fc.oneof(
  { weight: 6, arbitrary: is(name(...KEYWORDS), anyValue) },
  is(name('message'), anyValue),
  is(fc.constant(undefined), anyValue),
  is(name('kubernetes.audit.objectRef.*', 'user.*', '*'), anyValue),
  is(name('source.ip'), value(...ADDRESSES, '10.0.0.0/8', '192.0.2.0/24')),
  is(name(NUMBER), value('200', '9', '9.0', 'get')),
  is(name('@timestamp'), value('2026-11-21', '2026-11-22')),
  range(name(...KEYWORDS), value(...PLAIN_WORDS)),
  range(name(NUMBER), value('9', '200', '10.5')),
  range(name('source.ip'), value(...ADDRESSES)),
  range(name('@timestamp'), value('2026-11-21')),
  fc.record({
    kind: fc.constant('nested' as const),
    field: name('kubernetes.audit.requestObject.rules', 'kubernetes.audit.objectRef'),
    operand: fc.oneof(
      inside,
      fc.record({
        kind: fc.constantFrom('and' as const, 'or' as const),
        operands: fc.tuple(inside, inside),
      }),
    ),
  }),
);

const { query } = fc.letrec<{ query: KqlNode }>((tie) => ({
  query: fc.oneof(
    { maxDepth: 3 },
    test,
    fc.record({ kind: fc.constant('not' as const), operand: tie('query') }),
    fc.record({
      kind: fc.constantFrom('and' as const, 'or' as const),
      operands: fc.array(tie('query'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

function printed(node: KqlNode): string {
  switch (node.kind) {
    case 'everything':
      return '';
    case 'and':
    case 'or':
      return node.operands.map((operand) => `(${printed(operand)})`).join(` ${node.kind} `);
    case 'not':
      return `not (${printed(node.operand)})`;
    case 'is':
      return node.field === undefined
        ? text(node.value)
        : `${text(node.field)}: ${text(node.value)}`;
    case 'range': {
      const sign = { lt: '<', lte: '<=', gt: '>', gte: '>=' }[node.operator];
      return `${text(node.field)} ${sign} ${text(node.value)}`;
    }
    case 'nested':
      return `${text(node.field)}:{ ${printed(node.operand)} }`;
  }
}

function text({ isQuoted, pattern }: Literal): string {
  const parts = pattern.map((part) => (part.kind === 'text' ? part.text : undefined));
  if (isQuoted) return JSON.stringify(parts.join(''));
  return parts.map((part) => part?.replaceAll(SPECIAL, String.raw`\$&`) ?? '*').join('');
}

function withoutOffsets(node: KqlNode): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, inner: unknown) => (key === 'offset' ? undefined : inner)),
  );
}

it('reads back what is printed', () => {
  fc.assert(
    fc.property(query, (tree) => {
      expect(withoutOffsets(parseKql(printed(tree)))).toEqual(withoutOffsets(tree));
    }),
    { numRuns: 1000 },
  );
});

it('finds what the plain reading of the tree finds', () => {
  const seen = new Map<unknown, number>();
  fc.assert(
    fc.property(query, fc.array(anyDocument, { minLength: 1, maxLength: 6 }), (tree, documents) => {
      const compiled = compileKql(printed(tree), place);
      if (!compiled.ok) throw new Error(`${printed(tree)}: ${compiled.fault.reason}`);
      const judge = judgeOf(withCondition(compiled.value));
      for (const document of documents) {
        const expected = naiveKql(tree, document);
        expect([printed(tree), judge(document)]).toEqual([printed(tree), expected]);
        seen.set(expected, (seen.get(expected) ?? 0) + 1);
      }
    }),
    { numRuns: 800 },
  );
  // The generator must reach all three answers often.
  for (const truth of [true, false, undefined]) expect(seen.get(truth)).toBeGreaterThan(20);
});

it('never throws, whatever it is given', () => {
  const token = fc.constantFrom(
    ...['and', ' or ', 'not ', '(', ')', ':', '{', '}', '<', '>=', '*', '"', '\\', ' ', '\n'],
    ...[
      'verb',
      'source.ip',
      '10.0.0.1',
      'null',
      String.raw`\u00e9`,
      'é',
      '\ud83d',
      '@timestamp',
      'now-5m',
    ],
  );
  const source = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    fc.array(token, { maxLength: 25 }).map((tokens) => tokens.join('')),
  );
  fc.assert(
    fc.property(source, (written) => {
      const compiled = compileKql(written, place);
      if (!compiled.ok) expect(compiled.fault.offset).toBeLessThanOrEqual(written.length);
    }),
    { numRuns: 2000 },
  );
});

it('takes time in proportion to the query', () => {
  for (const written of [
    '('.repeat(1e5),
    ' '.repeat(1e6),
    'a '.repeat(2e5),
    `a${' '.repeat(1e6)}b`,
  ]) {
    compileKql(written, place);
  }
  const long = Array.from({ length: 5000 }, (_, i) => `verb: v${i}`).join(' or ');
  expect(compileKql(long, place).ok).toBe(true);
}, 5000);
