/**
 * Owns: the check that an event which has nothing to do with a rule need not be tried with it.
 */
import type { Expression, Predicate } from '../expression.ts';
import type { Pattern } from '../pattern.ts';
import type { Rule } from '../model.ts';
import type { Remark } from './finding.ts';

/** A text of fewer characters is in nearly every event. */
const MIN_TEXT = 3;

export function checkCost({ condition }: Rule): readonly Remark[] {
  if (isSelective(condition)) return [];
  return [
    {
      ...{ severity: 'warning', check: 'expensive' },
      reason:
        'the rule is tried with every event: nothing in it must be equal to a text or hold one',
      remedy: `Ask for a value, or for a text of ${MIN_TEXT} characters that is in all that it means.`,
    },
  ];
}

/** Whether it can be true only where some field has one of a few texts, or holds one. */
function isSelective(expression: Expression): boolean {
  switch (expression.kind) {
    case 'predicate':
      return isSelectiveTest(expression);
    case 'and':
      return expression.operands.some(isSelective);
    case 'or':
      return expression.operands.every(isSelective);
    case 'as-recorded':
      return isSelective(expression.operand);
    case 'never':
      return true;
    default:
      return false;
  }
}

function isSelectiveTest({ question }: Predicate): boolean {
  if (question.kind !== 'some' && question.kind !== 'every') return false;
  const { test } = question;
  if (test.kind === 'equals' || test.kind === 'cidr') return true;
  return test.kind === 'like' && test.patterns.every(hasText);
}

function hasText(pattern: Pattern): boolean {
  return pattern.some((part) => part.kind === 'text' && part.text.length >= MIN_TEXT);
}
