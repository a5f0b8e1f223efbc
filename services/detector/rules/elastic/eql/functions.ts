/**
 * Owns: EQL's functions on single values. Numbers are texts, too, as keywords are; null, or no number
 * where one is needed, makes the result null.
 * Does not own: fields with several values (evaluate.ts), regular expressions and patterns (lower.ts).
 */
import { isInNetwork, readNetwork } from '../../../../../shared/domain/ip.ts';
import { foldCase } from '../../pattern.ts';
import type { Arithmetic, EqlLiteral } from './ast.ts';

export interface EqlFunction {
  readonly least: number;
  readonly most: number;
  /** `name~` compares without case. */
  readonly canFold: boolean;
  apply(args: readonly EqlLiteral[], isCaseless: boolean): EqlLiteral;
}

type Texts = (texts: readonly string[], args: readonly EqlLiteral[]) => EqlLiteral;

/** The first `count` arguments are taken as texts, folded where case does not count. */
function onTexts(count: number, most: number, use: Texts, canFold = true): EqlFunction {
  return {
    least: count,
    most,
    canFold,
    apply(args, isCaseless) {
      const texts = args.slice(0, count).flatMap((value) => toText(value) ?? []);
      if (texts.length < count) return null;
      return use(isCaseless ? texts.map(foldInPlace) : texts, args);
    },
  };
}

/** Of the same length, so that places in it are places in the text. */
function foldInPlace(text: string): string {
  const folded = foldCase(text);
  if (folded.length === text.length) return folded;
  return Array.from(text, (char) =>
    foldCase(char).length === char.length ? foldCase(char) : char,
  ).join('');
}

function onNumbers(operator: Arithmetic): EqlFunction {
  return {
    ...{ least: 2, most: 2, canFold: false },
    apply: ([left = null, right = null]) => calculate(operator, left, right),
  };
}

/** A quotient of two whole numbers is cut to one, as the reference says; by zero there is none. */
export function calculate(operator: Arithmetic, left: EqlLiteral, right: EqlLiteral): EqlLiteral {
  if (typeof left !== 'number' || typeof right !== 'number') return null;
  if (operator === '+') return left + right;
  if (operator === '-') return left - right;
  if (operator === '*') return left * right;
  if (right === 0) return null;
  if (operator === '%') return left % right;
  const isWhole = Number.isInteger(left) && Number.isInteger(right);
  return isWhole ? Math.trunc(left / right) : left / right;
}

export const FUNCTIONS: ReadonlyMap<string, EqlFunction> = new Map<string, EqlFunction>([
  ['add', onNumbers('+')],
  ['subtract', onNumbers('-')],
  ['multiply', onNumbers('*')],
  ['divide', onNumbers('/')],
  ['modulo', onNumbers('%')],
  ['startswith', onTexts(2, 2, ([text = '', part = '']) => text.startsWith(part))],
  ['endswith', onTexts(2, 2, ([text = '', part = '']) => text.endsWith(part))],
  ['stringcontains', onTexts(2, 2, ([text = '', part = '']) => text.includes(part))],
  ['indexof', onTexts(2, 3, ([text = '', part = ''], [, , from]) => indexOf(text, part, from))],
  ['length', onTexts(1, 1, ([text = '']) => text.length, false)],
  ['substring', onTexts(1, 3, ([text = ''], [, start, end]) => substring(text, start, end), false)],
  ['between', { least: 3, most: 4, canFold: true, apply: between }],
  ['concat', { least: 1, most: 1000, canFold: false, apply: concat }],
  ['cidrmatch', { least: 2, most: 1000, canFold: false, apply: cidrMatch }],
  ['number', { least: 1, most: 2, canFold: false, apply: toNumber }],
  ['string', { least: 1, most: 1, canFold: false, apply: ([value = null]) => toText(value) }],
]);

function indexOf(text: string, part: string, from: EqlLiteral = 0): EqlLiteral {
  if (typeof from !== 'number') return null;
  const at = text.indexOf(part, from);
  return at < 0 ? null : at;
}

/** Negative places count from the end. */
function substring(
  text: string,
  start: EqlLiteral = null,
  end: EqlLiteral = text.length,
): EqlLiteral {
  if (typeof start !== 'number' || typeof end !== 'number') return null;
  return text.slice(start, end);
}

/** What stands between the first `left` and the next `right`, or the last `right` if it is greedy. */
function between(args: readonly EqlLiteral[], isCaseless: boolean): EqlLiteral {
  const [text, left, right] = args.slice(0, 3).map((value) => toText(value));
  if (text === null || left === null || right === null) return null;
  if (text === undefined || left === undefined || right === undefined) return null;
  const [within, from, to] = isCaseless
    ? [foldInPlace(text), foldInPlace(left), foldInPlace(right)]
    : [text, left, right];
  const found = within.indexOf(from);
  if (found < 0) return '';
  const start = found + from.length;
  const end = args[3] === true ? within.lastIndexOf(to) : within.indexOf(to, start);
  return end < start ? '' : text.slice(start, end);
}

function concat(args: readonly EqlLiteral[]): EqlLiteral {
  return args.includes(null) ? null : args.map(String).join('');
}

function cidrMatch([address, ...networks]: readonly EqlLiteral[]): EqlLiteral {
  if (typeof address !== 'string') return null;
  return networks.some((text) => {
    const network = typeof text === 'string' ? readNetwork(text) : undefined;
    return network !== undefined && isInNetwork(address, network);
  });
}

function toText(value: EqlLiteral): string | null {
  return value === null ? null : String(value);
}

/** With `0x` before it, or with the base 16: hexadecimal. */
function toNumber([written = null, base = null]: readonly EqlLiteral[]): EqlLiteral {
  const value = toText(written);
  if (value === null) return null;
  const isHex = /^0x/i.test(value) && (base === null || base === 16);
  const digits = isHex ? value.slice(2) : value;
  if (base === null && !isHex) {
    return /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i.test(value) ? Number(value) : null;
  }
  const radix = isHex ? 16 : base;
  if (typeof radix !== 'number' || radix < 2 || radix > 36) return null;
  const isWhole = Array.from(digits).every((digit) => Number.parseInt(digit, radix) >= 0);
  return isWhole && digits !== '' ? Number.parseInt(digits, radix) : null;
}
