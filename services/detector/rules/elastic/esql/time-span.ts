/**
 * Owns: spans of time as ES|QL writes them: `5 minutes`, `1 month`.
 */
import type { TimeSpan } from './ast.ts';

const SECOND = 1000;
const DAY = 86_400 * SECOND;
/** Names and abbreviations of ES|QL's reference, "Timespan literals"; in months, or in milliseconds. */
const UNITS: readonly (readonly [names: string, unit: 'months' | 'ms', size: number])[] = [
  ['millisecond milliseconds ms', 'ms', 1],
  ['second seconds sec s', 'ms', SECOND],
  ['minute minutes min m', 'ms', 60 * SECOND],
  ['hour hours h', 'ms', 3600 * SECOND],
  ['day days d', 'ms', DAY],
  ['week weeks w', 'ms', 7 * DAY],
  ['month months mo', 'months', 1],
  ['quarter quarters q', 'months', 3],
  ['year years yr y', 'months', 12],
];

/** Undefined where the word is no unit. */
export function readSpan(count: number, word: string): TimeSpan | undefined {
  const wanted = word.toLowerCase();
  const found = UNITS.find(([names]) => names.split(' ').includes(wanted));
  if (found === undefined) return undefined;
  const [, unit, size] = found;
  const length = count * size;
  return { type: 'span', months: 0, ms: 0, [unit]: length };
}
