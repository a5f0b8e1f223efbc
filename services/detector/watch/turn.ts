/**
 * Owns: what the parts of the stage share while one record is decided: memory, settings, the lane's
 * time, and the events that it gives.
 */
import type { Coverage, CoverageKind, CoverageLevel } from '../../../shared/domain/coverage.ts';
import type { Memory } from './memory.ts';
import { type Episode, LANE_KEY, type LaneMemory, NEW_LANE } from './model.ts';
import { type CoverageSettings, MAX_AHEAD_MS, SIGNALS_KEPT_MS } from './settings.ts';

export interface Turn {
  readonly memory: Memory;
  readonly settings: CoverageSettings;
  /** Events of this record, in order. */
  readonly told: Coverage[];
}

export function laneOf({ memory }: Turn): LaneMemory {
  return memory.get<LaneMemory>(LANE_KEY) ?? NEW_LANE;
}

/**
 * When a batch came to us. Not before the last tick: where the pipeline is behind, the time that its
 * collector gives is long past. Later than that tick only as far as its collector says so: where no
 * tick came since then (nobody watched), what waits in the topic is read first.
 */
export function arrivalOf(turn: Turn, timeMs: number): number {
  return Math.max(laneOf(turn).nowMs, plausibleTime(turn, timeMs));
}

/** A collector's time, but no further ahead of the ticks than signals can wait in their topic. */
export function plausibleTime(turn: Turn, timeMs: number): number {
  const { nowMs } = laneOf(turn);
  return nowMs === 0 ? timeMs : Math.min(timeMs, nowMs + SIGNALS_KEPT_MS);
}

/**
 * Whether a time is far ahead of the ticks: a collector's clock is wrong, or nobody watched for a
 * while. The next tick tells which.
 */
export function isAhead(turn: Turn, timeMs: number): boolean {
  return timeMs > laneOf(turn).nowMs + MAX_AHEAD_MS;
}

/** What is the same in all events about one thing. */
export interface About {
  readonly cluster: string;
  readonly source?: string;
  readonly sender?: string;
  readonly collector?: string;
  readonly key: string;
}

/** One episode of one thing. */
export interface Story {
  readonly about: About;
  readonly kind: CoverageKind;
  readonly episode: Episode;
}

type Rest = Partial<Coverage> & { readonly message: string };

/** Tells that something began; what `episode` is not told stays untold to its end. */
export function tellBegin(
  turn: Turn,
  { about, episode, kind }: Story,
  rest: Rest & { readonly level: CoverageLevel },
): void {
  if (!episode.told) return;
  const { atMs, sinceMs } = episode;
  const times = { beginMs: atMs, timeMs: atMs, sinceMs };
  turn.told.push({ ...about, ...times, ...rest, kind, state: 'begin' });
}

export function tellEnd(
  turn: Turn,
  { about, episode, kind }: Story,
  rest: Rest & { readonly timeMs: number },
): void {
  if (!episode.told) return;
  const { atMs: beginMs, sinceMs } = episode;
  const facts = { beginMs, sinceMs, untilMs: rest.timeMs, level: 'informational' as const };
  turn.told.push({ ...about, ...facts, ...rest, kind, state: 'end' });
}

export function tellOnce(
  turn: Turn,
  about: About,
  kind: CoverageKind,
  rest: Rest & { readonly level: CoverageLevel; readonly timeMs: number },
): void {
  const { timeMs } = rest;
  const times = { beginMs: timeMs, sinceMs: timeMs };
  turn.told.push({ ...about, ...times, ...rest, kind, state: 'once' });
}
