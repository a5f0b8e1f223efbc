/**
 * Owns: the seen-set: which ids a lane has already written, kept for at least the window.
 * It is kept in generations of half a window, so that forgetting is dropping a generation.
 * Why it exists: a data stream's `create` refuses a repeat only within one backing index; after a
 * rollover it would write it again.
 */
import type { StateWrite } from '../../shared/ports/log.ts';

export interface SeenWindow {
  readonly windowMs: number;
}

const GENERATIONS_KEPT = 3;
const NEWEST_KEY = 'newest-generation';
const SEEN = Buffer.from([1]);

function generationOf(window: SeenWindow, timeMs: number): number {
  return Math.floor(timeMs / (window.windowMs / 2));
}

function keyOf(generation: number, id: string): string {
  return `seen/${generation}/${id}`;
}

export interface Arrival {
  readonly id: string;
  /** Timestamp of the record that carries it. */
  readonly timeMs: number;
}

/** State keys that tell whether these ids were seen. */
export function seenKeys(window: SeenWindow, arrivals: readonly Arrival[]): readonly string[] {
  const keys = arrivals.flatMap(({ id, timeMs }) => {
    const newest = generationOf(window, timeMs);
    return Array.from({ length: GENERATIONS_KEPT }, (_, age) => keyOf(newest - age, id));
  });
  return [NEWEST_KEY, ...keys];
}

export function wasSeen(
  window: SeenWindow,
  state: ReadonlyMap<string, Buffer>,
  { id, timeMs }: Arrival,
): boolean {
  const newest = generationOf(window, timeMs);
  for (let age = 0; age < GENERATIONS_KEPT; age++) {
    if (state.has(keyOf(newest - age, id))) return true;
  }
  return false;
}

/** Writes that remember `arrivals` and forget the generations that fell out of the window. */
export function remember(
  window: SeenWindow,
  state: ReadonlyMap<string, Buffer>,
  arrivals: readonly Arrival[],
): readonly StateWrite[] {
  const puts = arrivals.map(
    ({ id, timeMs }): StateWrite => ({
      kind: 'put',
      key: keyOf(generationOf(window, timeMs), id),
      value: SEEN,
    }),
  );
  const newest = arrivals.reduce((g, a) => Math.max(g, generationOf(window, a.timeMs)), 0);
  const stored = Number(state.get(NEWEST_KEY)?.toString() ?? newest);
  if (arrivals.length === 0 || (newest <= stored && state.has(NEWEST_KEY))) return puts;
  const outdated = Math.min(newest - stored, GENERATIONS_KEPT);
  const drops = Array.from(
    { length: outdated },
    (_, i): StateWrite => ({
      kind: 'dropPrefix',
      key: keyOf(stored - GENERATIONS_KEPT + 1 + i, ''),
    }),
  );
  return [...puts, ...drops, { kind: 'put', key: NEWEST_KEY, value: Buffer.from(String(newest)) }];
}
