/**
 * Owns: ES|QL's arithmetic and numeric functions. Overflow and division by zero are null.
 */
import type { ArithmeticOperator, TimeSpan } from '../ast.ts';
import {
  dateValue,
  type DateValue,
  doubleOf,
  isNumber,
  isTyped,
  type Known,
  longOf,
  type Scalar,
} from '../value.ts';
import { countOf, type Functions, single, singly, type Apply } from './shape.ts';

export function arithmetic(operator: ArithmeticOperator): Apply {
  return singly((a, b) => {
    if (a === undefined || b === undefined) return null;
    if (isNumber(a) && isNumber(b)) return calculate(operator, a, b);
    return operator === '+' || operator === '-' ? shift(operator, a, b) : null;
  });
}

function calculate(operator: ArithmeticOperator, a: number | bigint, b: number | bigint): Known {
  if (typeof a === 'bigint' && typeof b === 'bigint') {
    const isByZero = b === 0n && (operator === '/' || operator === '%');
    return isByZero ? null : longOf(whole(operator, a, b));
  }
  return doubleOf(double(operator, Number(a), Number(b)));
}

function whole(operator: ArithmeticOperator, a: bigint, b: bigint): bigint {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
  }
}

function double(operator: ArithmeticOperator, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b;
    case '-':
      return a - b;
    case '*':
      return a * b;
    case '/':
      return a / b;
    case '%':
      return a % b;
  }
}

/** Dates and spans; a date may stand on either side of `+`. */
function shift(operator: '+' | '-', a: Scalar, b: Scalar): Known {
  const sign = operator === '+' ? 1 : -1;
  if (isTyped(b, 'span')) {
    if (isTyped(a, 'span')) {
      return { type: 'span', months: a.months + sign * b.months, ms: a.ms + sign * b.ms };
    }
    return isTyped(a, 'date') ? later(a, b, sign) : null;
  }
  return isTyped(a, 'span') && isTyped(b, 'date') && sign === 1 ? later(b, a, 1) : null;
}

/** Months first; the last day of a month where it has no such day (java.time). */
export function later({ ms }: DateValue, span: TimeSpan, sign: 1 | -1): DateValue | null {
  const date = new Date(ms);
  const day = date.getUTCDate();
  date.setUTCDate(1);
  date.setUTCMonth(date.getUTCMonth() + sign * span.months);
  const last = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() + 1, 0)).getUTCDate();
  date.setUTCDate(Math.min(day, last));
  return dateValue(date.getTime() + sign * span.ms);
}

export const negate: Apply = singly((value) => {
  if (value === undefined) return null;
  if (isTyped(value, 'span')) return { type: 'span', months: -value.months, ms: -value.ms };
  if (typeof value === 'bigint') return longOf(-value);
  return typeof value === 'number' ? -value : null;
});

/** Whole numbers stay what they are. */
function rounding(change: (value: number) => number) {
  return single(1, 1, (value) => {
    if (typeof value === 'bigint') return value;
    return typeof value === 'number' ? change(value) : null;
  });
}

function math(change: (value: number) => number) {
  return single(1, 1, (value) =>
    value !== undefined && isNumber(value) ? doubleOf(change(Number(value))) : null,
  );
}

/** Half away from zero, as java.math.RoundingMode.HALF_UP, on the decimal digits. */
function round(value: number, digits: number): number {
  const scaled = Math.abs(Number(`${value}e${digits}`));
  if (!Number.isFinite(scaled)) return value;
  return Math.sign(value) * Number(`${Math.round(scaled)}e${-digits}`);
}

function roundLong(value: bigint, digits: number): bigint | null {
  if (digits >= 0) return value;
  if (digits < -19) return 0n;
  const unit = 10n ** BigInt(-digits);
  const half = value < 0n ? -unit / 2n : unit / 2n;
  return longOf(((value + half) / unit) * unit);
}

export const NUMBER_FUNCTIONS: Functions = {
  ABS: single(1, 1, (value) => {
    if (typeof value === 'bigint') return longOf(value < 0n ? -value : value);
    return typeof value === 'number' ? Math.abs(value) : null;
  }),
  CEIL: rounding(Math.ceil),
  FLOOR: rounding(Math.floor),
  ROUND: single(1, 2, (value, places = 0n) => {
    const digits = countOf(places);
    if (digits === undefined) return null;
    if (typeof value === 'bigint') return roundLong(value, digits);
    if (typeof value !== 'number') return null;
    return doubleOf(round(value, Math.max(-400, Math.min(400, digits))));
  }),
  SIGNUM: math(Math.sign),
  SQRT: math(Math.sqrt),
  EXP: math(Math.exp),
  LOG10: math(Math.log10),
  LOG: single(1, 2, (base, value) => {
    const numbers = [base, value].flatMap((one) =>
      one !== undefined && isNumber(one) ? Number(one) : [],
    );
    const [first = 0, second] = numbers;
    return doubleOf(second === undefined ? Math.log(first) : Math.log(second) / Math.log(first));
  }),
  POW: single(2, 2, (base, exponent) => {
    if (base === undefined || exponent === undefined) return null;
    if (!isNumber(base) || !isNumber(exponent)) return null;
    return doubleOf(Number(base) ** Number(exponent));
  }),
  PI: single(0, 0, () => Math.PI),
  E: single(0, 0, () => Math.E),
  TAU: single(0, 0, () => 2 * Math.PI),
};
