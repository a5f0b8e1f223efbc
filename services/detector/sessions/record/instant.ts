/**
 * Owns: times and durations of a session as its document writes them. Times are a sender's text and
 * may be anything; what no store reads as a date is left away.
 */

/** 0001-01-01 and the end of 9999: what is written with four digits for the year. */
const FIRST_MS = -62_135_596_800_000;
const LAST_MS = 253_402_300_799_999;
const NANOSECONDS = 1_000_000;
/** ECS counts in nanoseconds in a signed 64-bit number. */
const MAX_DURATION_MS = 9_223_372_036_854;

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Whole milliseconds since the epoch; undefined: no date. */
export function wholeMs(ms: number | undefined): number | undefined {
  if (ms === undefined || !(ms >= FIRST_MS && ms <= LAST_MS)) return undefined;
  return Math.trunc(ms);
}

/** ISO 8601 with milliseconds; undefined: no date. */
export function instant(ms: number | undefined): string | undefined {
  const whole = wholeMs(ms);
  return whole === undefined ? undefined : new Date(whole).toISOString();
}

/** From one time to a later one, in ms; undefined where one is not known, or they are not in order. */
export function between(fromMs: number | undefined, untilMs: number | undefined) {
  const [from, until] = [wholeMs(fromMs), wholeMs(untilMs)];
  if (from === undefined || until === undefined || until < from) return undefined;
  return until - from;
}

/** For `event.duration`. */
export function nanoseconds(ms: number | undefined): number | undefined {
  return ms === undefined || ms > MAX_DURATION_MS ? undefined : ms * NANOSECONDS;
}

/** In words, the two largest units: `3 m 12 s`. */
export function durationText(ms: number): string {
  if (ms < SECOND_MS) return `${ms} ms`;
  const days = Math.floor(ms / DAY_MS);
  const hours = Math.floor((ms % DAY_MS) / HOUR_MS);
  const minutes = Math.floor((ms % HOUR_MS) / MINUTE_MS);
  const seconds = Math.floor((ms % MINUTE_MS) / SECOND_MS);
  const units = [`${days} d`, `${hours} h`, `${minutes} m`, `${seconds} s`];
  const first = [days, hours, minutes, seconds].findIndex((count) => count > 0);
  const shown = units.slice(first, first + 2).filter((unit) => !unit.startsWith('0 '));
  return shown.join(' ');
}
