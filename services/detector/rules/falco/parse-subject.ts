/**
 * Owns: what a check of Falco's condition language is about: a field with its argument, transformers
 * around it.
 */
import {
  type Argument,
  type FieldRef,
  type Subject,
  TRANSFORMERS,
  type Transformed,
} from './ast.ts';
import {
  BARE_ARG,
  type Cursor,
  expectText,
  FIELD_NAME,
  FilterError,
  nested,
  NUMBER,
  skipBlanks,
  take,
  takeOne,
  takeQuoted,
  takeText,
} from './cursor.ts';

/** Undefined where neither a field nor a transformer begins. */
export function takeSubject(cursor: Cursor): Subject | undefined {
  return takeField(cursor) ?? takeTransformed(cursor);
}

function takeField(cursor: Cursor): FieldRef | undefined {
  const { at } = cursor;
  const name = take(cursor, FIELD_NAME);
  if (name === undefined) return undefined;
  const arg = takeArg(cursor);
  return { kind: 'field', name, at, ...(arg === undefined ? {} : { arg }) };
}

function takeArg(cursor: Cursor): string | undefined {
  if (!takeText(cursor, '[')) return undefined;
  const arg = takeQuoted(cursor) ?? take(cursor, BARE_ARG);
  if (arg === undefined) {
    throw new FilterError(
      'expected a valid field argument: a quoted string or a bare string',
      cursor.at,
    );
  }
  expectText(cursor, ']');
  return arg;
}

const OPENINGS = TRANSFORMERS.map((name) => `${name}(` as const);

function takeTransformed(cursor: Cursor): Transformed | undefined {
  const { at } = cursor;
  const opening = takeOne(cursor, OPENINGS);
  const transformer = TRANSFORMERS.find((name) => `${name}(` === opening);
  if (transformer === undefined) return undefined;
  return nested(cursor, () => {
    const args = [parseArgument(cursor)];
    skipBlanks(cursor);
    while (takeText(cursor, ',')) {
      args.push(parseArgument(cursor));
      skipBlanks(cursor);
    }
    expectText(cursor, ')', ' closing the transformer');
    const arg = takeArg(cursor);
    return { kind: 'transformed', transformer, args, at, ...(arg === undefined ? {} : { arg }) };
  });
}

function parseArgument(cursor: Cursor): Argument {
  skipBlanks(cursor);
  const { at } = cursor;
  if (!takeText(cursor, '(')) return parseScalarArgument(cursor);
  const items: Argument[] = [];
  skipBlanks(cursor);
  if (takeText(cursor, ')')) return { kind: 'arguments', items, at };
  do {
    skipBlanks(cursor);
    items.push(parseScalarArgument(cursor));
    skipBlanks(cursor);
  } while (takeText(cursor, ','));
  expectText(cursor, ')');
  return { kind: 'arguments', items, at };
}

function parseScalarArgument(cursor: Cursor): Argument {
  const { at } = cursor;
  const text = take(cursor, NUMBER) ?? takeQuoted(cursor);
  if (text !== undefined) return { kind: 'text', text, at };
  const subject = takeSubject(cursor);
  if (subject !== undefined) return subject;
  throw new FilterError(
    'expected field transformer argument: field, transformer, quoted string, number, or ' +
      'transformer list',
    at,
  );
}

/** On the right side of an operator: `val(field)`, or a transformer. */
export function takeOtherField(cursor: Cursor): Subject | undefined {
  const { at } = cursor;
  if (!takeText(cursor, 'val(')) return takeTransformed(cursor);
  skipBlanks(cursor);
  const field = takeField(cursor);
  if (field === undefined) {
    throw new FilterError("expected a field within 'val' transformer", cursor.at);
  }
  skipBlanks(cursor);
  expectText(cursor, ')', ' closing the transformer');
  return { kind: 'transformed', transformer: 'val', args: [field], at };
}
