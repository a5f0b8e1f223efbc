/** Owns: a second, slow reading of a KQL tree, straight on the document. */
import type {
  KqlNode,
  Literal,
} from '../../../../../../../services/detector/rules/elastic/kql/ast.ts';
import type { Pattern } from '../../../../../../../services/detector/rules/pattern.ts';
import {
  both,
  either,
  naiveInNetwork,
  naiveLeaves,
  naiveLike,
  naiveText,
  naiveValues,
  negated,
  type Truth,
} from '../naive-reading.ts';

const NUMBER = 'kubernetes.audit.responseStatus.code';

export function naiveKql(node: KqlNode, document: unknown, within = false): Truth {
  switch (node.kind) {
    case 'everything':
      return true;
    case 'and':
      return both(node.operands.map((operand) => naiveKql(operand, document, within)));
    case 'or':
      return either(node.operands.map((operand) => naiveKql(operand, document, within)));
    case 'not':
      return negated(naiveKql(node.operand, document, within));
    case 'nested':
      return asked(node.field, document, within, (value) => {
        const isObject = typeof value === 'object' && value !== null;
        return isObject && naiveKql(node.operand, value, true) === true;
      });
    case 'range':
      return asked(node.field, document, within, (value) =>
        inRange(written(node.field), value, node.operator, written(node.value)),
      );
    case 'is':
      return node.field === undefined || isStar(node.field)
        ? anywhere(node.value, document)
        : asked(node.field, document, within, (value) => {
            if (isStar(node.value)) return value !== null;
            return isValue(written(node.field ?? node.value), node.value, value);
          });
  }
}

function asked(
  field: Literal,
  document: unknown,
  within: boolean,
  holds: (value: unknown) => boolean,
): Truth {
  const name = written(field);
  if (within) {
    const held = (document as Record<string, unknown>)[name];
    return flat(Object.hasOwn(document as object, name) ? [held] : []).some(holds);
  }
  if (!name.includes('*')) {
    const values = naiveValues(name, document);
    return values === 'unrecorded' ? undefined : values.some(holds);
  }
  const prefix = name.slice(0, name.indexOf('*'));
  return naiveLeaves(document)
    .filter(([leaf, value]) => leaf.startsWith(prefix) && value !== null)
    .some(([, value]) => holds(value));
}

function flat(values: readonly unknown[]): readonly unknown[] {
  return values.flatMap((value) => (Array.isArray(value) ? flat(value) : [value]));
}

function isStar({ isQuoted, pattern }: Literal): boolean {
  return !isQuoted && pattern.length > 0 && pattern.every(({ kind }) => kind === 'any');
}

export function written({ pattern }: Literal): string {
  return pattern.map((part) => (part.kind === 'text' ? part.text : '*')).join('');
}

function parts(pattern: Pattern, change = (text: string) => text) {
  return pattern.map((part) => (part.kind === 'text' ? change(part.text) : 0));
}

function isValue(name: string, literal: Literal, value: unknown): boolean {
  const text = naiveText(value);
  if (text === undefined) return false;
  const wanted = written(literal);
  if (name === 'message') return isText(literal, text);
  if (name === 'source.ip') return naiveInNetwork(text, wanted);
  if (name === '@timestamp') return text.startsWith(wanted);
  if (name === NUMBER && wanted !== '' && !Number.isNaN(Number(wanted))) {
    return Number(text) === Number(wanted);
  }
  return naiveLike(parts(literal.pattern), text);
}

function isText(literal: Literal, text: string): boolean {
  const words = text
    .toLowerCase()
    .split(' ')
    .filter((word) => word !== '');
  const hasStar = literal.pattern.some(({ kind }) => kind === 'any');
  if (hasStar) {
    return words.some((word) =>
      naiveLike(
        parts(literal.pattern, (t) => t.toLowerCase()),
        word,
      ),
    );
  }
  const wanted = wordsOf(written(literal));
  if (!literal.isQuoted) return wanted.some((word) => words.includes(word));
  return wanted.length > 0 && ` ${words.join(' ')} `.includes(` ${wanted.join(' ')} `);
}

function wordsOf(text: string): readonly string[] {
  return text
    .toLowerCase()
    .split(/[^a-z0-9_]+/)
    .filter((word) => word !== '');
}

/** A whole value anywhere, or what the message says. */
function anywhere(value: Literal, document: unknown): Truth {
  if (isStar(value)) return true;
  const leaves = naiveLeaves(document).map(([, leaf]) => naiveText(leaf));
  const isThere = leaves.some(
    (text) => text !== undefined && naiveLike(parts(value.pattern), text),
  );
  const messages = naiveValues('message', document);
  return isThere || (messages !== 'unrecorded' && messages.some((m) => isText(value, String(m))));
}

function inRange(name: string, value: unknown, operator: string, bound: string): boolean {
  const difference = differenceOf(name, value, bound, operator);
  if (difference === undefined) return false;
  if (difference === 0) return operator.endsWith('e');
  return difference < 0 === operator.startsWith('l');
}

function differenceOf(
  name: string,
  value: unknown,
  bound: string,
  operator: string,
): number | undefined {
  if (name === '@timestamp') {
    const end = operator === 'gt' || operator === 'lte' ? 'T23:59:59.999Z' : 'T00:00:00Z';
    return Date.parse(String(value)) - Date.parse(`${bound}${end}`);
  }
  if (name === 'source.ip') {
    const number = (text: string) =>
      text.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
    return number(String(value)) - number(bound);
  }
  if (name === NUMBER || typeof value === 'number') {
    const isNumber = bound !== '' && !Number.isNaN(Number(bound));
    return isNumber ? Number(value) - Number(bound) : undefined;
  }
  if (typeof value !== 'string') return undefined;
  return value === bound ? 0 : value < bound ? -1 : 1;
}
