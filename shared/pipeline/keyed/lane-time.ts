/**
 * Owns: when it is for a lane: by ticks, and by the times of records where no tick came. Pure.
 */
export interface LaneTime {
  readonly nowMs: number;
  /** The latest tick; absent: none came yet. */
  readonly tickMs?: number;
}

export const NO_TIME: LaneTime = { nowMs: 0 };

export function isTime(timeMs: number): boolean {
  return Number.isFinite(timeMs) && timeMs >= 0;
}

/** A record's time counts as far as no tick says that it can't be: producers' clocks may be wrong. */
export function afterRecord(time: LaneTime, timestampMs: number, maxAheadMs: number): LaneTime {
  const { nowMs, tickMs } = time;
  if (!isTime(timestampMs) || timestampMs <= nowMs) return time;
  if (tickMs === undefined) return { nowMs: timestampMs };
  return timestampMs <= tickMs + maxAheadMs ? { nowMs: timestampMs, tickMs } : time;
}

/** It never goes back, but for the first tick where records were further ahead of it than they may. */
export function afterTick(time: LaneTime, timeMs: number, maxAheadMs: number): LaneTime {
  const tickMs = Math.max(time.tickMs ?? 0, isTime(timeMs) ? timeMs : 0);
  const isFirst = time.tickMs === undefined;
  if (isFirst && time.nowMs > tickMs + maxAheadMs) return { nowMs: tickMs, tickMs };
  if (tickMs === time.tickMs) return time;
  return { nowMs: Math.max(time.nowMs, tickMs), tickMs };
}
