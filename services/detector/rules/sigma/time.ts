/**
 * Owns: parts of a date, as Sigma's time modifiers take them.
 *
 * Of the date as it is written: the specification's modifiers are not for conversions of time zones,
 * and all dates of our documents are in UTC.
 */
export const TIME_PARTS = ['minute', 'hour', 'day', 'week', 'month', 'year'] as const;
export type TimePart = (typeof TIME_PARTS)[number];

/** The least and the greatest number that there is. */
export const RANGES: Readonly<Record<TimePart, readonly [from: number, to: number]>> = {
  minute: [0, 59],
  hour: [0, 23],
  day: [1, 31],
  week: [1, 53],
  month: [1, 12],
  year: [0, 9999],
};

const DATE = /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})|$)/;
const DAY_MS = 86_400_000;

/** Undefined for what is no ISO 8601 date, or has no time of day. */
export function timePart(text: string, part: TimePart): number | undefined {
  const found = DATE.exec(text);
  if (found === null) return undefined;
  const [year = 0, month = 0, day = 0, hour, minute] = found
    .slice(1)
    .map((digits: string | undefined) => (digits === undefined ? undefined : Number(digits)));
  if (part === 'week') return isoWeek(Date.UTC(year, month - 1, day));
  return { year, month, day, hour, minute }[part];
}

/** ISO 8601: the week that a Thursday is in belongs to the year that the Thursday is in. */
function isoWeek(ms: number): number {
  const weekday = (new Date(ms).getUTCDay() + 6) % 7;
  const thursday = ms + (3 - weekday) * DAY_MS;
  const firstDay = Date.UTC(new Date(thursday).getUTCFullYear(), 0, 1);
  return Math.floor((thursday - firstDay) / (7 * DAY_MS)) + 1;
}
