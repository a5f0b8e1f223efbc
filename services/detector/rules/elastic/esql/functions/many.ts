/**
 * Owns: ES|QL's functions on columns with many values.
 */
import {
  compare,
  doubleOf,
  isMany,
  isNumber,
  keyOf,
  type Known,
  longOf,
  manyOf,
  order,
  plainText,
  type Scalar,
  valuesOf,
} from '../value.ts';
import { bounded, countOf, type EsqlFunction, type Functions, long, raw, textOf } from './shape.ts';

function reduce(apply: (values: readonly Scalar[]) => Known): EsqlFunction {
  return raw(1, 1, ([value = null]) => (value === null ? null : apply(valuesOf(value))));
}

/** Null where two of the values can't be compared. */
function extreme(values: readonly Scalar[], sign: 1 | -1): Known {
  let best: Scalar | undefined;
  for (const value of values) {
    if (best === undefined) best = value;
    else {
      const difference = compare(value, best);
      if (difference === null) return booleans(values, sign);
      if (difference * sign > 0) best = value;
    }
  }
  return best ?? null;
}

/** True is more than false. */
function booleans(values: readonly Scalar[], sign: 1 | -1): Known {
  if (!values.every((value) => typeof value === 'boolean')) return null;
  return sign === 1 ? values.includes(true) : !values.includes(false);
}

/** The same of each column, then of all; null if any is null. */
function across(sign: 1 | -1): EsqlFunction {
  return raw(1, 200, (args) => {
    if (args.includes(null)) return null;
    return extreme(args.flatMap(valuesOf), sign);
  });
}

function sum(values: readonly Scalar[]): Known {
  const numbers = values.filter(isNumber);
  if (numbers.length < values.length) return null;
  if (numbers.every((value) => typeof value === 'bigint')) {
    return longOf(numbers.reduce((total, value) => total + value, 0n));
  }
  return doubleOf(numbers.reduce((total: number, value) => total + Number(value), 0));
}

function average(values: readonly Scalar[]): Known {
  const numbers = values.filter(isNumber).map(Number);
  if (numbers.length < values.length) return null;
  return doubleOf(numbers.reduce((total, value) => total + value, 0) / numbers.length);
}

function median(values: readonly Scalar[]): Known {
  if (!values.every(isNumber)) return null;
  const sorted = [...values].sort(order);
  const [low = null, high = null] = [sorted[(sorted.length - 1) >> 1], sorted[sorted.length >> 1]];
  if (sorted.length % 2 === 1 || low === null || high === null) return low;
  if (typeof low === 'bigint' && typeof high === 'bigint') return (low + high) / 2n;
  return doubleOf((Number(low) + Number(high)) / 2);
}

function dedupe(values: readonly Scalar[]): Known {
  return manyOf([...new Map(values.map((value) => [keyOf(value), value])).values()]);
}

/** Both ends counted in, from 0, from the end where negative; null where nothing is left. */
function slice(values: readonly Scalar[], start: number, end: number): Known {
  const from = start < 0 ? values.length + start : start;
  const to = end < 0 ? values.length + end : end;
  return from > to ? null : manyOf(values.slice(Math.max(0, from), Math.max(0, to + 1)));
}

/** A column without values is an empty set. */
function contains(whole: Known, part: Known): boolean {
  const keys = new Set(valuesOf(whole).map(comparedAs));
  return valuesOf(part).every((value) => keys.has(comparedAs(value)));
}

/** Equal for what `==` holds equal. */
function comparedAs(value: Scalar): string {
  return typeof value === 'object' ? keyOf(value) : plainText(value);
}

function zip(one: Known, other: Known, delimiter: string): Known {
  const left = valuesOf(one).map((value) => textOf(value) ?? '');
  const right = valuesOf(other).map((value) => textOf(value) ?? '');
  const longer = left.length > right.length ? left : right;
  const joined = longer.map((_, i) => [left[i], right[i]].filter((text) => text !== undefined));
  return manyOf(joined.map((pair) => pair.join(delimiter)));
}

function join(values: readonly Scalar[], delimiter: string): string | null {
  const texts = values.flatMap((value) => textOf(value) ?? []);
  return texts.length < values.length ? null : bounded(texts.join(delimiter));
}

/** The values of the first that are among those of the second, or are not; each once. */
function filtered(keep: boolean): EsqlFunction {
  return raw(2, 2, ([one = null, other = null]) => {
    const keys = new Set(valuesOf(other).map(keyOf));
    return dedupe(valuesOf(one).filter((value) => keys.has(keyOf(value)) === keep));
  });
}

export const MANY_FUNCTIONS: Functions = {
  MV_APPEND: raw(2, 2, ([one = null, other = null]) =>
    one === null || other === null ? null : manyOf([...valuesOf(one), ...valuesOf(other)]),
  ),
  MV_AVG: reduce(average),
  MV_CONCAT: raw(2, 2, ([values = null, delimiter = null]) => {
    if (values === null || typeof delimiter !== 'string') return null;
    return join(valuesOf(values), delimiter);
  }),
  MV_CONTAINS: raw(2, 2, ([whole = null, part = null]) => contains(whole, part)),
  MV_COUNT: reduce((values) => long(values.length)),
  MV_DEDUPE: reduce(dedupe),
  MV_DIFFERENCE: filtered(false),
  MV_FIRST: reduce((values) => values[0] ?? null),
  MV_INTERSECTION: filtered(true),
  MV_LAST: reduce((values) => values.at(-1) ?? null),
  MV_MAX: reduce((values) => extreme(values, 1)),
  MV_MEDIAN: reduce(median),
  MV_MIN: reduce((values) => extreme(values, -1)),
  MV_SLICE: raw(2, 3, ([values = null, start = null, end = start]) => {
    const [from, to] = [start, end].map((one) =>
      isMany(one) ? undefined : countOf(one ?? undefined),
    );
    if (values === null || from === undefined || to === undefined) return null;
    return slice(valuesOf(values), from, to);
  }),
  MV_SORT: raw(1, 2, ([values = null, direction = 'ASC']) => {
    if (values === null || typeof direction !== 'string') return null;
    const sign = direction.toUpperCase() === 'DESC' ? -1 : 1;
    return manyOf([...valuesOf(values)].sort((a, b) => sign * order(a, b)));
  }),
  MV_SUM: reduce(sum),
  MV_UNION: raw(2, 2, ([one = null, other = null]) =>
    dedupe([...valuesOf(one), ...valuesOf(other)]),
  ),
  MV_ZIP: raw(2, 3, ([one = null, other = null, delimiter = ',']) =>
    typeof delimiter === 'string' ? zip(one, other, delimiter) : null,
  ),
  GREATEST: across(1),
  LEAST: across(-1),
};
