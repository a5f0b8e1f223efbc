/**
 * Owns: a second, slow reading of what Falco's conditions mean, to compare the engine with: a walk
 * over the tree that asks each check anew, from filter_compare.cpp and sinsp_filtercheck.cpp. It
 * shares the tree, and no step after it.
 */
import type {
  Argument,
  Check,
  ResolvedCondition,
  Subject,
} from '../../../../../../services/detector/rules/falco/ast.ts';

export interface NaiveValue {
  /** Undefined: absent. */
  readonly texts: readonly string[] | undefined;
  readonly isList: boolean;
  readonly isNumber: boolean;
}
export type NaiveRead = (name: string, arg: string | undefined) => NaiveValue;

export function naiveCondition(condition: ResolvedCondition, read: NaiveRead): boolean {
  switch (condition.kind) {
    case 'and':
      return !condition.operands.map((one) => naiveCondition(one, read)).includes(false);
    case 'or':
      return condition.operands.map((one) => naiveCondition(one, read)).includes(true);
    case 'not':
      return !naiveCondition(condition.operand, read);
    case 'exists':
      return isThere(naiveSubject(condition.subject, read));
    default:
      return naiveCheck(condition, read);
  }
}

function isThere({ texts }: NaiveValue): boolean {
  return texts !== undefined && texts.length > 0;
}

export function naiveSubject(subject: Subject, read: NaiveRead): NaiveValue {
  if (subject.kind === 'field') return read(subject.name, subject.arg);
  const inner = subject.args.map((argument) => naiveArgument(argument, read));
  const [first] = inner;
  const texts = first?.texts;
  const scalar = { isList: false, isNumber: false };
  switch (subject.transformer) {
    case 'val':
      return first ?? { ...scalar, texts: undefined };
    case 'len': {
      const bytes = new TextEncoder().encode(texts?.[0] ?? '').length;
      const length = first?.isList === true ? texts?.length : bytes;
      const isAbsent = first === undefined || !isThere(first);
      return { ...scalar, isNumber: true, texts: isAbsent ? undefined : [String(length)] };
    }
    case 'join':
    case 'concat': {
      const isJoin = subject.transformer === 'join';
      const separator = isJoin ? (texts?.[0] ?? '') : '';
      const parts = isJoin ? inner.slice(1) : inner;
      const isAbsent = parts.some((part) => part.texts === undefined);
      const all = parts.flatMap((part) => part.texts ?? []).join(separator);
      return { ...scalar, texts: isAbsent ? undefined : [all] };
    }
    default: {
      const made = texts?.map((text) => naiveTransform(subject.transformer, text));
      const isBroken = made?.includes(undefined) ?? true;
      const kept = made?.filter((text) => text !== undefined);
      return { ...scalar, isList: first?.isList === true, texts: isBroken ? undefined : kept };
    }
  }
}

function naiveArgument(argument: Argument, read: NaiveRead): NaiveValue {
  if (argument.kind === 'text') return { texts: [argument.text], isList: false, isNumber: false };
  if (argument.kind !== 'arguments') return naiveSubject(argument, read);
  const items = argument.items.map((item) => naiveArgument(item, read).texts);
  const texts = items.includes(undefined) ? undefined : items.flatMap((item) => item ?? []);
  return { texts, isList: true, isNumber: false };
}

function naiveTransform(transformer: string, text: string): string | undefined {
  const ascii = (change: (letter: string) => string): string =>
    [...text].map((letter) => (/[A-Za-z]/.test(letter) ? change(letter) : letter)).join('');
  if (transformer === 'tolower') return ascii((letter) => letter.toLowerCase());
  if (transformer === 'toupper') return ascii((letter) => letter.toUpperCase());
  if (transformer === 'basename') return text.split('/').at(-1);
  const isBase64 = /^[A-Za-z0-9+/]*={0,2}$/.test(text);
  return isBase64 ? new TextDecoder().decode(Buffer.from(text, 'base64')) : undefined;
}

