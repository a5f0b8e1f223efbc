/**
 * Owns: ES|QL's values: what is equal, what is less, how many there are.
 * Does not own: reading them from a document (read.ts), functions on them (functions/).
 *
 * Whole numbers are bigint and have the 64 bits of ES|QL's long; ES|QL's 32-bit integer is not told
 * apart. A value that a document holds as text and that is compared with a number, or the other way, is
 * compared as an index would have it that maps the field as the query assumes.
 */
import { type Address, readAddress } from '../../../../../shared/domain/ip.ts';
import type { TimeSpan } from './ast.ts';

export interface DateValue {
  readonly type: 'date';
  /** Since 1970, UTC. */
  readonly ms: number;
}
export interface IpValue {
  readonly type: 'ip';
  readonly address: Address;
  readonly text: string;
}
/** A JSON object where a field should be: a value that nothing is equal to. */
interface ObjectValue {
  readonly type: 'object';
}
export type Scalar =
  | string
  | bigint
  | number
  | boolean
  | DateValue
  | IpValue
  | TimeSpan
  | ObjectValue;

/** An array has two values or more. */
export type Known = null | Scalar | readonly Scalar[];
/** Undefined: what it is made of was not recorded, so that nothing can be said of it. */
export type Value = Known | undefined;

export const OBJECT: ObjectValue = { type: 'object' };
const LONG_MIN = -(2n ** 63n);
const LONG_MAX = 2n ** 63n - 1n;

export function isMany(value: Known): value is readonly Scalar[] {
  return Array.isArray(value);
}

export function manyOf(values: readonly Scalar[]): Known {
  if (values.length > 1) return values;
  return values[0] ?? null;
}

export function valuesOf(value: Known): readonly Scalar[] {
  if (value === null) return [];
  return isMany(value) ? value : [value];
}

export function isNumber(value: Scalar): value is number | bigint {
  return typeof value === 'number' || typeof value === 'bigint';
}

export function isTyped<T extends 'date' | 'ip' | 'span' | 'object'>(
  value: Scalar,
  type: T,
): value is Extract<Scalar, { readonly type: T }> {
  return typeof value === 'object' && value.type === type;
}

/** Null where ES|QL's long overflows. */
export function longOf(value: bigint): bigint | null {
  return value >= LONG_MIN && value <= LONG_MAX ? value : null;
}

/** Null for what no double of ES|QL is: infinities, and what is no number. */
export function doubleOf(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

export function ipOf(text: string): IpValue | null {
  const address = readAddress(text);
  return address === undefined ? null : ipValue(address);
}

export function ipValue(address: Address): IpValue {
  return { type: 'ip', address, text: addressText(address) };
}

/** As Elasticsearch writes addresses: RFC 5952. */
function addressText(address: Address): string {
  if (typeof address === 'number') {
    return [24, 16, 8, 0].map((shift) => (address >>> shift) & 0xff).join('.');
  }
  // A URL's host is written in that form.
  return new URL(`http://[${hexGroups(address).join(':')}]`).hostname.slice(1, -1);
}

/** By UTF-16 unit: two groups may look like a surrogate pair. */
function hexGroups(address: string): readonly string[] {
  return Array.from({ length: address.length }, (_, i) => address.charCodeAt(i).toString(16));
}

const DATE =
  /^(\d{4})(?:-(\d{2})(?:-(\d{2})(?:T(?:(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}:?(?:\d{2})?)?)?)?)?)?$/;

