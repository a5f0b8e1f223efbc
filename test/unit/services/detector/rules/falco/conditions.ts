/** Owns: for tests: random conditions as text, all operators, transformers and modifiers in them. */
import fc from 'fast-check';

const quoted = (text: string): string =>
  `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
const REGEXES = ['a', 'a.*', '[ab]+', '(a|b)/.*', '.', '', 'a|ab'];
const GLOBS = ['a*', '*a', '?', '*', '[ab]*', '[!a]*', 'A*', '/a/*'];
const PATHS = ['/a', '/', 'b', '/a/b', '/?', '/[a-b]/*', '/b'];
const BYTES = ['61', '6162', '2f', 'c3'];

/**
 * @param texts names of fields that are one text
 * @param lists names of fields that are lists
 */
export function conditions(
  texts: readonly string[],
  lists: readonly string[],
  words: readonly string[],
): fc.Arbitrary<string> {
  const scalar = fc.constantFrom(...texts);
  const list = fc.constantFrom(...lists);
  const word = fc.constantFrom(...words).map(quoted);
  const many = (value: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc.array(value, { maxLength: 3 }).map((values) => `(${values.join(', ')})`);
  const around = (field: fc.Arbitrary<string>): fc.Arbitrary<string> =>
    fc
      .tuple(fc.constantFrom('tolower', 'toupper', 'basename', 'b64'), field)
      .map(([name, inner]) => `${name}(${inner})`);
  const joined = fc
    .tuple(scalar, scalar, word)
    .map(([left, right, text]) => `join("-", (${left}, ${right}, ${text}))`);
  const concat = fc.tuple(scalar, scalar).map((both) => `concat(${both.join(', ')})`);
  const left = fc.oneof(
    { weight: 6, arbitrary: scalar },
    around(scalar),
    around(around(scalar)),
    joined,
    concat,
  );
  const lefts = fc.oneof({ weight: 4, arbitrary: list }, around(list));
  const other = fc.oneof(
    scalar.map((name) => `val(${name})`),
    around(scalar),
    joined,
  );
  const from = (values: readonly string[]): fc.Arbitrary<string> =>
    fc.constantFrom(...values).map(quoted);
  const plain = fc.constantFrom('=', '==', '!=', 'contains', 'icontains', 'startswith', 'endswith');
  const order = fc.constantFrom('<', '<=', '>', '>=');
  const modifier = fc.constantFrom('oneof', 'anyof', 'allof');
  const line = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
    fc.tuple(...parts).map((all) => all.join(' '));
  const is = (text: string): fc.Arbitrary<string> => fc.constant(text);
  const check = fc.oneof(
    line(fc.oneof(left, lefts), is('exists')),
    { weight: 3, arbitrary: line(left, plain, word) },
    line(left, is('glob'), from(GLOBS)),
    line(left, is('iglob'), from(GLOBS)),
    line(left, is('regex'), from(REGEXES)),
    line(left, fc.constantFrom('bcontains', 'bstartswith'), from(BYTES)),
    line(left, order, fc.constantFrom('1', '200', '3.5', '-1')),
    { weight: 2, arbitrary: line(left, fc.constantFrom('in', 'intersects'), many(word)) },
    line(left, is('pmatch'), many(from(PATHS))),
    { weight: 2, arbitrary: line(left, plain, modifier, many(word)) },
    line(left, is('glob'), modifier, many(from(GLOBS))),
    line(left, is('regex'), modifier, many(from(REGEXES))),
    { weight: 2, arbitrary: line(lefts, fc.constantFrom('in', 'intersects'), many(word)) },
    line(
      lefts,
      fc.constantFrom('in', 'intersects'),
      list.map((name) => `val(${name})`),
    ),
    line(left, fc.oneof(plain, order, is('glob'), is('in')), other),
    line(
      fc.oneof(lefts, left).map((field) => `len(${field})`),
      fc.oneof(order, fc.constantFrom('=', '!=')),
      fc.constantFrom('0', '1', '2', '0x1', '+3'),
    ),
    line(
      left.map((field) => `len(${field})`),
      is('= oneof (1, 2, 2)'),
    ),
  );
  const { condition } = fc.letrec<{ condition: string }>((tie) => ({
    condition: fc.oneof(
      { maxDepth: 3, withCrossShrink: true },
      check,
      line(
        is('not'),
        tie('condition').map((inner) => `(${inner})`),
      ),
      tie('condition').map((inner) => `not(${inner})`),
      fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `${a} and (${b})`),
      fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `(${a} or ${b})`),
      fc.tuple(tie('condition'), tie('condition')).map(([a, b]) => `${a} or ${b}`),
    ),
  }));
  return condition;
}
