/**
 * Owns: what tells a condition from all others, whatever its words, order and letter case.
 */
import { type Expression, type Field, fieldKey, type Predicate, type Test } from '../expression.ts';
import { foldCase, type Pattern } from '../pattern.ts';

/** Equal for predicates that are true of the same events. */
export function predicateKey({ field, question }: Predicate): string {
  const asked =
    question.kind === 'some' || question.kind === 'every' ? `${question.kind} ` : question.kind;
  const test = 'test' in question ? testKey(question.test) : '';
  return `${fieldKey(field)} ${asked}${test}`;
}

function testKey(test: Test): string {
  switch (test.kind) {
    case 'equals':
      return JSON.stringify(['equals', test.cased, sorted(test.texts.map(folding(test.cased)))]);
    case 'like': {
      const patterns = test.patterns.map((pattern) => patternKey(pattern, test.cased));
      return JSON.stringify(['like', test.cased, sorted(patterns)]);
    }
    case 'regex':
      return JSON.stringify(['regex', test.source, test.flags]);
    case 'compare':
      return `${test.operator} ${test.bound}`;
    case 'cidr':
      return JSON.stringify(['cidr', sorted(test.networks)]);
    case 'field':
      return `${test.how} ${test.cased} ${fieldKey(test.other)}`;
    case 'custom':
      return `custom ${test.key}`;
  }
}

function patternKey(pattern: Pattern, cased: boolean): string {
  const fold = folding(cased);
  return JSON.stringify(pattern.map((part) => (part.kind === 'text' ? fold(part.text) : part)));
}

function folding(cased: boolean): (text: string) => string {
  return cased ? (text) => text : foldCase;
}

function sorted(texts: readonly string[]): readonly string[] {
  return [...new Set(texts)].sort();
}

/** The same for conditions: order, repeats and nesting of and/or aside. */
export function conditionKey(expression: Expression): string {
  switch (expression.kind) {
    case 'predicate':
      return predicateKey(expression);
    case 'not':
    case 'as-recorded':
      return `${expression.kind}(${conditionKey(expression.operand)})`;
    case 'and':
    case 'or': {
      const keys = sorted(flatOperands(expression.kind, expression.operands).map(conditionKey));
      return keys.length === 1 ? (keys[0] ?? '') : `${expression.kind}(${keys.join(' , ')})`;
    }
    default:
      return expression.kind;
  }
}

/** The operands, those of operands of the same kind among them. */
export function flatOperands(
  kind: 'and' | 'or',
  operands: readonly Expression[],
): readonly Expression[] {
  return operands.flatMap((operand) =>
    operand.kind === kind ? flatOperands(kind, operand.operands) : [operand],
  );
}

/** The dotted path that the rule's author wrote for the audit event; undefined for made fields. */
export function fieldName(field: Field): string | undefined {
  return field.kind === 'path' ? field.paths.at(-1)?.join('.') : undefined;
}
