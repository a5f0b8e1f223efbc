/**
 * Owns: which sequences of this process the log refused, until a record has told of them.
 * An outage refuses one after the other: runs are kept, not numbers, so that it costs no memory.
 */
interface Run {
  readonly first: number;
  readonly last: number;
}

/** Told of in one record: about 12 KiB of it. What is more waits for the next. */
const MAX_TOLD = 4096;

export interface Refused {
  add(first: number, last: number): void;
  /** The oldest ones, which are then the caller's to tell of, or to give back with `add`. */
  take(): readonly number[];
}

export function createRefused(): Refused {
  const runs: Run[] = [];
  return {
    add(first, last) {
      const previous = runs.at(-1);
      if (previous?.last === first - 1) runs[runs.length - 1] = { first: previous.first, last };
      else runs.push({ first, last });
    },
    take() {
      const told: number[] = [];
      while (told.length < MAX_TOLD) {
        const run = runs.shift();
        if (run === undefined) break;
        const last = Math.min(run.last, run.first + MAX_TOLD - told.length - 1);
        for (let sequence = run.first; sequence <= last; sequence++) told.push(sequence);
        if (last < run.last) runs.unshift({ first: last + 1, last: run.last });
      }
      return told;
    },
  };
}

/** Neighbours together: [1, 2, 3, 7] is 1 to 3, and 7. */
export function addAll(refused: Refused, sequences: readonly number[]): void {
  for (const sequence of sequences) refused.add(sequence, sequence);
}
