/**
 * Owns: a second, slow reading of conditions, to compare the engine with: on the raw document, with
 * its own walking, folding, pattern matching, arithmetic of addresses and tables of truth.
 */
import type {
  Expression,
  Field,
  FieldPath,
  Predicate,
  Test,
} from '../../../../../../services/detector/rules/expression.ts';
import type { Pattern } from '../../../../../../services/detector/rules/pattern.ts';

export type Truth = 'yes' | 'no' | 'cannot tell';

export function naiveTruth(expression: Expression, document: unknown, recorded = false): Truth {
  switch (expression.kind) {
    case 'always':
      return 'yes';
    case 'never':
      return 'no';
    case 'as-recorded':
      return naiveTruth(expression.operand, document, true);
    case 'not': {
      const truth = naiveTruth(expression.operand, document, recorded);
      return truth === 'yes' ? 'no' : truth === 'no' ? 'yes' : truth;
    }
    case 'and': {
      const all = expression.operands.map((operand) => naiveTruth(operand, document, recorded));
      return all.includes('no') ? 'no' : all.includes('cannot tell') ? 'cannot tell' : 'yes';
    }
    case 'or': {
      const all = expression.operands.map((operand) => naiveTruth(operand, document, recorded));
      return all.includes('yes') ? 'yes' : all.includes('cannot tell') ? 'cannot tell' : 'no';
    }
    case 'predicate':
      return predicateTruth(expression, document, recorded);
  }
}

function predicateTruth(
  { field, question }: Predicate,
  document: unknown,
  recorded: boolean,
): Truth {
  const own = read(field, document);
  if (own === undefined && !recorded && isUnrecorded(field, document)) return 'cannot tell';
  if (question.kind === 'present') return own === undefined ? 'no' : 'yes';
  const values = own ?? [];
  if (question.kind === 'filled') return values.some((value) => value !== null) ? 'yes' : 'no';
  if (question.kind === 'null') {
    return values.length === 0 || values.includes(null) ? 'yes' : 'no';
  }
  const { kind, test } = question;
  if (test.kind === 'field' && own !== undefined && !recorded) {
    const other = read(test.other, document);
    if (other === undefined && isUnrecorded(test.other, document)) return 'cannot tell';
  }
  const fits = values.filter((value) => fitsTest(value, test, document));
  const holds =
    kind === 'some' ? fits.length > 0 : values.length > 0 && fits.length === values.length;
  return holds ? 'yes' : 'no';
}

/** Bodies, and what the normalizer makes of them. */
const REQUEST = ['workload', 'rbac', 'exposure', 'csr', 'webhook', 'change', 'request_object'];

function isUnrecorded(field: Field, document: unknown): boolean {
  const paths = field.kind === 'path' ? field.paths : field.kind === 'computed' ? field.from : [];
  const missing = (document as { podwitness?: { missing?: unknown } | null }).podwitness?.missing;
  return paths.some((path) => {
    const part = partNamed(path);
    return part !== undefined && Array.isArray(missing) && missing.includes(part);
  });
}

function partNamed([first, second, third]: FieldPath): string | undefined {
  if (first === 'kubernetes' && second === 'audit') {
    return third === 'requestObject' || third === 'responseObject' ? third : undefined;
  }
  if (first !== 'podwitness') return undefined;
  if (second === 'response_object') return 'responseObject';
  return REQUEST.includes(second ?? '') ? 'requestObject' : undefined;
}

/** Undefined: absent. */
function read(field: Field, document: unknown): unknown[] | undefined {
  if (field.kind === 'computed') {
    const items = field.read(document as Record<string, unknown>);
    return items === undefined ? undefined : [...items];
  }
  if (field.kind === 'words') return places(document, field.root).flatMap(leaves);
  for (const path of field.paths) {
    const found = places(document, path);
    if (found.length > 0) return found.flatMap(flat);
  }
  return undefined;
}

/** Every place that the path leads to, through arrays. */
function places(node: unknown, path: FieldPath): unknown[] {
  const [key, ...rest] = path;
  if (key === undefined) return [node];
  if (Array.isArray(node)) return node.flatMap((item) => places(item, path));
  if (typeof node !== 'object' || node === null) return [];
  const entry = Object.entries(node).find(([name]) => name === key);
  return entry === undefined ? [] : places(entry[1], rest);
}