/** `strict_date_optional_time`: a date, and as much of a time as there is; UTC unless it says otherwise. */
export function dateOf(text: string): DateValue | null {
  const found = DATE.exec(text);
  if (found === null) return null;
  const [, year, month = '01', day = '01', hour = '00', minute = '00', second = '00'] = found;
  const millis = (found[7] ?? '').slice(0, 3).padEnd(3, '0');
  const local = Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}.${millis}Z`);
  // Date.parse lets 30 February through as 2 March.
  if (Number.isNaN(local) || new Date(local).getUTCDate() !== Number(day)) return null;
  return { type: 'date', ms: local - offsetOf(found[8] ?? 'Z') };
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0');
  return (zone.startsWith('-') ? -minutes : minutes) * 60_000;
}

/** The years 1 to 9999 of JavaScript's dates; null beyond them. */
export function dateValue(ms: number): DateValue | null {
  return Math.abs(ms) <= 2.5e14 ? { type: 'date', ms } : null;
}

/** What texts, numbers and booleans are compared as where their types differ. */
export function plainText(value: Scalar): string {
  if (typeof value !== 'object') return String(value);
  if (value.type === 'date') return new Date(value.ms).toISOString();
  return value.type === 'ip' ? value.text : '';
}

/** Null where the two can't be compared. */
export function areEqual(a: Scalar, b: Scalar): boolean | null {
  if (typeof a === 'object' || typeof b === 'object') return areSame(a, b);
  // `<` compares a bigint with a double by what they are worth; `===` does not.
  if (isNumber(a) && isNumber(b)) return !(a < b) && !(a > b);
  return plainText(a) === plainText(b);
}

function areSame(a: Scalar, b: Scalar): boolean | null {
  const pair = alike(a, b);
  if (pair === undefined) return null;
  const [one, other] = pair;
  return one === other;
}

/** Dates and addresses with their like, or with texts that are such; as what `<` compares. */
function alike(a: Scalar, b: Scalar): readonly [Ordered, Ordered] | undefined {
  const type = typeof a === 'object' ? a.type : typeof b === 'object' ? b.type : undefined;
  const read = type === 'date' ? dateKey : type === 'ip' ? ipKey : () => undefined;
  const one = read(a);
  const other = read(b);
  return one === undefined || other === undefined ? undefined : [one, other];
}

type Ordered = string | number | bigint;

function dateKey(value: Scalar): number | undefined {
  const date = typeof value === 'string' ? dateOf(value) : value;
  return date !== null && isTyped(date, 'date') ? date.ms : undefined;
}

/** Version 4 addresses come before those of version 6, as in their 16 bytes. */
function ipKey(value: Scalar): string | undefined {
  const ip = typeof value === 'string' ? ipOf(value) : value;
  if (ip === null || !isTyped(ip, 'ip')) return undefined;
  const { address } = ip;
  if (typeof address === 'number') return `4 ${address.toString(16).padStart(8, '0')}`;
  return `6 ${hexGroups(address)
    .map((group) => group.padStart(4, '0'))
    .join('')}`;
}

const DECIMAL = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** Negative, 0, positive; null where the two have no order. */
export function compare(a: Scalar, b: Scalar): number | null {
  const [one, other] = comparable(a, b) ?? [];
  if (one === undefined || other === undefined) return null;
  if (typeof one === 'string' && typeof other === 'string') return compareTexts(one, other);
  return one < other ? -1 : Number(one > other);
}

function comparable(a: Scalar, b: Scalar): readonly [Ordered, Ordered] | undefined {
  if (typeof a === 'object' || typeof b === 'object') return alike(a, b);
  if (typeof a === 'boolean' || typeof b === 'boolean') return undefined;
  if (typeof a === typeof b || (isNumber(a) && isNumber(b))) return [a, b];
  const [one, other] = [a, b].map((value) => (isNumber(value) ? value : decimal(value)));
  return one === undefined || other === undefined ? undefined : [one, other];
}

/** Decimal numbers only: Number() would take '', ' 1 ' and '0x10', too. */
function decimal(value: Scalar): number | undefined {
  return typeof value === 'string' && DECIMAL.test(value) ? Number(value) : undefined;
}

/** By code points, as UTF-8's bytes are ordered; `<` goes by UTF-16 units. */
export function compareTexts(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const one = a.charCodeAt(i);
    const other = b.charCodeAt(i);
    if (one === other) continue;
    const areBothHalves = isSurrogate(one) === isSurrogate(other);
    return areBothHalves ? one - other : Number(isSurrogate(one)) - Number(isSurrogate(other));
  }
  return a.length - b.length;
}

/** Halves of pairs stand for code points above all others but U+E000 to U+FFFF. */
function isSurrogate(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdfff;
}

/** An order of all scalars: as they compare, else by type. For sorting only. */
export function order(a: Scalar, b: Scalar): number {
  return compare(a, b) ?? compareTexts(rank(a) + plainText(a), rank(b) + plainText(b));
}

function rank(value: Scalar): string {
  return typeof value === 'object' ? value.type : isNumber(value) ? 'number' : typeof value;
}

/** Equal values have equal keys, within one type. */
export function keyOf(value: Scalar): string {
  const key = ipOrDate(value) ?? plainText(value);
  return `${rank(value)} ${key}`;
}

function ipOrDate(value: Scalar): string | undefined {
  return typeof value === 'object' && value.type === 'ip' ? ipKey(value) : undefined;
}
