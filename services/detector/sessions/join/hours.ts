/**
 * Owns: when something was, as a few bits per hour: whether a node told of anything in some seconds,
 * whether a session was marked in the hours before. The same whatever the order.
 */
import type { Cell } from '../../../../shared/pipeline/keyed/model.ts';
import { timeOf, timeText } from './cells.ts';

const HOUR_MS = 3_600_000;
/** 360 in an hour, 30 in a number: a bit more would make numbers of another sort. */
const TICK_MS = 10_000;
const BITS = 30;
const NUMBERS = 12;
/** A month; whoever reads a longer file reads it in parts. */
const MAX_HOURS = 744;

function hourOf(timeMs: number): number {
  return Math.floor(timeMs / HOUR_MS);
}

/** The earliest hours go. */
function bound(cell: Cell): void {
  const hours = cell.entries('hour/');
  for (const [part] of hours.slice(0, Math.max(0, hours.length - MAX_HOURS))) cell.delete(part);
}

function bitOf(timeMs: number): readonly [index: number, bit: number] {
  const tick = Math.floor((timeMs % HOUR_MS) / TICK_MS);
  return [Math.floor(tick / BITS), 1 << (tick % BITS)];
}

/** Writes at most every ten seconds, by event time. Whether it is the first of its hour. */
export function markReported(cell: Cell, timeMs: number): boolean {
  const at = timeOf(timeMs);
  const part = `hour/${timeText(hourOf(at))}`;
  const known = cell.get<readonly number[]>(part);
  const [index, bit] = bitOf(at);
  if (((known?.[index] ?? 0) & bit) !== 0) return false;
  const bits = Array.from({ length: NUMBERS }, (_, i) => known?.[i] ?? 0);
  bits[index] = (bits[index] ?? 0) | bit;
  cell.put(part, bits);
  if (known === undefined) bound(cell);
  return known === undefined;
}

/** Of an hour at a time; a day is enough to look at. */
const MAX_LOOK_MS = 24 * HOUR_MS;

/** Whether anything was in the ten seconds of `fromMs`, of `untilMs`, or between. */
export function wasReported(cell: Cell, fromMs: number, untilMs: number): boolean {
  const from = timeOf(fromMs);
  const until = Math.min(timeOf(untilMs), from + MAX_LOOK_MS);
  for (let hour = hourOf(from); hour <= hourOf(until); hour++) {
    const bits = cell.get<readonly number[]>(`hour/${timeText(hour)}`);
    if (bits !== undefined && hasBit(bits, hour * HOUR_MS, from, until)) return true;
  }
  return false;
}

function hasBit(bits: readonly number[], startMs: number, from: number, until: number): boolean {
  const first = Math.floor(Math.max(from, startMs) / TICK_MS) * TICK_MS;
  const last = Math.min(until, startMs + HOUR_MS - 1);
  for (let at = first; at <= last; at += TICK_MS) {
    const [index, bit] = bitOf(at);
    if (((bits[index] ?? 0) & bit) !== 0) return true;
  }
  return false;
}

/** Keeps the first of each hour. Whether it is the first that came of its hour. */
export function markFirst(cell: Cell, timeMs: number): boolean {
  const at = timeOf(timeMs);
  const part = `hour/${timeText(hourOf(at))}`;
  const known = cell.get<number>(part);
  if (known !== undefined && known <= at) return false;
  cell.put(part, at);
  if (known === undefined) bound(cell);
  return known === undefined;
}

/** Whether there was one in the day before `timeMs`. */
export function wasBefore(cell: Cell, timeMs: number): boolean {
  const at = timeOf(timeMs);
  for (let hour = hourOf(at); hour >= hourOf(at) - 24; hour--) {
    const first = cell.get<number>(`hour/${timeText(hour)}`);
    if (first !== undefined && first < at && first >= at - MAX_LOOK_MS) return true;
  }
  return false;
}
