/**
 * Owns: for tests: a rule's condition, changed in one place. Samples that can't tell a rule from such
 * a mutant say nothing of what was changed.
 */
import type {
  Comparison,
  Expression,
  Predicate,
  Question,
  Test,
} from '../../../../../services/detector/rules/expression.ts';

type Mutant = readonly [name: string, expression: Expression];

/** Each part always and never true, each `not` taken away, each value taken away or moved. */
export function* mutantsOf(expression: Expression): Generator<Mutant> {
  if (expression.kind === 'and' || expression.kind === 'or') {
    for (const [index, part] of expression.operands.entries()) {
      for (const [name, mutant] of mutantsOf(part)) {
        yield [name, { ...expression, operands: expression.operands.with(index, mutant) }];
      }
    }
  } else if (expression.kind === 'not' || expression.kind === 'as-recorded') {
    yield [`without ${expression.kind}`, expression.operand];
    for (const [name, mutant] of mutantsOf(expression.operand)) {
      yield [name, { kind: expression.kind, operand: mutant }];
    }
  } else if (expression.kind === 'predicate') {
    yield [`${expression.text}: always`, { kind: 'always' }];
    yield [`${expression.text}: never`, { kind: 'never' }];
    for (const [name, question] of questionsFor(expression)) {
      yield [`${expression.text}: ${name}`, { ...expression, question }];
    }
  }
}

function* questionsFor({ question }: Predicate): Generator<readonly [string, Question]> {
  if (question.kind !== 'some' && question.kind !== 'every') return;
  for (const [name, test] of testsFor(question.test)) yield [name, { ...question, test }];
}

function* testsFor(test: Test): Generator<readonly [string, Test]> {
  switch (test.kind) {
    case 'equals':
      for (const [text, texts] of without(test.texts))
        yield [`without ${text}`, { ...test, texts }];
      break;
    case 'like':
      for (const [pattern, patterns] of without(test.patterns)) {
        yield [`without ${JSON.stringify(pattern)}`, { ...test, patterns }];
      }
      break;
    case 'cidr':
      for (const [network, networks] of without(test.networks)) {
        yield [`without ${network}`, { ...test, networks }];
      }
      break;
    case 'compare':
      yield ['at its bound', { ...test, operator: AT_BOUND[test.operator] }];
      yield ['the other way', { ...test, operator: OPPOSITE[test.operator] }];
      break;
    default:
  }
}

/** What a comparison says of all but its bound stays; of the bound itself it says the opposite. */
const AT_BOUND: Readonly<Record<Comparison, Comparison>> = {
  ...{ lt: 'lte', lte: 'lt', gt: 'gte', gte: 'gt' },
};
const OPPOSITE: Readonly<Record<Comparison, Comparison>> = {
  ...{ lt: 'gte', lte: 'gt', gt: 'lte', gte: 'lt' },
};

/** Each value with all the others; one alone is already covered by `never`. */
function* without<T>(values: readonly T[]): Generator<readonly [T, readonly T[]]> {
  if (values.length < 2) return;
  for (const [index, value] of values.entries()) {
    yield [value, values.filter((_, i) => i !== index)];
  }
}
