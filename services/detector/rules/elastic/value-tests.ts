/**
 * Owns: what a query asks of one value, by the type that Elasticsearch has for the field: the ground
 * that KQL, EQL and filters share.
 * Does not own: words in texts (text-search.ts), times (dates.ts).
 */
import { readAddress, readNetwork } from '../../../../shared/domain/ip.ts';
import type { Comparison, Test } from '../expression.ts';
import type { Pattern } from '../pattern.ts';
import { timeCompared, timeWithin } from './dates.ts';
import { invalid } from './fault.ts';
import { type FieldType, fieldTypeOf } from './field-types.ts';

const DECIMAL = /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i;

/** A field of a query, and where the query writes it. */
export interface Named {
  readonly name: string;
  readonly offset: number;
}

/** Equality with one text, as a term query has it. On fields of addresses a network stands for all in it. */
export function equalTo({ name, offset }: Named, text: string, cased: boolean): Test {
  const type = fieldTypeOf(name);
  if (type === 'ip') return { kind: 'cidr', networks: [networkOf(text, name, offset)] };
  if (type === 'date') return timeWithin(text, offset);
  const isNumber = type === 'number' && DECIMAL.test(text);
  return { kind: 'equals', texts: [isNumber ? String(Number(text)) : text], cased };
}

/** A pattern with wildcards for the whole value. */
export function like({ name, offset }: Named, pattern: Pattern, cased: boolean): Test {
  const type = fieldTypeOf(name);
  if (type === 'keyword' || type === 'text') return { kind: 'like', patterns: [pattern], cased };
  const reason = `${name} holds ${PLURAL[type]}, and Elasticsearch takes wildcards on texts only`;
  const remedy = type === 'ip' ? 'Write a network: 10.0.0.0/8.' : 'Write values or a range.';
  throw invalid(offset, reason, remedy);
}

const PLURAL: Readonly<Record<FieldType, string>> = {
  ...{ keyword: 'texts', text: 'texts', ip: 'addresses', number: 'numbers', date: 'times' },
};

export function compared({ name, offset }: Named, operator: Comparison, text: string): Test {
  const type = fieldTypeOf(name);
  if (type === 'ip') return addressCompared(operator, text, name, offset);
  if (type === 'date') return timeCompared(operator, text, offset);
  if (type === 'number') {
    if (DECIMAL.test(text)) return { kind: 'compare', operator, bound: Number(text) };
    throw invalid(offset, `${name} is compared with "${text}"`, 'Write a number.');
  }
  return ordered(operator, text);
}

function networkOf(text: string, name: string, offset: number): string {
  if (readNetwork(text) !== undefined) return text;
  const remedy = 'Write an address or a network: 10.0.0.9, 10.0.0.0/8.';
  throw invalid(offset, `${name} is compared with "${text}", which is no address`, remedy);
}

function addressCompared(operator: Comparison, text: string, name: string, offset: number): Test {
  const bound = readAddress(text);
  if (bound === undefined) {
    const reason = `${name} is compared with "${text}", which is no address`;
    throw invalid(offset, reason, 'Write an address: 10.0.0.9.');
  }
  return {
    kind: 'custom',
    key: `elastic address ${operator} ${text}`,
    test(value) {
      const address = typeof value === 'string' ? readAddress(value) : undefined;
      if (address === undefined) return false;
      // Elasticsearch keeps all addresses as version 6; version 4 lies in ::ffff:0:0/96.
      return holds(operator, compare(sortable(address), sortable(bound)));
    },
  };
}

function sortable(address: number | string): string {
  if (typeof address === 'string') return address;
  return `\0\0\0\0\0\uffff${String.fromCharCode(address >>> 16, address & 0xffff)}`;
}

/**
 * Keywords are ordered as texts, by code point ("10" is before "9"). A number of the document is
 * ordered as a number: it is of no field that the templates know, so Elasticsearch has no order for it.
 */
function ordered(operator: Comparison, text: string): Test {
  const number = DECIMAL.test(text) ? Number(text) : undefined;
  return {
    kind: 'custom',
    key: `elastic order ${operator} ${text}`,
    test(value) {
      if (typeof value === 'string') return holds(operator, comparePoints(value, text));
      if (typeof value !== 'number' || number === undefined) return false;
      return holds(operator, value - number);
    },
  };
}

function compare(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

/** UTF-8 has the order of code points; UTF-16 has not, above the surrogates. */
export function comparePoints(a: string, b: string): number {
  let at = 0;
  while (at < a.length && a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return (codePointBefore(a, at) ?? -1) - (codePointBefore(b, at) ?? -1);
}

/** The code point that the unit at `at` is of; undefined behind the end. */
function codePointBefore(text: string, at: number): number | undefined {
  const unit = text.charCodeAt(at);
  const isLowHalf = unit >= 0xdc00 && unit <= 0xdfff && at > 0;
  return text.codePointAt(isLowHalf ? at - 1 : at);
}

export function holds(operator: Comparison, difference: number): boolean {
  if (difference === 0) return operator === 'lte' || operator === 'gte';
  return difference < 0
    ? operator === 'lt' || operator === 'lte'
    : operator === 'gt' || operator === 'gte';
}
