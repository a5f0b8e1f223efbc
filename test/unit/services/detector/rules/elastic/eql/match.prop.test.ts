import fc from 'fast-check';
import { expect, it } from 'vitest';
import type {
  EqlLiteral,
  EqlNode,
} from '../../../../../../../services/detector/rules/elastic/eql/ast.ts';
import { compileEql } from '../../../../../../../services/detector/rules/elastic/eql/compile.ts';
import { parseEql } from '../../../../../../../services/detector/rules/elastic/eql/parse.ts';
import { ADDRESSES, anyDocument, KEYWORDS, NUMBER, WORDS } from '../arbitraries.ts';
import { judgeOf, withCondition } from '../documents.ts';
import { naiveEql } from './naive.ts';

const place = () => ({ line: 1, column: 1 });
const offset = 0;

const literal = (value: EqlLiteral): EqlNode => ({ kind: 'literal', value, offset });
const literals = (...values: EqlLiteral[]) => fc.constantFrom(...values).map(literal);
const fieldOf = (...names: string[]) =>
  fc.constantFrom(...names).map((name): EqlNode => ({ kind: 'field', name, offset }));
const call = (name: string, args: readonly fc.Arbitrary<EqlNode>[], canFold = false) =>
  fc.record({
    ...{ kind: fc.constant('call' as const), name: fc.constant(name), offset: fc.constant(offset) },
    ...{ isCaseless: canFold ? fc.boolean() : fc.constant(false), args: fc.tuple(...args) },
  });
const comparison = (
  left: fc.Arbitrary<EqlNode>,
  right: fc.Arbitrary<EqlNode>,
  operators: readonly ('==' | '!=' | '<' | '<=' | '>' | '>=')[] = [
    '==',
    '!=',
    '<',
    '<=',
    '>',
    '>=',
  ],
) =>
  fc.record({
    ...{ kind: fc.constant('comparison' as const), offset: fc.constant(offset), left, right },
    operator: fc.constantFrom(...operators),
  });
const match = (
  left: fc.Arbitrary<EqlNode>,
  operators: readonly (':' | 'like' | 'like~' | 'regex' | 'regex~' | 'in' | 'in~')[],
  option: fc.Arbitrary<EqlNode>,
) =>
  fc.record({
    ...{ kind: fc.constant('match' as const), offset: fc.constant(offset), left },
    operator: fc.constantFrom(...operators),
    options: fc.array(option, { minLength: 1, maxLength: 3 }),
  });

const keyword = fieldOf(...KEYWORDS);
const word = literals(...WORDS);
const pattern = literals(...WORDS, '*', 'p*', '?od*', 'G?T', '*O*');
const text = fc.oneof(
  call('concat', [keyword, literals('', 'x', 9)]),
  call('substring', [keyword, literals(0, 1, -2), literals(2, 3)]),
  call('string', [keyword]),
);
const number = fc.oneof(
  call('length', [keyword]),
  call('indexof', [keyword, literals('o', 'd', 'get')], true),
  call('number', [call('string', [fieldOf(NUMBER, ...KEYWORDS)])]),
  fc.record({
    ...{ kind: fc.constant('arithmetic' as const), offset: fc.constant(offset) },
    ...{ left: fieldOf(NUMBER), right: literals(2, 3, 0, 1.5) },
    operator: fc.constantFrom('+', '-', '*', '/', '%'),
  }),
);
const said = fc.oneof(
  call('startswith', [keyword, literals('p', 'G', '')], true),
  call('endswith', [keyword, literals('s', 'T', '')], true),
  call('stringcontains', [keyword, literals('o', 'E', '')], true),
  call('cidrmatch', [fieldOf('source.ip'), literals('10.0.0.0/8'), literals('192.0.2.0/24')]),
  call('startswith', [keyword, keyword]),
);

const leaf: fc.Arbitrary<EqlNode> = fc.oneof(
  { weight: 3, arbitrary: comparison(keyword, fc.oneof(word, literals(9, 200))) },
  comparison(keyword, literals(true, false, null), ['==', '!=']),
  comparison(word, keyword),
  comparison(fieldOf(NUMBER), literals(9, 200, 10.5)),
  comparison(fieldOf('source.ip'), literals(...ADDRESSES), ['==', '!=']),
  comparison(keyword, keyword),
  comparison(text, word),
  comparison(number, literals(0, 1, 3, 101, 202)),
  comparison(number, literals(null), ['==', '!=']),
  comparison(said, literals(true, false), ['==', '!=']),
  { weight: 2, arbitrary: match(keyword, [':', 'like', 'like~'], pattern) },
  { weight: 2, arbitrary: match(keyword, ['in', 'in~'], word) },
  match(keyword, ['regex', 'regex~'], literals('po?d.*', '[a-z ]+', 'g(et|ot)', String.raw`x\*y`)),
  match(text, [':', 'like', 'in', 'regex'], literals('po', 'get', 'pods')),
  said,
  keyword,
  literals(true, false),
);

