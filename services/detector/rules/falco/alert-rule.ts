/**
 * Owns: rules for system calls. We see none; what Falco says of them comes as an alert that names the
 * rule, and that is what such a rule matches here.
 */
import type { Expression, FieldPath } from '../expression.ts';

const SOURCE: FieldPath = ['falco', 'source'];

function equals(path: FieldPath, text: string, written: string): Expression {
  return {
    ...{ kind: 'predicate', field: { kind: 'path', paths: [path] }, text: written },
    question: { kind: 'some', test: { kind: 'equals', texts: [text], cased: true } },
  };
}

/** Alerts of this rule, but for test alerts. Old versions of Falco do not name the source. */
export function matchesAlertsOf(name: string): Expression {
  const hasSource: Expression = {
    ...{ kind: 'predicate', field: { kind: 'path', paths: [SOURCE] } },
    ...{ question: { kind: 'filled' }, text: 'the alert names its source' },
  };
  return {
    kind: 'and',
    operands: [
      equals(['rule', 'name'], name, `the alert is of rule "${name}"`),
      {
        kind: 'or',
        operands: [
          equals(SOURCE, 'syscall', 'the alert is of a system call'),
          { kind: 'not', operand: hasSource },
        ],
      },
      { kind: 'not', operand: equals(['podwitness', 'test'], 'true', 'the alert is a test') },
    ],
  };
}
