/**
 * Owns: why a condition is true, false or undecided for an event: every node of it with its truth,
 * straight from the syntax tree, without the index.
 */
import type { EventDocument, Expression, Field, Predicate } from '../expression.ts';
import { isMissing, partOf } from '../fields.ts';
import { compileQuestion, otherFieldOf } from './question.ts';
import { ABSENT, type FieldValues, fieldsOf, textOf } from './reader.ts';

/** Kleene's three values; `undefined` is "cannot tell". */
type Truth = boolean | undefined;

/** Mirrors an Expression. */
export interface Trace {
  readonly kind: Expression['kind'];
  readonly truth: Truth;
  /** Of a predicate: as the rule writes it. */
  readonly text?: string;
  /** Of a predicate: the first values of its field, shortened, as JSON writes them. */
  readonly values?: readonly string[];
  readonly operands: readonly Trace[];
}

const MAX_VALUES = 5;
const MAX_LENGTH = 100;

/** Throws where a regular expression is none; loaders have checked that. */
export function trace(expression: Expression, document: EventDocument): Trace {
  return follow(expression, { document, valuesOf: fieldsOf(document), isAsRecorded: false });
}

interface Context {
  readonly document: EventDocument;
  readonly valuesOf: (field: Field) => FieldValues;
  readonly isAsRecorded: boolean;
}

function follow(expression: Expression, context: Context): Trace {
  const { kind } = expression;
  switch (kind) {
    case 'always':
    case 'never':
      return { kind, truth: kind === 'always', operands: [] };
    case 'as-recorded': {
      const operand = follow(expression.operand, { ...context, isAsRecorded: true });
      return { kind, truth: operand.truth, operands: [operand] };
    }
    case 'not': {
      const operand = follow(expression.operand, context);
      const truth = operand.truth === undefined ? undefined : !operand.truth;
      return { kind, truth, operands: [operand] };
    }
    case 'and':
    case 'or': {
      const operands = expression.operands.map((operand) => follow(operand, context));
      return { kind, truth: joined(operands, kind === 'or'), operands };
    }
    case 'predicate':
      return followPredicate(expression, context);
  }
}

/** `decisive`: the value that one operand is enough for. */
function joined(operands: readonly Trace[], decisive: boolean): Truth {
  if (operands.some(({ truth }) => truth === decisive)) return decisive;
  return operands.some(({ truth }) => truth === undefined) ? undefined : !decisive;
}

function followPredicate({ field, question, text }: Predicate, context: Context): Trace {
  const { valuesOf } = context;
  const values = valuesOf(field);
  const other = otherFieldOf(question);
  const others = other === undefined ? ABSENT : valuesOf(other);
  const unread = !values.isPresent ? field : others.isPresent ? undefined : other;
  const isUnknown = unread !== undefined && isUnrecorded(unread, context);
  const truth = isUnknown ? undefined : compileQuestion(question)(values, others);
  const shown = values.items.slice(0, MAX_VALUES).map(shorten);
  return { kind: 'predicate', truth, text, values: shown, operands: [] };
}

function isUnrecorded(field: Field, { document, isAsRecorded }: Context): boolean {
  if (isAsRecorded || field.kind === 'words') return false;
  const paths = field.kind === 'path' ? field.paths : field.from;
  return paths.some((path) => {
    const part = partOf(path);
    return part !== undefined && isMissing(document, part);
  });
}

function shorten(item: unknown): string {
  const text = textOf(item);
  if (text === undefined) return item === null ? 'null' : '{…}';
  const isLong = text.length > MAX_LENGTH;
  const shown = isLong ? `${text.slice(0, MAX_LENGTH)}…` : text;
  return typeof item === 'string' ? JSON.stringify(shown) : shown;
}
