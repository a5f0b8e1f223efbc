/**
 * Owns: the seen-set: which ids a lane has already written, kept for at least the window.
 * It is kept in generations of half a window, so that forgetting is dropping a generation. An id
 * belongs to the lane's newest generation, not to that of its own time: senders' clocks differ, and
 * what is late must neither be missed nor be kept for ever in a generation that is gone.
 * Why it exists: a data stream's `create` refuses a repeat only within one backing index; after a
 * rollover it would write it again.
 */
import type { StateWrite } from '../../shared/ports/log.ts';

export interface SeenWindow {
  readonly windowMs: number;
}

const GENERATIONS_KEPT = 3;
/** State key of the lane's newest generation, a number as text. */
export const NEWEST_KEY = 'newest-generation';
const SEEN = Buffer.from([1]);

export interface Arrival {
  readonly id: string;
  /** Timestamp of the record that carries it. */
  readonly timeMs: number;
}

export interface Placed {
  readonly id: string;
  /** The lane's newest when it arrived. */
  readonly generation: number;
}

function keyOf(generation: number, id: string): string {
  return `seen/${generation}/${id}`;
}

/** `stored`: value of NEWEST_KEY. */
export function newestOf(stored: Buffer | undefined): number | undefined {
  return stored === undefined ? undefined : Number(stored.toString());
}

/** Arrivals of a lane, in order, with the generations that they belong to. */
export function place<T extends Arrival>(
  window: SeenWindow,
  stored: number | undefined,
  arrivals: readonly T[],
): readonly (T & Placed)[] {
  let generation = stored ?? Number.NEGATIVE_INFINITY;
  return arrivals.map((arrival) => {
    generation = Math.max(generation, Math.floor(arrival.timeMs / (window.windowMs / 2)));
    return { ...arrival, generation };
  });
}

function keysOf({ generation, id }: Placed): readonly string[] {
  return Array.from({ length: GENERATIONS_KEPT }, (_, age) => keyOf(generation - age, id));
}

/** State keys that tell whether these were seen. */
export function seenKeys(arrivals: readonly Placed[]): readonly string[] {
  return arrivals.flatMap(keysOf);
}

export function wasSeen(state: ReadonlyMap<string, Buffer>, arrival: Placed): boolean {
  return keysOf(arrival).some((key) => state.has(key));
}

/** Writes that remember `arrivals` and forget the generations that fell out of the window. */
export function remember(
  stored: number | undefined,
  arrivals: readonly Placed[],
): readonly StateWrite[] {
  const newest = arrivals.at(-1)?.generation;
  if (newest === undefined) return [];
  const oldest = newest - GENERATIONS_KEPT + 1;
  const puts = arrivals
    .filter(({ generation }) => generation >= oldest)
    .map(
      ({ generation, id }): StateWrite => ({
        kind: 'put',
        key: keyOf(generation, id),
        value: SEEN,
      }),
    );
  if (newest === stored) return puts;
  const first = stored === undefined ? oldest : stored - GENERATIONS_KEPT + 1;
  const outdated = Math.min(oldest - first, GENERATIONS_KEPT);
  const drops = Array.from(
    { length: outdated },
    (_, i): StateWrite => ({ kind: 'dropPrefix', key: keyOf(first + i, '') }),
  );
  return [...drops, ...puts, { kind: 'put', key: NEWEST_KEY, value: Buffer.from(String(newest)) }];
}
