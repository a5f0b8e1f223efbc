/**
 * Owns: ES|QL's conversions: each value of a column; null for what can't be converted.
 */
import { readSpan } from '../time-span.ts';
import {
  dateOf,
  dateValue,
  doubleOf,
  ipOf,
  isNumber,
  isTyped,
  type Known,
  type Scalar,
} from '../value.ts';
import { each, type Functions, single, textOf } from './shape.ts';

const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?$/;
/** Longer texts are no number that any type holds, and slow to read. */
const LONGEST_NUMBER = 400;

function readNumber(text: string): number | bigint | null {
  if (text.length > LONGEST_NUMBER || !NUMBER.test(text)) return null;
  return /^[+-]?\d+$/.test(text) ? BigInt(text.replace('+', '')) : Number(text);
}

function numberOf(value: Scalar): number | bigint | null {
  if (typeof value === 'string') return readNumber(value.trim());
  if (typeof value === 'boolean') return value ? 1n : 0n;
  if (isNumber(value)) return value;
  return isTyped(value, 'date') ? BigInt(Math.trunc(value.ms)) : null;
}

/** Doubles are rounded half up, as Math.round of Java and JavaScript does. */
function wholeOf(value: Scalar, least: bigint, most: bigint): bigint | null {
  const number = numberOf(value);
  if (number === null) return null;
  if (typeof number === 'number' && doubleOf(number) === null) return null;
  const whole = typeof number === 'bigint' ? number : BigInt(Math.round(number));
  return whole >= least && whole <= most ? whole : null;
}

/** Java's Double.toString: always a fraction, an exponent from 10^7 on and below 10^-3. */
function doubleText(value: number): string {
  const size = Math.abs(value);
  if (value === 0) return Object.is(value, -0) ? '-0.0' : '0.0';
  if (size >= 1e-3 && size < 1e7) return Number.isInteger(value) ? `${value}.0` : String(value);
  const [digits = '', exponent = ''] = value.toExponential().split('e');
  return `${digits.includes('.') ? digits : `${digits}.0`}E${exponent.replace('+', '')}`;
}

function toText(value: Scalar): string | null {
  return typeof value === 'number' ? doubleText(value) : (textOf(value) ?? null);
}

function toBoolean(value: Scalar): boolean | null {
  if (typeof value === 'boolean') return value;
  if (isNumber(value)) return Number(value) !== 0;
  return typeof value === 'string' ? value.toLowerCase() === 'true' : null;
}

function toDouble(value: Scalar): number | null {
  const number = numberOf(value);
  return number === null ? null : doubleOf(Number(number));
}

function toDate(value: Scalar): Scalar | null {
  if (typeof value === 'string') return dateOf(value);
  if (isNumber(value)) return dateValue(Math.trunc(Number(value)));
  return isTyped(value, 'date') ? value : null;
}

function toIp(value: Scalar): Scalar | null {
  if (typeof value === 'string') return ipOf(value);
  return isTyped(value, 'ip') ? value : null;
}

/** `"3 days"`. */
function toSpan(value: Scalar | undefined): Known {
  if (value === undefined) return null;
  if (isTyped(value, 'span')) return value;
  const found = typeof value === 'string' ? /^\s*(\d{1,9})\s+([a-z]+)\s*$/i.exec(value) : null;
  return (found === null ? undefined : readSpan(Number(found[1]), found[2] ?? '')) ?? null;
}

const INTEGER_MAX = 2n ** 31n - 1n;
const UNSIGNED_MAX = 2n ** 64n - 1n;
const LONG_MAX = 2n ** 63n - 1n;

const toInteger = each((value) => wholeOf(value, -INTEGER_MAX - 1n, INTEGER_MAX));
const toLong = each((value) => wholeOf(value, -LONG_MAX - 1n, LONG_MAX));
const toKeyword = each(toText);
const toDatetime = each(toDate);
const toTimeSpan = single(1, 1, toSpan);

export const CONVERSIONS: Functions = {
  ...{ TO_STRING: toKeyword, TO_STR: toKeyword, TO_INTEGER: toInteger, TO_INT: toInteger },
  TO_LONG: toLong,
  TO_UNSIGNED_LONG: each((value) => wholeOf(value, 0n, UNSIGNED_MAX)),
  ...{ TO_DOUBLE: each(toDouble), TO_DBL: each(toDouble) },
  ...{ TO_BOOLEAN: each(toBoolean), TO_BOOL: each(toBoolean) },
  TO_IP: each(toIp),
  ...{ TO_DATETIME: toDatetime, TO_DT: toDatetime },
  ...{ TO_DATEPERIOD: toTimeSpan, TO_TIMEDURATION: toTimeSpan },
  TO_DEGREES: each((value) => degrees(value, 180 / Math.PI)),
  TO_RADIANS: each((value) => degrees(value, Math.PI / 180)),
};

function degrees(value: Scalar, factor: number): number | null {
  return isNumber(value) ? doubleOf(Number(value) * factor) : null;
}

/** Types behind `::`, and the function that each stands for. */
export const CASTS: Readonly<Record<string, string>> = {
  ...{ string: 'TO_STRING', keyword: 'TO_STRING', text: 'TO_STRING', long: 'TO_LONG' },
  ...{ integer: 'TO_INTEGER', int: 'TO_INTEGER', unsigned_long: 'TO_UNSIGNED_LONG' },
  ...{ double: 'TO_DOUBLE', boolean: 'TO_BOOLEAN', bool: 'TO_BOOLEAN', ip: 'TO_IP' },
  ...{ datetime: 'TO_DATETIME', date: 'TO_DATETIME' },
  ...{ date_period: 'TO_DATEPERIOD', time_duration: 'TO_TIMEDURATION' },
};