function flat(value: unknown): unknown[] {
  return Array.isArray(value) ? value.flatMap(flat) : [value];
}

function leaves(node: unknown): unknown[] {
  return typeof node === 'object' && node !== null ? Object.values(node).flatMap(leaves) : [node];
}

function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? `${value}` : undefined;
}

/** Letter by letter, so that the place of a letter in its word is of no meaning. */
export function fold(text: string): string {
  return [...text].map((letter) => (letter === 'ς' ? 'σ' : letter.toLowerCase())).join('');
}

function fitsTest(value: unknown, test: Test, document: unknown): boolean {
  if (test.kind === 'custom') return test.test(value);
  const text = textOf(value);
  if (text === undefined) return false;
  const same = (a: string): string => ('cased' in test && !test.cased ? fold(a) : a);
  switch (test.kind) {
    case 'equals':
      return test.texts.some((one) => same(one) === same(text));
    case 'like':
      return test.patterns.some((pattern) => fitsPattern(pattern, same(text), same));
    case 'regex':
      return new RegExp(test.source, `${test.flags}u`).test(text);
    case 'compare':
      return compares(text, test.operator, test.bound);
    case 'cidr':
      return test.networks.some((network) => isIn(text, network));
    case 'field': {
      const others = (read(test.other, document) ?? []).map(textOf);
      return others.some((other) => other !== undefined && HOW[test.how](same(text), same(other)));
    }
  }
}

const HOW = {
  equals: (a: string, b: string) => a === b,
  contains: (a: string, b: string) => a.indexOf(b) >= 0,
  startswith: (a: string, b: string) => a.slice(0, b.length) === b,
  endswith: (a: string, b: string) => b === '' || a.slice(-b.length) === b,
};

/** `same` was applied to the text. */
function fitsPattern(pattern: Pattern, text: string, same: (text: string) => string): boolean {
  const parts = pattern.map((part) =>
    part.kind === 'text' ? same(part.text) : part.kind === 'any',
  );
  const isFit = (index: number, at: number): boolean => {
    const part = parts[index];
    if (part === undefined) return at === text.length;
    if (typeof part === 'string') {
      return text.slice(at, at + part.length) === part && isFit(index + 1, at + part.length);
    }
    // `?` is one letter, which may be two units long.
    if (!part)
      return at < text.length && isFit(index + 1, at + ([...text.slice(at)][0]?.length ?? 0));
    return isFit(index + 1, at) || (at < text.length && isFit(index, at + 1));
  };
  return isFit(0, 0);
}

function compares(text: string, operator: string, bound: number): boolean {
  if (!/^-?[0-9]+(\.[0-9]+)?([eE][-+]?[0-9]+)?$/.test(text)) return false;
  const number = Number.parseFloat(text);
  if (number === bound) return operator === 'lte' || operator === 'gte';
  return number < bound ? operator.startsWith('lt') : operator.startsWith('gt');
}

function isIn(text: string, network: string): boolean {
  const [base = '', length] = network.split('/');
  const address = bitsOf(text);
  const start = bitsOf(base);
  if (address === undefined || start === undefined || address.length !== start.length) return false;
  // A mapped network counts its 96 first bits.
  const kept = length === undefined ? start.length : Number(length) - writtenAs6(base, start);
  return address.slice(0, kept) === start.slice(0, kept);
}

function writtenAs6(text: string, bits: string): number {
  return text.includes(':') && bits.length === 32 ? 96 : 0;
}

/** 32 or 128 characters, 0 and 1. */
function bitsOf(text: string): string | undefined {
  const four = /^(?:::ffff:)?(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})$/i.exec(text);
  if (four !== null) {
    const bytes = four.slice(1);
    const isPlain = bytes.every((byte) => Number(byte) < 256 && String(Number(byte)) === byte);
    return isPlain
      ? bytes.map((byte) => Number(byte).toString(2).padStart(8, '0')).join('')
      : undefined;
  }
  if (!/^[0-9a-f:]+$/i.test(text) || !text.includes(':')) return undefined;
  const [head = '', tail] = text.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const gap = Array<string>(8 - left.length - right.length).fill('0');
  const groups = [...left, ...gap, ...right];
  return groups.map((group) => Number.parseInt(group, 16).toString(2).padStart(16, '0')).join('');
}
