/**
 * Owns: times and durations as the views write them. Times are UTC.
 */

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

function padded(value: number): string {
  return String(value).padStart(2, '0');
}

/** The parts of a span of whole seconds, the sign left out. */
function partsOf(ms: number) {
  const whole = Math.abs(ms);
  return {
    days: Math.floor(whole / DAY_MS),
    hours: Math.floor((whole % DAY_MS) / HOUR_MS),
    minutes: Math.floor((whole % HOUR_MS) / MINUTE_MS),
    seconds: Math.floor((whole % MINUTE_MS) / SECOND_MS),
  };
}

/** `+00:12`, `+1:02:03`, `+2d 03:04:05`; a minus sign before what was earlier. */
export function formatOffset(ms: number): string {
  const { days, hours, minutes, seconds } = partsOf(ms);
  const short = `${padded(minutes)}:${padded(seconds)}`;
  const sign = ms <= -SECOND_MS ? '-' : '+';
  if (days > 0) return `${sign}${days}d ${padded(hours)}:${short}`;
  return hours > 0 ? `${sign}${hours}:${short}` : `${sign}${short}`;
}

/** `12s`, `3m 05s`, `1h 02m`, `2d 03h`; what is negative is none. */
export function formatDuration(ms: number): string {
  const { days, hours, minutes, seconds } = partsOf(Math.max(ms, 0));
  if (days > 0) return `${days}d ${padded(hours)}h`;
  if (hours > 0) return `${hours}h ${padded(minutes)}m`;
  return minutes > 0 ? `${minutes}m ${padded(seconds)}s` : `${seconds}s`;
}

/** `2026-11-21 06:10:00.050 UTC` */
export function formatTime(ms: number | undefined): string {
  if (ms === undefined) return 'at a time that is not known';
  return new Date(ms).toISOString().replace('T', ' ').replace('Z', ' UTC');
}

/** `06:10:00.050`, as a timeline has it beside the offset. */
export function formatClock(ms: number): string {
  return new Date(ms).toISOString().slice(-13, -1);
}

/** `06:10:00Z` on the day of `nowMs`, else `2026-11-20 06:10Z`. */
export function formatSince(ms: number | undefined, nowMs: number): string {
  if (ms === undefined) return '?';
  const [day = '', clock = ''] = new Date(ms).toISOString().split('T');
  const isToday = new Date(nowMs).toISOString().startsWith(`${day}T`);
  return isToday ? `${clock.slice(0, 8)}Z` : `${day} ${clock.slice(0, 5)}Z`;
}

export function isoOf(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}
