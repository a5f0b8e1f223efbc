/**
 * Owns: what is odd about a condition that is in use (libs, filter.cpp; falco,
 * filter_warning_resolver.cpp).
 */
import { type Check, type ResolvedCondition, TRANSFORMERS } from './ast.ts';
import type { ResolveField } from './fields/field.ts';
import { checksOf } from './macros.ts';
import { parseSubject } from './parse.ts';

export interface Oddity {
  readonly reason: string;
  readonly remedy: string;
  readonly check: Check | undefined;
}

const DEPRECATED = ['evt.dir'];

export function odditiesOf(condition: ResolvedCondition, resolve: ResolveField): readonly Oddity[] {
  return checksOf(condition).flatMap((check) => {
    if (check.kind === 'exists') return [];
    const { subject } = check;
    const name = subject.kind === 'field' ? subject.name : '';
    const old = DEPRECATED.includes(name)
      ? [odd(`usage of deprecated field '${name}' has been detected`, 'Take it out.', check)]
      : [];
    return [...old, ...valuesOf(check).flatMap((text) => oddValue(text, check, resolve))];
  });
}

/** Fields that Falco is about to drop, in an output. */
export function odditiesOfOutput(output: string): readonly string[] {
  return DEPRECATED.filter((name) => output.includes(name)).map(
    (name) => `usage of deprecated field '${name}' has been detected in the rule output`,
  );
}

function valuesOf({ operand }: Check): readonly string[] {
  if (operand.kind === 'text') return [operand.text];
  return operand.kind === 'texts' ? operand.texts : [];
}

function odd(reason: string, remedy: string, check: Check): Oddity {
  return { reason, remedy, check };
}

const NAMES = ['val', ...TRANSFORMERS];

/** Without `val()` a field's name on the right side is a text. */
function oddValue(text: string, check: Check, resolve: ResolveField): readonly Oddity[] {
  if (!/[.(]/.test(text) || text.length > 200) return [];
  const tight = text.replace(/\s+/g, '');
  if (NAMES.some((name) => tight.startsWith(`${name}(`)) && tight.endsWith(')')) {
    const reason = `'${text}' may be a valid field transformer misused as a const string value`;
    return [odd(reason, 'Write it without blanks and quotes.', check)];
  }
  const parsed = parseSubject(tight);
  const isField = parsed.ok && parsed.value.kind === 'field' && resolve(parsed.value).ok;
  if (!isField) return [];
  const reason = `'${text}' may be a valid field misused as a const string value`;
  return [odd(reason, `Write val(${tight}) to compare with the field.`, check)];
}

/** Whether a condition lets few types of system calls through, or none (libs, filter/ppm_codes.cpp). */
export function narrowsEventTypes(condition: ResolvedCondition, isNegated = false): boolean {
  switch (condition.kind) {
    case 'not':
      return narrowsEventTypes(condition.operand, !isNegated);
    case 'and':
    case 'or': {
      const narrows = (operand: ResolvedCondition): boolean =>
        narrowsEventTypes(operand, isNegated);
      const isAny = (condition.kind === 'and') !== isNegated;
      return isAny ? condition.operands.some(narrows) : condition.operands.every(narrows);
    }
    case 'exists':
      return false;
    default:
      return narrowsByCheck(condition, isNegated);
  }
}

function narrowsByCheck(check: Check, isNegated: boolean): boolean {
  const { operator, subject } = check;
  if (subject.kind !== 'field') return false;
  if (subject.name === 'evt.type') return (operator === '!=') === isNegated;
  // No event has the number 0: rules use that to match nothing.
  const isZero = operator === '=' && valuesOf(check)[0] === '0';
  return subject.name === 'evt.num' && isZero && !isNegated;
}
