/**
 * Owns: which numbers of one collector have come. Pure, and the same for any order in which they
 * come as long as nothing is reported in between. Bounded: holes are few, and given up when many.
 */

/** Both ends are missing. */
export type Range = readonly [from: number, to: number];
/** A range that is missing, and when that was first known. */
export type Hole = readonly [from: number, to: number, sinceMs: number];

export interface Sequences {
  /** The highest number that came or was refused; all below that are in no hole came too. */
  readonly top: number;
  /** Ascending, apart from each other. */
  readonly holes: readonly Hole[];
}

/**
 * A collector whose first number to come is at most this has begun just now, and what is below is
 * awaited; with a higher one it was there before we were, and is taken as it is found.
 */
const START_WINDOW = 1000;

export function firstSequences(sequence: number): Sequences {
  return { top: sequence <= START_WINDOW ? 0 : sequence - 1, holes: [] };
}

/** Ranges without one number. */
export function without<T extends readonly [from: number, to: number, ...rest: readonly number[]]>(
  ranges: readonly T[],
  number: number,
): readonly T[] {
  const at = ranges.findIndex(([from, to]) => from <= number && number <= to);
  if (at < 0) return ranges;
  const [from, to, ...rest] = ranges[at] as T;
  const left = from < number ? [[from, number - 1, ...rest] as unknown as T] : [];
  const right = number < to ? [[number + 1, to, ...rest] as unknown as T] : [];
  return [...ranges.slice(0, at), ...left, ...right, ...ranges.slice(at + 1)];
}

/** The state after a number came, or was told to have been refused. */
export function taken(state: Sequences, sequence: number, nowMs: number): Sequences {
  const { holes, top } = state;
  if (sequence <= top) return { top, holes: without(holes, sequence) };
  if (sequence === top + 1) return { top: sequence, holes };
  return { top: sequence, holes: [...holes, [top + 1, sequence - 1, nowMs]] };
}

/** How many numbers are in these ranges. */
export function sizeOf(ranges: readonly (Range | Hole)[]): number {
  return ranges.reduce((sum, [from, to]) => sum + to - from + 1, 0);
}

/** `12-14`, `20` */
export function rangeText([from, to]: Range | Hole): string {
  return from === to ? String(from) : `${from}-${to}`;
}
