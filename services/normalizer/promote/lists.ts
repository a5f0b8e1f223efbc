/**
 * Owns: lists of texts and numbers that are bounded, whatever a body holds.
 * Does not own: what stands in them.
 */
import { beginning } from '../map/ingest.ts';

const MAX_ENTRIES = 64;
const MAX_CHARS = 1024;
/** The last entry of a list that does not hold all: a rule can ask for it. */
export const MORE = '…';

/** A text as a field holds it; blank and other values: undefined. */
export function short(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? beginning(value, MAX_CHARS) : undefined;
}

export function note(into: Set<string>, value: unknown): void {
  if (into.size > MAX_ENTRIES) return;
  const text = short(value);
  if (text !== undefined) into.add(text);
}

export function noteAll(into: Set<string>, values: unknown): void {
  if (!Array.isArray(values)) return;
  for (const value of values) {
    if (into.size > MAX_ENTRIES) return;
    note(into, value);
  }
}

/** In order of their coming, each once; undefined: none. */
export function listed(from: ReadonlySet<string>): readonly string[] | undefined {
  if (from.size === 0) return undefined;
  return from.size > MAX_ENTRIES ? [...[...from].slice(0, MAX_ENTRIES), MORE] : [...from];
}

/** Whole numbers from 0; more of them than fit are left out. */
export function noteNumber(into: Set<number>, value: unknown): void {
  if (into.size < MAX_ENTRIES && typeof value === 'number' && isCount(value)) into.add(value);
}

export function listedNumbers(from: ReadonlySet<number>): readonly number[] | undefined {
  return from.size === 0 ? undefined : [...from];
}

export function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** A whole number from 0, also as a text; undefined otherwise. */
export function count(value: unknown): number | undefined {
  const number = typeof value === 'string' && value !== '' ? Number(value) : value;
  return typeof number === 'number' && isCount(number) ? number : undefined;
}
