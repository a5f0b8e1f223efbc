/**
 * Owns: one test of a Sigma rule to predicates.
 * Does not own: how tests are joined (lower.ts), what modifiers make of texts (transform.ts).
 */
import type { Expression, Field, Predicate, Question, Test } from '../expression.ts';
import { compilePattern, exactText, foldCase, isAnything, openPattern } from '../pattern.ts';
import type { Pattern } from '../pattern.ts';
import type {
  Alternatives,
  CompareTest,
  EqualsTest,
  FieldRefTest,
  KeywordTest,
  RegexTest,
  Test as SigmaTest,
  ValuesTest,
} from './model.ts';
import type { Route } from './routing.ts';
import { timePart } from './time.ts';
import { dashesIn, type Transform, transformed, withPlainDashes } from './transform.ts';

/** More than this are compared one by one instead of being written out in every way. */
const MAX_WRITTEN_DASHES = 2;

/** A question about the test's field; the text is for people. */
interface Asked {
  readonly question: Question;
  readonly text: string;
}

export function lowerTest(test: SigmaTest, route: Route): Expression {
  if (test.kind === 'keywords') return lowerKeywords(test, route.words);
  const field = route.fieldOf(test.field);
  if (field === undefined) throw new Error(`no field ${test.field}`);
  const predicate = ({ question, text }: Asked): Predicate => ({
    ...{ kind: 'predicate', field, question, text: `${test.field} ${text}`, at: test.at },
  });
  if (test.kind === 'exists') {
    const present = predicate({ question: { kind: 'present' }, text: 'exists' });
    return test.expected ? present : { kind: 'not', operand: present };
  }
  const plain =
    test.kind === 'equals'
      ? lowerEquals(test, predicate)
      : joined(test.quantifier, questionsOf(test, route).map(predicate));
  return test.negated ? { kind: 'not', operand: plain } : plain;
}

function lowerKeywords({ asked, at, quantifier }: KeywordTest, field: Field): Expression {
  const predicate = ({ question, text }: Asked): Predicate => ({
    ...{ kind: 'predicate', field, question, text: `keyword ${text}`, at },
  });
  if (asked.kind === 'regex') {
    const { flags, values } = asked;
    return joined(
      quantifier,
      values.map((source) =>
        predicate(some({ kind: 'regex', source, flags }, `matches ${source}`)),
      ),
    );
  }
  const { cased, transform, values } = asked;
  return joined(
    quantifier,
    values.map((value) => {
      const found = texts(value, transform, cased);
      return joined('any', found.map(predicate));
    }),
  );
}

/** `any`: whole texts of all values are one question; `all`: each value is asked on its own. */
function lowerEquals(
  { cased, quantifier, transform, values }: EqualsTest,
  predicate: (asked: Asked) => Predicate,
): Expression {
  const isNull: Asked = { question: { kind: 'null' }, text: 'is null' };
  const ask = (value: Alternatives | null): readonly Asked[] =>
    value === null ? [isNull] : texts(value, transform, cased);
  if (quantifier === 'all') {
    return joined(
      'all',
      values.map((value) => joined('any', ask(value).map(predicate))),
    );
  }
  const found = values.includes(null)
    ? values.flatMap(ask)
    : texts(
        values.flatMap((value) => value ?? []),
        transform,
        cased,
      );
  return joined('any', found.map(predicate));
}

/** Whether a text is one of these, after their modifiers. */
function texts(value: Alternatives, transform: Transform, cased: boolean): readonly Asked[] {
  const isLong = (pattern: Pattern): boolean =>
    transform.dashes && transform.encodings.length === 0 && dashesIn(pattern) > MAX_WRITTEN_DASHES;
  const asked = value
    .filter(isLong)
    .map((pattern) => dashTest(openPattern(pattern, transform.open), cased));
  const patterns = value
    .filter((pattern) => !isLong(pattern))
    .flatMap((pattern) => transformed(pattern, transform));
  const exact = patterns.flatMap((pattern) => exactText(pattern) ?? []);
  for (const pattern of patterns) {
    if (isAnything(pattern)) asked.push({ question: { kind: 'filled' }, text: 'is *' });
    else if (exactText(pattern) === undefined) {
      asked.push(some({ kind: 'like', patterns: [pattern], cased }, `is ${written(pattern)}`));
    }
  }
  if (exact.length === 0) return asked;
  return [...asked, some({ kind: 'equals', texts: exact, cased }, `is ${exact.join(' or ')}`)];
}

/** Compared with one and the same dash for all, on both sides. */
function dashTest(pattern: Pattern, cased: boolean): Asked {
  const plain = pattern.map((part) =>
    part.kind === 'text' ? { ...part, text: withPlainDashes(part.text) } : part,
  );
  const matches = compilePattern(plain, cased);
  const test = (value: unknown): boolean => {
    const text = textOf(value);
    if (text === undefined) return false;
    return matches(withPlainDashes(cased ? text : foldCase(text)));
  };
  const key = `windash ${cased} ${JSON.stringify(plain)}`;
  return some({ kind: 'custom', key, test }, `is ${written(pattern)} with any dashes`);
}

function questionsOf(test: Exclude<ValuesTest, EqualsTest>, route: Route): readonly Asked[] {
  switch (test.kind) {
    case 'cidr':
      return test.values.map((network) =>
        some({ kind: 'cidr', networks: [network] }, `in ${network}`),
      );
    case 'regex':
      return test.values.map((source) => regexTest(test, source));
    case 'field':
      return test.values.map((name) => fieldTest(test, name, route));
    case 'compare':
      return test.values.map((bound) => compareTest(test, bound));
  }
}

function regexTest({ flags, open }: RegexTest, source: string): Asked {
  const isAtStart = open.end && !open.start;
  const isAtEnd = open.start && !open.end;
  const anchored = isAtStart ? `\\A(?:${source})` : isAtEnd ? `(?:${source})\\z` : source;
  return some({ kind: 'regex', source: anchored, flags }, `matches ${anchored}`);
}

function fieldTest({ cased, how }: FieldRefTest, name: string, route: Route): Asked {
  const other = route.fieldOf(name);
  if (other === undefined) throw new Error(`no field ${name}`);
  return some({ kind: 'field', other, how, cased }, `${how} ${name}`);
}

function compareTest({ operator, part }: CompareTest, bound: number): Asked {
  if (part === undefined && operator !== 'eq') {
    return some({ kind: 'compare', operator, bound }, `${operator} ${bound}`);
  }
  const text = [part, operator, bound].filter((word) => word !== undefined).join(' ');
  const test = (value: unknown): boolean => {
    const found =
      typeof value === 'string' && part !== undefined ? timePart(value, part) : undefined;
    return found !== undefined && COMPARE[operator](found, bound);
  };
  return some({ kind: 'custom', key: `time ${text}`, test }, text);
}

const COMPARE: Readonly<
  Record<CompareTest['operator'], (value: number, bound: number) => boolean>
> = {
  eq: (value, bound) => value === bound,
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
};

function some(test: Test, text: string): Asked {
  return { question: { kind: 'some', test }, text };
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

function written(pattern: Pattern): string {
  return pattern
    .map((part) => (part.kind === 'text' ? part.text : part.kind === 'any' ? '*' : '?'))
    .join('');
}

function joined(quantifier: 'any' | 'all', operands: readonly Expression[]): Expression {
  const [only] = operands;
  if (operands.length === 1 && only !== undefined) return only;
  return { kind: quantifier === 'all' ? 'and' : 'or', operands };
}
