/**
 * Owns: a KQL tree to the form that all rules share: what Elasticsearch would find with it, by the
 * types that the templates give the fields (docs/rules-elastic.md).
 * Does not own: the tree (parse.ts), tests of single values (../value-tests.ts).
 */
import type { Expression, Field, Question, Test } from '../../expression.ts';
import { exactText, isAnything, type Pattern } from '../../pattern.ts';
import type { Position } from '../../position.ts';
import { allOf, anyOf, not } from '../expressions.ts';
import { invalid, unsupported } from '../fault.ts';
import { fieldTypeOf } from '../field-types.ts';
import { fieldNamed, fieldsLike } from '../fields.ts';
import { anyWord, phrase, wordLike } from '../text-search.ts';
import { compared, equalTo, like, type Named } from '../value-tests.ts';
import type { KqlNode, Literal } from './ast.ts';
import { holdsWithin } from './nested.ts';

/** Where names are looked up: in the document, or in one object of it. */
interface Scope {
  /** Names below it are written without it. */
  readonly prefix: string;
  readonly place: (offset: number) => Position;
}

/**
 * @param place where a character of the query stands in the rule file
 * Throws a fault where the query is something that can not be asked.
 */
export function lowerKql(query: KqlNode, place: (offset: number) => Position): Expression {
  return lower(query, { prefix: '', place });
}

function lower(node: KqlNode, scope: Scope): Expression {
  switch (node.kind) {
    case 'everything':
      return { kind: 'always' };
    case 'and':
      return allOf(node.operands.map((operand) => lower(operand, scope)));
    case 'or':
      return anyOf(node.operands.map((operand) => lower(operand, scope)));
    case 'not':
      return not(lower(node.operand, scope));
    case 'is':
      return node.field === undefined
        ? anywhere(node.value, scope)
        : fieldIs(node.field, node.value, scope);
    case 'range':
      return range(node, scope);
    case 'nested':
      return nested(node.field, node.operand, scope);
  }
}

function fieldIs(name: Literal, value: Literal, scope: Scope): Expression {
  const exact = exactText(name.pattern);
  if (exact === undefined && isAnything(name.pattern)) return anywhere(value, scope);
  if (!value.isQuoted && isAnything(value.pattern)) {
    return ask(name, scope, { kind: 'filled' }, ': *');
  }
  const test = exact === undefined ? plainTest(value) : typedTest(named(name, scope), value);
  return ask(name, scope, { kind: 'some', test }, `: ${written(value)}`);
}

function typedTest(field: Named, value: Literal): Test {
  const text = exactText(value.pattern);
  if (fieldTypeOf(field.name) === 'text') {
    if (text === undefined) return wordLike(value.pattern);
    return value.isQuoted ? phrase(text) : anyWord(text);
  }
  return text === undefined
    ? like(field, value.pattern, true)
    : equalTo(field, notNull(value, text), true);
}

/** Values of fields that are not told by name, whatever their types. */
function plainTest(value: Literal): Test {
  const text = exactText(value.pattern);
  return text === undefined
    ? { kind: 'like', patterns: [value.pattern], cased: true }
    : { kind: 'equals', texts: [notNull(value, text)], cased: true };
}

function notNull({ isQuoted, offset }: Literal, text: string): string {
  if (text !== 'null' || isQuoted) return text;
  throw invalid(
    offset,
    'null is no value in KQL',
    'Write "not field: *" for a field without value.',
  );
}

/** A value without a field: a whole value of any field, or words of the message. */
function anywhere(value: Literal, scope: Scope): Expression {
  if (!value.isQuoted && isAnything(value.pattern)) return { kind: 'always' };
  if (scope.prefix !== '') {
    const remedy = 'Write a field before it.';
    throw unsupported(value.offset, 'a value without a field stands within braces', remedy);
  }
  const some = (field: Field, test: Test): Expression => ({
    ...{ kind: 'predicate', field, question: { kind: 'some', test } },
    ...{ text: written(value), at: scope.place(value.offset) },
  });
  const message: Named = { name: 'message', offset: value.offset };
  return {
    kind: 'or',
    operands: [
      some({ kind: 'words', root: [] }, plainTest(value)),
      some(fieldNamed(message.name), typedTest(message, value)),
    ],
  };
}

function range(node: Extract<KqlNode, { kind: 'range' }>, scope: Scope): Expression {
  const { field, operator, value } = node;
  const text = exactText(value.pattern);
  if (text === undefined) {
    throw invalid(value.offset, 'a range has a bound with a wildcard', 'Write one value.');
  }
  const asked = named(field, scope);
  if (fieldTypeOf(asked.name) === 'text') {
    const reason = `${asked.name} is a text, and a range over its words means nothing`;
    throw unsupported(field.offset, reason, 'Leave the range out.');
  }
  const test = compared({ ...asked, offset: value.offset }, operator, text);
  return ask(field, scope, { kind: 'some', test }, ` ${SIGN[operator]} ${text}`);
}

const SIGN = { lt: '<', lte: '<=', gt: '>', gte: '>=' } as const;

function nested(name: Literal, operand: KqlNode, scope: Scope): Expression {
  const { name: full } = named(name, scope);
  if (exactText(name.pattern) === undefined) {
    throw unsupported(name.offset, 'the field before braces has a wildcard', 'Write its name.');
  }
  const inner = lower(operand, { ...scope, prefix: `${full}.` });
  const test = holdsWithin(full, inner);
  return ask(name, scope, { kind: 'some', test }, ': { … }');
}

function named({ offset, pattern }: Literal, { prefix }: Scope): Named {
  return { name: `${prefix}${nameOf(pattern)}`, offset };
}

function ask(name: Literal, scope: Scope, question: Question, text: string): Expression {
  const written = nameOf(name.pattern);
  const at = scope.place(name.offset);
  const field = fieldOf(name, written, scope);
  return { kind: 'predicate', field, question, text: `${written}${text}`, at };
}

function fieldOf(name: Literal, written: string, { prefix }: Scope): Field {
  if (exactText(name.pattern) === undefined) {
    if (prefix === '') return fieldsLike(written);
    throw unsupported(name.offset, 'a field within braces has a wildcard', 'Write its name.');
  }
  return prefix === '' ? fieldNamed(written) : { kind: 'path', paths: [written.split('.')] };
}

function nameOf(pattern: Pattern): string {
  return pattern.map((part) => (part.kind === 'text' ? part.text : '*')).join('');
}

function written({ isQuoted, pattern }: Literal): string {
  return isQuoted ? JSON.stringify(exactText(pattern)) : nameOf(pattern);
}
