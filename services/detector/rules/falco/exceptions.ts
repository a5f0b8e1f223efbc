/**
 * Owns: what exceptions add to a rule's condition: `and not` one of their tuples (falco,
 * rule_loader_compiler.cpp, build_rule_exception_infos). They are written as text, as Falco does it,
 * so that lists in them are lists, and transformers transformers.
 * Does not own: reading them (read-exceptions.ts), joining them (collection.ts).
 */
import { LIST_OPERATORS, MODIFIERS, NUMBER_OPERATORS, TEXT_OPERATORS } from './ast.ts';
import type { Entries, ExceptionItem } from './definitions.ts';
import type { ResolveField } from './fields/field.ts';
import { quoted } from './lists.ts';
import { parseSubject } from './parse.ts';
import { LoweringError, lowerSubject } from './subject.ts';
import { type Pieces, pieceAt } from './text.ts';
import { ItemError } from './yaml.ts';

/** With a field and an operator for each place of its tuples. */
export interface Exception {
  readonly name: string;
  readonly at: ExceptionItem['at'];
  readonly fields: Entries;
  readonly comps: Entries;
  readonly values: readonly Entries[];
}

const OPERATORS: ReadonlySet<string> = new Set([
  ...NUMBER_OPERATORS,
  ...TEXT_OPERATORS,
  ...LIST_OPERATORS,
  'exists',
  ...TEXT_OPERATORS.flatMap((operator) => MODIFIERS.map((modifier) => `${operator} ${modifier}`)),
]);
const LISTS: readonly string[] = LIST_OPERATORS;
const takesList = (operator: string): boolean =>
  LISTS.includes(operator) || MODIFIERS.some((modifier) => operator.endsWith(` ${modifier}`));

/** @param resolve undefined: the rule's source is not known, nor are its fields */
export function checkException(
  { at, comps, fields, name, values }: ExceptionItem,
  resolve: ResolveField | undefined,
): Exception {
  if (fields === undefined) {
    throw new ItemError('Rule exception item must have fields property with a list of fields', at);
  }
  if (typeof fields === 'string') {
    checkField(fields, at, resolve);
    return { name, at, fields, comps: checkSingle(comps, at), values };
  }
  const operators = comps ?? fields.map(() => '=');
  if (operators.length !== fields.length || typeof operators === 'string') {
    throw new ItemError('Fields and comps lists must have equal length', at);
  }
  for (const operator of operators) checkOperator(operator, at);
  for (const field of fields) checkField(field, at, resolve);
  return { name, at, fields, comps: operators, values };
}

function checkSingle(comps: Entries | undefined, at: ExceptionItem['at']): string {
  const operator = comps ?? 'in';
  if (typeof operator !== 'string') {
    throw new ItemError('Fields and comps must both be strings', at);
  }
  if (LISTS.includes(operator)) return operator;
  throw new ItemError(
    'When fields is a single value, comps must be one of (in, pmatch, intersects)',
    at,
  );
}

function checkOperator(operator: Entries, at: ExceptionItem['at']): void {
  if (typeof operator === 'string' && OPERATORS.has(operator.trim().replace(/\s+/g, ' '))) return;
  throw new ItemError(`'${String(operator)}' is not a supported comparison operator`, at);
}

function checkField(
  field: Entries,
  at: ExceptionItem['at'],
  resolve: ResolveField | undefined,
): void {
  const parsed = typeof field === 'string' ? parseSubject(field.trim()) : undefined;
  if (parsed?.ok === true && (resolve === undefined || isKnown())) return;
  throw new ItemError(`'${String(field)}' is not a supported filter field`, at);

  function isKnown(): boolean {
    try {
      if (parsed?.ok === true && resolve !== undefined) lowerSubject(parsed.value, resolve);
      return true;
    } catch (error) {
      if (error instanceof LoweringError) return false;
      throw error;
    }
  }
}

/** The condition, and not any of the exceptions. */
export function withExceptions(condition: Pieces, exceptions: readonly Exception[]): Pieces {
  if (exceptions.length === 0) return condition;
  const [first] = condition;
  const start = first?.placeOf(0) ?? { line: 1, column: 1 };
  const added = exceptions.flatMap((exception) => {
    const text = textOfException(exception);
    return text === '' ? [] : [pieceAt(` and not ${text}`, exception.at)];
  });
  return [pieceAt('(', start), ...condition, pieceAt(')', start), ...added];
}

function textOfException(exception: Exception): string {
  const { at, comps, fields, values } = exception;
  if (values.length === 0) return '';
  if (typeof fields === 'string') {
    if (values.some((value) => typeof value !== 'string')) {
      throw new ItemError('Expected values array to contain a list of strings', at);
    }
    return `(${fields} ${String(comps)} (${values.map(itemText).join(', ')}))`;
  }
  const tuples = values.map((tuple) => {
    if (typeof tuple === 'string' || tuple.length !== fields.length) {
      throw new ItemError('Fields and values lists must have equal length', at);
    }
    const checks = fields.map((field, i) => {
      const operator = String(typeof comps === 'string' ? comps : comps[i]).trim();
      return `${String(field)} ${operator} ${valueText(tuple[i] ?? '', operator)}`;
    });
    return `(${checks.join(' and ')})`;
  });
  return `(${tuples.join(' or ')})`;
}

function valueText(value: Entries, operator: string): string {
  if (typeof value !== 'string') return `(${value.map(itemText).join(', ')})`;
  if (!takesList(operator)) return quoted(value);
  return value.startsWith('(') ? value : `(${value})`;
}

function itemText(value: Entries): string {
  return quoted(typeof value === 'string' ? value : value.map(String).join(', '));
}