const { condition } = fc.letrec<{ condition: EqlNode }>((tie) => ({
  condition: fc.oneof(
    { maxDepth: 3 },
    leaf,
    fc.record({
      ...{ kind: fc.constant('not' as const), operand: tie('condition') },
      offset: fc.constant(offset),
    }),
    fc.record({
      ...{ kind: fc.constantFrom('and' as const, 'or' as const), offset: fc.constant(offset) },
      operands: fc.array(tie('condition'), { minLength: 2, maxLength: 3 }),
    }),
  ),
}));

function printed(node: EqlNode): string {
  switch (node.kind) {
    case 'literal':
      return JSON.stringify(node.value);
    case 'field':
      return /^[a-zA-Z.]+$/.test(node.name) ? node.name : `\`${node.name}\``;
    case 'call':
      return `${node.name}${node.isCaseless ? '~' : ''}(${node.args.map(printed).join(', ')})`;
    case 'arithmetic':
    case 'comparison':
      return `(${printed(node.left)} ${node.operator} ${printed(node.right)})`;
    case 'match':
      return `(${printed(node.left)} ${node.operator} (${node.options.map(printed).join(', ')}))`;
    case 'not':
      return `(not ${printed(node.operand)})`;
    case 'and':
    case 'or':
      return `(${node.operands.map(printed).join(` ${node.kind} `)})`;
  }
}

function withoutOffsets(node: unknown): unknown {
  return JSON.parse(
    JSON.stringify(node, (key, inner: unknown) => (key === 'offset' ? undefined : inner)),
  );
}

it('reads back what is printed', () => {
  fc.assert(
    fc.property(condition, (tree) => {
      const query = parseEql(`any where ${printed(tree)}`);
      const read = query.kind === 'event' ? query.filter.condition : undefined;
      expect(withoutOffsets(read)).toEqual(withoutOffsets(tree));
    }),
    { numRuns: 1000 },
  );
});

it('finds what the plain reading of the tree finds', () => {
  const seen = new Map<unknown, number>();
  const documents = fc.array(anyDocument, { minLength: 1, maxLength: 6 });
  fc.assert(
    fc.property(condition, documents, (tree, events) => {
      const compiled = compileEql(`any where ${printed(tree)}`, place);
      if (!compiled.ok) throw new Error(`${printed(tree)}: ${compiled.fault.reason}`);
      const judge = judgeOf(withCondition(compiled.value.condition));
      for (const event of events) {
        const expected = naiveEql(tree, event);
        expect([printed(tree), judge(event)]).toEqual([printed(tree), expected]);
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
    ...[
      'any where ',
      'sequence by ',
      '[',
      ']',
      '![',
      'with ',
      'maxspan=',
      '5m',
      'runs=3',
      'until ',
    ],
    ...[
      'and ',
      'or ',
      'not ',
      'in ',
      '(',
      ')',
      ':',
      '==',
      '!=',
      '<',
      '~',
      '"',
      '"""',
      '`',
      '\\',
      '?',
    ],
    ...[
      'verb ',
      'length(',
      'like ',
      'regex ',
      '"(["',
      '"a*"',
      '10',
      '-',
      '+',
      '/*',
      '*/',
      '//',
      '| head 1',
    ],
    ...['null', 'true', '@timestamp', 'source.ip', '"10.0.0.0/8"', '\ud83d', '\n', ',', '.'],
  );
  const tokens = fc.array(token, { maxLength: 25 }).map((parts) => parts.join(''));
  const source = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 60 }),
    tokens,
    tokens.map((rest) => `any where ${rest}`),
    tokens.map((rest) => `sequence [any where true] [any where ${rest}`),
  );
  fc.assert(
    fc.property(source, (written) => {
      const compiled = compileEql(written, place);
      if (!compiled.ok) expect(compiled.fault.offset).toBeLessThanOrEqual(written.length);
    }),
    { numRuns: 1000 },
  );
});

it('takes time in proportion to the query', () => {
  const any = 'any where ';
  for (const rest of ['('.repeat(1e5), 'not '.repeat(1e5), '-'.repeat(1e5), '/*'.repeat(1e5)]) {
    expect(compileEql(any + rest, place).ok).toBe(false);
  }
  expect(compileEql(`${any}1${'+1'.repeat(1e5)} == 2`, place).ok).toBe(false);
  const long = Array.from({ length: 5000 }, (_, i) => `verb == "v${i}"`).join(' or ');
  expect(compileEql(any + long, place).ok).toBe(true);
  expect(compileEql(`${any}verb like ("${'*a'.repeat(1000)}b*")`, place).ok).toBe(true);
}, 5000);
