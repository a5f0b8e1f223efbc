/**
 * Owns: what a function of ES|QL is here, and how it takes nulls and many values.
 * Does not own: the functions.
 */
import { type Known, manyOf, plainText, type Scalar, valuesOf, isMany } from '../value.ts';

export type Apply = (args: readonly Known[]) => Known;

/** Why a function can't be used as it stands there. */
export interface Refusal {
  readonly reason: string;
  readonly remedy: string;
}

export interface EsqlFunction {
  readonly least: number;
  readonly most: number;
  /** @param constants the arguments that are known when the rule is loaded; else undefined. */
  prepare(constants: readonly (Known | undefined)[]): Apply | Refusal;
}

export type Functions = Readonly<Record<string, EsqlFunction>>;

/** Longer texts become null, as in ES|QL's CONCAT, REPEAT and REPLACE. */
export const MAX_TEXT = 1_048_576;

export function raw(least: number, most: number, apply: Apply): EsqlFunction {
  return { least, most, prepare: () => apply };
}

/** The rule of most functions: null if any argument is null or has many values. */
export function single(
  least: number,
  most: number,
  apply: (...args: readonly Scalar[]) => Known,
): EsqlFunction {
  return raw(least, most, singly(apply));
}

export function singly(apply: (...args: readonly Scalar[]) => Known): Apply {
  return (args) => {
    const scalars: Scalar[] = [];
    for (const arg of args) {
      if (arg === null || isMany(arg)) return null;
      scalars.push(arg);
    }
    return apply(...scalars);
  };
}

/** Conversions: each value of the first argument; those that can't be converted are left out. */
export function each(convert: (value: Scalar) => Scalar | null): EsqlFunction {
  return raw(1, 1, ([value = null]) =>
    manyOf(valuesOf(value).flatMap((one) => convert(one) ?? [])),
  );
}

/** Functions of one text or more. */
export function ofTexts(
  count: number,
  apply: (...texts: readonly string[]) => Known,
): EsqlFunction {
  return single(count, count, (...args) => {
    const texts = args.flatMap((arg) => textOf(arg) ?? []);
    return texts.length === args.length ? apply(...texts) : null;
  });
}

/** Texts, and what a keyword field would have made of other values; objects have none. */
export function textOf(value: Scalar): string | undefined {
  if (typeof value !== 'object') return plainText(value);
  return value.type === 'date' || value.type === 'ip' ? plainText(value) : undefined;
}

/** A whole number that JavaScript counts with. */
export function countOf(value: Scalar | undefined): number | undefined {
  const number = typeof value === 'bigint' || typeof value === 'number' ? Number(value) : undefined;
  return number !== undefined && Number.isSafeInteger(number) ? number : undefined;
}

export function long(value: number): bigint {
  return BigInt(value);
}

export function bounded(text: string): string | null {
  return text.length > MAX_TEXT ? null : text;
}