function naiveCheck(check: Check, read: NaiveRead): boolean {
  const left = naiveSubject(check.subject, read);
  const { modifier, operand, operator } = check;
  if (!isThere(left)) return false;
  const isOther = operand.kind === 'field' || operand.kind === 'transformed';
  const right = isOther
    ? (naiveSubject(operand, read).texts ?? [])
    : operand.kind === 'text'
      ? [operand.text]
      : operand.texts;
  if (right.length === 0) return false;
  if (left.isList) {
    const inRight = (left.texts ?? []).map((text) => right.includes(text));
    return operator === 'in' ? !inRight.includes(false) : inRight.includes(true);
  }
  const [text = ''] = left.texts ?? [];
  if (operator === 'pmatch') return right.some((path) => naivePath(path, text));
  const results = right.map((wanted) => naiveCompare(operator, text, wanted, left.isNumber));
  if (operator === 'in' || operator === 'intersects') return results.includes(true);
  if (modifier === 'oneof') return results.filter(Boolean).length === 1;
  return modifier === 'anyof' ? results.includes(true) : !results.includes(false);
}

function naiveCompare(operator: string, text: string, wanted: string, isNumber: boolean): boolean {
  if (isNumber) return naiveNumbers(operator, Number(text), Number(wanted));
  const lower = (word: string): string => word.toLowerCase();
  switch (operator) {
    case '!=':
      return text !== wanted;
    case 'contains':
      return text.includes(wanted);
    case 'icontains':
      return lower(text).includes(lower(wanted));
    case 'startswith':
      return text.startsWith(wanted);
    case 'endswith':
      return text.endsWith(wanted);
    case 'glob':
      return naiveGlob([...wanted], [...text]);
    case 'iglob':
      return naiveGlob([...lower(wanted)], [...lower(text)]);
    case 'regex':
      return new RegExp(`^(?:${wanted})$`, 'u').test(text);
    case 'bcontains':
      return Buffer.from(text).toString('hex').includes(wanted);
    case 'bstartswith':
      return Buffer.from(text).toString('hex').startsWith(wanted);
    case '<':
      return text < wanted;
    case '<=':
      return text <= wanted;
    case '>':
      return text > wanted;
    case '>=':
      return text >= wanted;
    default:
      return text === wanted;
  }
}

function naiveNumbers(operator: string, value: number, wanted: number): boolean {
  if (operator === '!=') return value !== wanted;
  if (operator === '<') return value < wanted;
  if (operator === '<=') return value <= wanted;
  if (operator === '>') return value > wanted;
  if (operator === '>=') return value >= wanted;
  return value === wanted;
}

/** fnmatch(3), part by part, by trying everything. */
export function naiveGlob(glob: readonly string[], text: readonly string[]): boolean {
  const [part, ...rest] = glob;
  if (part === undefined) return text.length === 0;
  if (part === '*') return [...text, ''].some((_, i) => naiveGlob(rest, text.slice(i)));
  const [first, ...more] = text;
  if (first === undefined) return false;
  if (part === '?') return naiveGlob(rest, more);
  const close = part === '[' ? rest.indexOf(']', rest[0] === '!' ? 2 : 1) : -1;
  if (close !== -1) {
    const isNegated = rest[0] === '!';
    const inside = rest.slice(isNegated ? 1 : 0, close);
    const ranges = inside.join('').match(/.-.|./gsu) ?? [];
    const has = ranges.some((range) => {
      const [low = '', dash, high] = [...range];
      return dash === '-' ? first >= low && first <= (high ?? low) : first === low;
    });
    return has !== isNegated && naiveGlob(rest.slice(close + 1), more);
  }
  if (part === '\\' && rest.length > 0) return rest[0] === first && naiveGlob(rest.slice(1), more);
  return part === first && naiveGlob(rest, more);
}

function naivePath(path: string, text: string): boolean {
  const wanted = path.split('/').filter(Boolean);
  const parts = text.split('/').filter(Boolean);
  if (wanted.length > parts.length) return false;
  return wanted.every((glob, i) => naiveGlob([...glob], [...(parts[i] ?? '')]));
}
