/**
 * Owns: a Sigma rule's tree to the form that all rules share.
 * Does not own: the tree (parse.ts), where its fields lie (routing.ts).
 */
import type { Expression, Field, Question, Test } from '../expression.ts';
import { exactText, isAnything, type Pattern } from '../pattern.ts';
import type { Rule } from '../model.ts';
import type { Condition, EqualsTest, Selection, SigmaRule, Test as SigmaTest } from './model.ts';
import { type Route, routeOf } from './routing.ts';

/** Requires that every field of the rule has a place (load.ts reports those that have none). */
export function lowerRule(rule: SigmaRule): Rule {
  const { condition, logsource, selections, ...rest } = rule;
  const route = routeOf(logsource);
  return { ...rest, kinds: route.kinds, condition: lowerCondition(condition, selections, route) };
}

function lowerCondition(
  condition: Condition,
  selections: SigmaRule['selections'],
  route: Route,
): Expression {
  if (condition.kind === 'selection') {
    const selection = selections[condition.name];
    if (selection === undefined) throw new Error(`no selection ${condition.name}`);
    return lowerSelection(selection, route);
  }
  if (condition.kind === 'not') {
    return { kind: 'not', operand: lowerCondition(condition.operand, selections, route) };
  }
  const operands = condition.operands.map((part) => lowerCondition(part, selections, route));
  return { kind: condition.kind, operands };
}

function lowerSelection(selection: Selection, route: Route): Expression {
  if (!('of' in selection)) return lowerTest(selection, route);
  const operands = selection.of.map((part) => lowerSelection(part, route));
  return { kind: selection.kind === 'all' ? 'and' : 'or', operands };
}

function lowerTest(test: SigmaTest, route: Route): Expression {
  if (test.kind === 'keywords') {
    const field: Field = { kind: 'words', root: route.root };
    const ask = (pattern: Pattern): Expression => ({
      kind: 'predicate',
      field,
      question: {
        kind: 'some',
        test: { kind: 'like', patterns: [pattern], cased: test.cased },
      },
      text: `keyword ${written(pattern)}`,
      at: test.at,
    });
    return joined(test.quantifier, test.values.map(ask));
  }
  const field = route.fieldOf(test.field);
  if (field === undefined) throw new Error(`no field ${test.field}`);
  const predicate = (question: Question, text: string): Expression => ({
    ...{ kind: 'predicate', field, question, text: `${test.field} ${text}`, at: test.at },
  });
  if (test.kind === 'exists') {
    const present = predicate({ kind: 'present' }, 'exists');
    return test.expected ? present : { kind: 'not', operand: present };
  }
  const some = (asked: Test, text: string) => predicate({ kind: 'some', test: asked }, text);
  const plain = joined(test.quantifier, [...partsOf(test, some, predicate)]);
  return test.negated ? { kind: 'not', operand: plain } : plain;
}

type Ask<T> = (asked: T, text: string) => Expression;

function* partsOf(
  test: Exclude<SigmaTest, { kind: 'keywords' } | { kind: 'exists' }>,
  some: Ask<Test>,
  ask: Ask<Question>,
): Generator<Expression> {
  if (test.kind === 'equals') yield* equals(test, some, ask);
  else if (test.kind === 'cidr') {
    for (const network of test.values) {
      yield some({ kind: 'cidr', networks: [network] }, `in ${network}`);
    }
  } else {
    for (const bound of test.values) {
      const { operator } = test;
      yield some({ kind: 'compare', operator, bound }, `${operator} ${bound}`);
    }
  }
}

function* equals(test: EqualsTest, some: Ask<Test>, ask: Ask<Question>): Generator<Expression> {
  const { cased } = test;
  const exact: string[] = [];
  for (const value of test.values) {
    const text = value === null ? undefined : exactText(value);
    if (value === null) yield ask({ kind: 'null' }, 'is null');
    else if (isAnything(value)) yield ask({ kind: 'filled' }, 'is *');
    else if (text === undefined) {
      yield some({ kind: 'like', patterns: [value], cased }, `is ${written(value)}`);
    } else if (test.quantifier === 'all') {
      yield some({ kind: 'equals', texts: [text], cased }, `is ${text}`);
    } else exact.push(text);
  }
  if (exact.length === 0) return;
  yield some({ kind: 'equals', texts: exact, cased }, `is ${exact.join(' or ')}`);
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
