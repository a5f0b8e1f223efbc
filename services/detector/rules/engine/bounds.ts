/**
 * Owns: numbers in texts, and which of many bounds a number keeps: only those that it keeps are
 * looked at.
 */
import type { Comparison } from '../expression.ts';
import type { Marks } from './marks.ts';

export interface Bound {
  readonly operator: Comparison;
  readonly bound: number;
  readonly atom: number;
}

/** Decimal numbers only: Number() would take '', ' 1 ' and '0x10', too. NaN for all else. */
export function numberOf(text: string): number {
  return /^-?\d+(?:\.\d+)?(?:e[+-]?\d+)?$/i.test(text) ? Number(text) : Number.NaN;
}

export const COMPARE: Readonly<Record<Comparison, (value: number, bound: number) => boolean>> = {
  lt: (value, bound) => value < bound,
  lte: (value, bound) => value <= bound,
  gt: (value, bound) => value > bound,
  gte: (value, bound) => value >= bound,
};

export class Bounds {
  /** Those of each operator, the most easily kept first. */
  readonly #sorted: readonly (readonly Bound[])[];

  constructor(bounds: readonly Bound[]) {
    const of = (operator: Comparison, sign: 1 | -1): readonly Bound[] =>
      bounds.filter((one) => one.operator === operator).sort((a, b) => (a.bound - b.bound) * sign);
    this.#sorted = [of('lt', -1), of('lte', -1), of('gt', 1), of('gte', 1)];
  }

  mark(text: string, marks: Marks): void {
    const value = numberOf(text);
    if (Number.isNaN(value)) return;
    for (const bounds of this.#sorted) {
      for (const { atom, bound, operator } of bounds) {
        if (!COMPARE[operator](value, bound)) break;
        marks.mark(atom);
      }
    }
  }
}
