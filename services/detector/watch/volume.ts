/**
 * Owns: whether a source sends much less than usual. Pure arithmetic on windows of the collectors'
 * clock. A window is judged when a batch of a later time is here: with the pipeline behind, nothing
 * is judged; a source from which nothing comes is silent, and not falling.
 */
import { HOUR_MS } from './settings.ts';

export interface Volume {
  /** Number of the running window; 0: none yet. */
  readonly window: number;
  readonly current: number;
  /** Records in the one before, which late batches still reach; -1: there was none. */
  readonly previous: number;
  /** The last windows that were closed, newest last. */
  readonly trail: readonly number[];
  /** Mean of a window by the hour of the day; null: not known. */
  readonly hours: readonly (number | null)[];
  /** Windows in a row that were low. */
  readonly low: number;
  /** What was expected when it fell; 0: it did not. */
  readonly fallenFrom: number;
  /** Windows since it fell. */
  readonly fallenFor: number;
}

export interface VolumeSettings {
  readonly windowMs: number;
  readonly fallingPercent: number;
  readonly minWindowRecords: number;
}

export interface VolumeChange {
  readonly kind: 'begin' | 'end';
  readonly expected: number;
  readonly seen: number;
  /** Start of the first window that was low; end of the one in which it was over. */
  readonly atMs: number;
  readonly reason?: string;
}

const TRAIL = 12;
/** Fewer closed windows are no habit. */
const TRAIL_LEAST = 6;
/** One low window may be chance. */
const LOW_IN_A_ROW = 2;
/** It is over when half of what was expected comes: more than what made it begin. */
const RECOVERED_PERCENT = 50;
/** After a day the new volume is the usual one. */
const NEW_NORMAL_MS = 24 * HOUR_MS;
/** Share of a new window in the mean of its hour. */
const HOUR_WEIGHT = 0.1;

export const NO_VOLUME: Volume = {
  ...{ window: 0, current: 0, previous: -1, trail: [], hours: [] },
  ...{ low: 0, fallenFrom: 0, fallenFor: 0 },
};

function hourOf(window: number, { windowMs }: VolumeSettings): number {
  return Math.floor((window * windowMs) / HOUR_MS) % 24;
}

/**
 * What a window is compared with: the mean of the last ones, or that of the same hour on other days
 * where this is less, so that an evening is no fall; undefined as long as there is no habit.
 */
function expectedOf(volume: Volume, hour: number): number | undefined {
  const { hours, trail } = volume;
  if (trail.length < TRAIL_LEAST) return undefined;
  const mean = trail.reduce((sum, n) => sum + n, 0) / trail.length;
  return Math.min(mean, hours[hour] ?? mean);
}

function withHour(volume: Volume, hour: number, records: number): Volume {
  const hours = Array.from({ length: 24 }, (_, i) => volume.hours[i] ?? null);
  const before = hours[hour] ?? null;
  const mean = before === null ? records : before + (records - before) * HOUR_WEIGHT;
  hours[hour] = Math.round(mean * 100) / 100;
  return { ...volume, hours };
}

function learned(volume: Volume, hour: number, records: number): Volume {
  const trail = [...volume.trail, records].slice(-TRAIL);
  return { ...withHour(volume, hour, records), trail };
}

interface Closed {
  readonly volume: Volume;
  readonly change?: VolumeChange;
}

function closeFallen(volume: Volume, window: number, records: number, set: VolumeSettings): Closed {
  const { fallenFrom: expected } = volume;
  const endMs = (window + 1) * set.windowMs;
  const fallenFor = volume.fallenFor + 1;
  const isBack = records * 100 >= expected * RECOVERED_PERCENT;
  if (!isBack && fallenFor * set.windowMs < NEW_NORMAL_MS) {
    // What it is at this hour is learned all the same: tomorrow it may be usual.
    return { volume: { ...withHour(volume, hourOf(window, set), records), fallenFor } };
  }
  // What is usual is learned anew where it did not come back.
  const habit = isBack ? volume : { ...volume, trail: [], hours: [] };
  const change = { kind: 'end' as const, expected, seen: records, atMs: endMs };
  return {
    volume: { ...habit, low: 0, fallenFrom: 0, fallenFor: 0 },
    change: isBack ? change : { ...change, reason: 'new_normal' },
  };
}

/** One window is over: `records` came in it. */
function close(volume: Volume, window: number, records: number, set: VolumeSettings): Closed {
  const endMs = (window + 1) * set.windowMs;
  if (volume.fallenFrom > 0) return closeFallen(volume, window, records, set);
  const hour = hourOf(window, set);
  const expected = expectedOf(volume, hour);
  const isJudged = expected !== undefined && expected >= set.minWindowRecords;
  const isLow = isJudged && records > 0 && records * 100 < expected * set.fallingPercent;
  const low = isLow ? volume.low + 1 : 0;
  if (low < LOW_IN_A_ROW) {
    // A low window is no part of the habit that the next one is held against.
    return { volume: isLow ? { ...volume, low } : { ...learned(volume, hour, records), low } };
  }
  const atMs = endMs - LOW_IN_A_ROW * set.windowMs;
  return {
    volume: { ...volume, low: 0, fallenFrom: expected ?? 0, fallenFor: 0 },
    change: { kind: 'begin', expected: Math.round(expected ?? 0), seen: records, atMs },
  };
}

/** Windows between `from` and `to` in which nothing came; the last ones are enough. */
function skipped(volume: Volume, from: number, to: number, set: VolumeSettings): Volume {
  let passed = volume;
  for (let window = Math.max(from, to - TRAIL); window < to; window++) {
    if (passed.fallenFrom === 0) passed = learned(passed, hourOf(window, set), 0);
  }
  return passed;
}

/** A batch of `records` that the collector had at `timeMs`. */
export function addVolume(
  volume: Volume,
  timeMs: number,
  records: number,
  set: VolumeSettings,
): { readonly volume: Volume; readonly changes: readonly VolumeChange[] } {
  const window = Math.floor(timeMs / set.windowMs);
  if (volume.window === 0) return { volume: { ...volume, window, current: records }, changes: [] };
  if (window === volume.window) {
    return { volume: { ...volume, current: volume.current + records }, changes: [] };
  }
  if (window < volume.window) {
    const isRecent = window === volume.window - 1 && volume.previous >= 0;
    const previous = isRecent ? volume.previous + records : volume.previous;
    return { volume: { ...volume, previous }, changes: [] };
  }
  const first: Closed =
    volume.previous < 0 ? { volume } : close(volume, volume.window - 1, volume.previous, set);
  const changes = first.change === undefined ? [] : [first.change];
  if (window === volume.window + 1) {
    const next = { ...first.volume, window, previous: volume.current, current: records };
    return { volume: next, changes };
  }
  const second = close(first.volume, volume.window, volume.current, set);
  const passed = skipped(second.volume, volume.window + 1, window - 1, set);
  return {
    volume: { ...passed, window, previous: 0, current: records },
    changes: second.change === undefined ? changes : [...changes, second.change],
  };
}
