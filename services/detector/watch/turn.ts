/**
 * Owns: what the parts of the stage share while one record is decided: memory, settings, the lane's
 * time, and the events that it gives.
 */
import type { Coverage, CoverageKind, CoverageLevel } from '../../../shared/domain/coverage.ts';
import type { Memory } from './memory.ts';
import { type Episode, LANE_KEY, type LaneMemory, NEW_LANE } from './model.ts';
import { type CoverageSettings, MAX_AHEAD_MS } from './settings.ts';

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
 * When a batch came to us: by the ticks around it, since the time that its collector gives is long
 * past where the pipeline was behind. Before the first tick it is the collector's word.
 */
export function arrivalOf(turn: Turn, timeMs: number): number {
  const { nowMs } = laneOf(turn);
  return nowMs === 0 ? timeMs : Math.max(nowMs, clampedTime(turn, timeMs));
}

/** A collector's time, but not far ahead of the ticks. */
export function clampedTime(turn: Turn, timeMs: number): number {
  const { nowMs } = laneOf(turn);
  return nowMs === 0 ? timeMs : Math.min(timeMs, nowMs + MAX_AHEAD_MS);
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
