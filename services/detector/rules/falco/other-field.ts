/**
 * Owns: checks against another field of the event: `val(field)` and transformers on the right side.
 */
import type { EventDocument, Expression, Field, Question, Test } from '../expression.ts';
import type { Operator } from './ast.ts';
import { type FalcoField, readTexts } from './fields/field.ts';
import { type Comparing, different, matcherOf, some } from './many.ts';
import { textTest } from './tests.ts';

type How = Extract<Test, { kind: 'field' }>['how'];
/** What the engine compares itself. */
const HOW: Readonly<Partial<Record<Operator, readonly [how: How, cased: boolean]>>> = {
  ...{ '=': ['equals', true], '==': ['equals', true], '!=': ['equals', true] },
  ...{ in: ['equals', true], intersects: ['equals', true] },
  ...{ contains: ['contains', true], icontains: ['contains', false] },
  ...{ startswith: ['startswith', true], endswith: ['endswith', true] },
};

/** Both must be there, of one type, and both lists or neither. */
export function lowerAgainstField(
  comparing: Comparing,
  subject: FalcoField,
  other: FalcoField,
): Expression {
  const { ask, fail, operator } = comparing;
  if (operator === 'pmatch' || operator === 'regex') {
    return fail(`operator '${operator}' doesn't support right-hand side fields`);
  }
  if (subject.type !== other.type || subject.isList !== other.isList) {
    return fail(
      `the field has type '${typeName(subject)}' while the right-hand side field has ` +
        `incompatible type '${typeName(other)}'`,
    );
  }
  const [how, cased] = HOW[operator] ?? [];
  if (how === undefined || cased === undefined) return lowerOddly(comparing, subject, other);
  const test: Test = { kind: 'field', other: other.field, how, cased };
  if (operator === 'in' && subject.isList) return ask({ kind: 'every', test });
  const equal = ask(some(test));
  if (operator !== '!=') return equal;
  const isThere = { ...equal, field: other.field, question: { kind: 'filled' } as Question };
  return { kind: 'and', operands: [isThere, different(comparing, equal)] };
}

function typeName({ isList, type }: FalcoField): string {
  return isList ? `${type} (list)` : type;
}

/** The rest is worked out for each event anew. */
function lowerOddly(comparing: Comparing, subject: FalcoField, other: FalcoField): Expression {
  const { ask, meaning, operator } = comparing;
  const predicate = ask({ kind: 'filled' });
  const read = (document: EventDocument): readonly string[] | undefined => {
    const [left] = readTexts(document, subject) ?? [];
    const [right] = readTexts(document, other) ?? [];
    if (left === undefined || right === undefined) return undefined;
    const test = textTest(operator, right, meaning);
    return [String(typeof test !== 'string' && matcherOf(test)(left))];
  };
  const key = `falco ${meaning} ${predicate.text} ${sources(subject)} ${sources(other)}`;
  const from = [...fromOf(subject.field), ...fromOf(other.field)];
  const field: Field = { kind: 'computed', key, from, read };
  return { ...predicate, field, question: some({ kind: 'equals', texts: ['true'], cased: true }) };
}

function sources({ field }: FalcoField): string {
  return JSON.stringify([field.kind === 'computed' ? field.key : '', fromOf(field)]);
}

function fromOf(field: Field): readonly (readonly string[])[] {
  if (field.kind === 'words') return [field.root];
  return field.kind === 'path' ? field.paths : field.from;
}
