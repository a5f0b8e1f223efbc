/**
 * Owns: event time of a group of sources: what was observed of each, and up to when all of them are
 * expected to have told everything. Pure, on one cell of the engine's.
 *
 * A source's time is kept no later than maxAheadMs after now, so that a clock that was wrong for a
 * moment is forgotten as soon as it is right again. Who was silent for idleMs begins anew.
 */
import { isTime } from './lane-time.ts';
import type { Cell, KeyedOptions } from './model.ts';

/** Latest event time, and when it was last heard of. */
type Source = readonly [timeMs: number, seenMs: number];

export interface EventClock {
  readonly nowMs: number;
  readonly options: Pick<KeyedOptions, 'idleMs' | 'maxAheadMs'>;
}

const LATEST = 'latest';
const SOURCE = 's/';
/** A newcomer beyond this takes the place of who was silent for longest, which holds nothing back. */
export const MAX_SOURCES = 1000;

function isIdle([, seenMs]: Source, { nowMs, options }: EventClock): boolean {
  // Seen later than now: before the first tick, by a clock that was wrong.
  return seenMs > nowMs || nowMs - seenMs >= options.idleMs;
}

function bounded(timeMs: number, { nowMs, options }: EventClock): number {
  return Math.min(timeMs, nowMs + options.maxAheadMs);
}

/** As it is kept: where nothing says yet when it is, there is nothing to bound it by. */
function kept(timeMs: number, clock: EventClock): number {
  return clock.nowMs === 0 ? timeMs : bounded(timeMs, clock);
}

function makePlace(cell: Cell): void {
  const sources = cell.entries<Source>(SOURCE);
  if (sources.length < MAX_SOURCES) return;
  let oldest = sources[0];
  for (const source of sources) if (oldest && source[1][1] < oldest[1][1]) oldest = source;
  if (oldest !== undefined) cell.delete(oldest[0]);
}

/** Times that are none are not observed. */
export function observe(cell: Cell, source: string, timeMs: number, clock: EventClock): void {
  if (!isTime(timeMs)) return;
  const part = SOURCE + source;
  const known = cell.get<Source>(part);
  if (known === undefined) makePlace(cell);
  const before = known === undefined || isIdle(known, clock) ? 0 : known[0];
  const [latestMs, seenMs] = [kept(Math.max(before, timeMs), clock), clock.nowMs];
  if (known?.[0] !== latestMs || known[1] !== seenMs) cell.put(part, [latestMs, seenMs]);
  const all = cell.get<number>(LATEST) ?? 0;
  cell.put(LATEST, kept(Math.max(all, timeMs), clock));
}

/** As Turn.watermark says; a source that was never seen holds nothing back either. */
export function watermark(
  cell: Cell,
  sources: readonly string[] | undefined,
  clock: EventClock,
): number {
  const known =
    sources === undefined
      ? cell.entries<Source>(SOURCE).map(([, source]) => source)
      : sources.map((name) => cell.get<Source>(SOURCE + name));
  let least = Number.POSITIVE_INFINITY;
  for (const source of known) {
    if (source === undefined || isIdle(source, clock)) continue;
    least = Math.min(least, bounded(source[0], clock));
  }
  return least === Number.POSITIVE_INFINITY ? clock.nowMs : least;
}

export function latest(cell: Cell, clock: EventClock): number | undefined {
  const timeMs = cell.get<number>(LATEST);
  return timeMs === undefined ? undefined : bounded(timeMs, clock);
}
