/**
 * Owns: the check of what is asked of a field: values that no event has, lists without any, regular
 * expressions that every event has to be searched with.
 */
import type { Expression, Predicate } from '../expression.ts';
import { textsOfRegex } from '../engine/regex.ts';
import { exactText } from '../pattern.ts';
import { placeOf, type Remark } from './finding.ts';
import { fieldName } from './predicate-key.ts';
import { impossibleValue } from './vocabulary.ts';

export function checkValues(predicate: Predicate): readonly Remark[] {
  const { at, field, question, text } = predicate;
  if (!('test' in question)) return [];
  const { test } = question;
  const values = valuesIn(predicate);
  if (values?.length === 0) {
    const reason = `"${text}" has an empty list, and fits nothing`;
    const remedy = 'Give it a value, or take it out.';
    return [{ severity: 'error', check: 'empty-list', at, reason, remedy }];
  }
  const name = fieldName(field);
  const remarks: Remark[] = [];
  for (const value of new Set(values)) {
    const impossible = name === undefined ? undefined : impossibleValue(name, value);
    if (impossible === undefined) continue;
    remarks.push({ severity: 'warning', check: 'impossible-value', at, ...impossible });
  }
  if (test.kind === 'regex' && textsOfRegex(test.source, test.flags).groups.length === 0) {
    const reason = `the regular expression of "${text}" has no fixed text in all its matches`;
    const remedy = 'Add what its matches always have, or test another field first.';
    remarks.push({ severity: 'warning', check: 'expensive', at, reason, remedy });
  }
  return remarks;
}

/** Whole texts that are asked for; undefined where the test has no list. */
function valuesIn({ question }: Predicate): readonly string[] | undefined {
  const test = 'test' in question ? question.test : undefined;
  if (test?.kind === 'equals') return test.texts;
  if (test?.kind === 'cidr') return test.networks;
  if (test?.kind !== 'like') return undefined;
  if (test.patterns.length === 0) return [];
  const exact = test.patterns.flatMap((pattern) => exactText(pattern) ?? []);
  return exact.length === 0 ? undefined : exact;
}

/** and/or without an operand: a selection or list that was left empty. */
export function checkEmpty(expression: Expression): readonly Remark[] {
  switch (expression.kind) {
    case 'not':
    case 'as-recorded':
      return checkEmpty(expression.operand);
    case 'and':
    case 'or': {
      if (expression.operands.length > 0) return expression.operands.flatMap(checkEmpty);
      const reason =
        expression.kind === 'and'
          ? 'a selection of it is empty, and fits every event'
          : 'a list of it is empty, and fits nothing';
      const at = placeOf(expression);
      return [
        { severity: 'error', check: 'empty-list', at, reason, remedy: 'Fill it, or take it out.' },
      ];
    }
    default:
      return [];
  }
}
