/**
 * Owns: moments as the senders write them. All times in the simulator are milliseconds since 1970,
 * with a fraction.
 */
export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;

export interface Interval {
  readonly from: number;
  readonly to: number;
}

export function overlap(a: Interval, b: Interval): boolean {
  return a.from < b.to && b.from < a.to;
}

function fraction(ms: number, digits: number): string {
  const rest = ms - Math.floor(ms / SECOND) * SECOND;
  return String(Math.floor(rest * 10 ** (digits - 3))).padStart(digits, '0');
}

function wholeSeconds(ms: number): string {
  return new Date(Math.floor(ms / SECOND) * SECOND).toISOString().slice(0, 19);
}

/** As an API server writes it: six digits. */
export function micro(ms: number): string {
  return `${wholeSeconds(ms)}.${fraction(ms, 6)}Z`;
}

/** As Falco writes it: nine digits. */
export function nano(ms: number): string {
  return `${wholeSeconds(ms)}.${fraction(ms, 6)}000Z`;
}

/** Nanoseconds since 1970, which a double does not hold. */
export function nanoseconds(ms: number): string {
  return `${Math.floor(ms / SECOND)}${fraction(ms, 6)}000`;
}

export function milli(ms: number): string {
  return new Date(Math.floor(ms)).toISOString();
}

export function truncated(ms: number): number {
  return Math.floor(ms / SECOND) * SECOND;
}
