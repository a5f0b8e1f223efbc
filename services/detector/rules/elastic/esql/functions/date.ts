/**
 * Owns: ES|QL's functions on dates, in UTC.
 * Does not own: patterns of dates (date-format.ts).
 */
import type { TimeSpan } from '../ast.ts';
import { dateOf, dateValue, type DateValue, isTyped, type Known, type Scalar } from '../value.ts';
import { DEFAULT_FORMAT, formatDate, isDateFormat, parseDate } from './date-format.ts';
import { type EsqlFunction, type Functions, long, single, singly } from './shape.ts';

const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A text where a date is asked for is read as one. */
function dateFrom(value: Scalar | undefined): DateValue | null {
  if (typeof value === 'string') return dateOf(value);
  return value !== undefined && isTyped(value, 'date') ? value : null;
}

function truncate({ months, ms }: TimeSpan, date: DateValue): DateValue | null {
  const day = new Date(date.ms);
  if (months > 0) {
    const month = day.getUTCMonth() - (day.getUTCMonth() % months);
    return dateValue(Date.UTC(day.getUTCFullYear(), month, 1));
  }
  // Weeks start on Monday; 1 January 1970 was a Thursday.
  const shift = ms === 7 * DAY ? 3 * DAY : 0;
  return dateValue(Math.floor((date.ms + shift) / ms) * ms - shift);
}

/** Spans whose start depends on where counting starts (5 months, 2 years) are left out. */
function canTruncate({ months, ms }: TimeSpan): boolean {
  if (months === 0) return ms > 0;
  return ms === 0 && [1, 3, 12].includes(months);
}

const dateTrunc: EsqlFunction = {
  least: 2,
  most: 2,
  prepare([span]) {
    if (span === undefined || span === null || Array.isArray(span) || !isSpan(span)) {
      return { reason: 'DATE_TRUNC needs a span such as 1 hour', remedy: 'Write the span out.' };
    }
    if (!canTruncate(span)) {
      const reason = 'DATE_TRUNC is not known for this span here';
      return { reason, remedy: 'Use days and less, 1 month, 1 quarter or 1 year.' };
    }
    return singly((_, value) => {
      const date = dateFrom(value);
      return date === null ? null : truncate(span, date);
    });
  },
};

function isSpan(value: Known): value is TimeSpan {
  return value !== null && !Array.isArray(value) && isTyped(value as Scalar, 'span');
}

/** java.time.temporal.ChronoField. */
const PARTS: Readonly<Record<string, (date: Date) => number>> = {
  year: (date) => date.getUTCFullYear(),
  year_of_era: (date) => date.getUTCFullYear(),
  month_of_year: (date) => date.getUTCMonth() + 1,
  day_of_month: (date) => date.getUTCDate(),
  day_of_week: (date) => date.getUTCDay() || 7,
  day_of_year: (date) => dayOfYear(date),
  aligned_week_of_year: (date) => Math.floor((dayOfYear(date) - 1) / 7) + 1,
  epoch_day: (date) => Math.floor(date.getTime() / DAY),
  hour_of_day: (date) => date.getUTCHours(),
  clock_hour_of_day: (date) => date.getUTCHours() || 24,
  hour_of_ampm: (date) => date.getUTCHours() % 12,
  ampm_of_day: (date) => Math.floor(date.getUTCHours() / 12),
  minute_of_hour: (date) => date.getUTCMinutes(),
  minute_of_day: (date) => date.getUTCHours() * 60 + date.getUTCMinutes(),
  second_of_minute: (date) => date.getUTCSeconds(),
  second_of_day: (date) => Math.floor(inDay(date) / SECOND),
  milli_of_second: (date) => date.getUTCMilliseconds(),
  milli_of_day: inDay,
};

function inDay(date: Date): number {
  return date.getTime() - Math.floor(date.getTime() / DAY) * DAY;
}

function dayOfYear(date: Date): number {
  return Math.floor((date.getTime() - Date.UTC(date.getUTCFullYear(), 0, 1)) / DAY) + 1;
}

const dateExtract = single(2, 2, (part, value) => {
  const name = typeof part === 'string' ? part.toLowerCase() : '';
  const read = Object.hasOwn(PARTS, name) ? PARTS[name] : undefined;
  const date = dateFrom(value);
  return read === undefined || date === null ? null : long(read(new Date(date.ms)));
});

/** Names and abbreviations of ES|QL's DATE_DIFF; in milliseconds, or in months. */
const UNITS: readonly (readonly [names: string, ms: number, months: number])[] = [
  ['year years yy yyyy', 0, 12],
  ['quarter quarters qq q', 0, 3],
  ['month months mm m', 0, 1],
  ['week weeks wk ww', 7 * DAY, 0],
  ['dayofyear dy y day days dd d weekday weekdays dw', DAY, 0],
  ['hour hours hh', HOUR, 0],
  ['minute minutes mi n', MINUTE, 0],
  ['second seconds ss s', SECOND, 0],
  ['millisecond milliseconds ms', 1, 0],
];

/** Whole units between two dates; negative where the second is the earlier. */
const dateDiff = single(3, 3, (unit, one, other) => {
  const start = dateFrom(one);
  const end = dateFrom(other);
  const wanted = typeof unit === 'string' ? unit.toLowerCase() : '';
  const found = UNITS.find(([names]) => names.split(' ').includes(wanted));
  if (start === null || end === null || found === undefined) return null;
  const [, ms, months] = found;
  const count = ms > 0 ? (end.ms - start.ms) / ms : monthsBetween(start, end) / months;
  return long(Math.trunc(count));
});

function monthsBetween(start: DateValue, end: DateValue): number {
  const [from, to] = [new Date(start.ms), new Date(end.ms)];
  const months =
    (to.getUTCFullYear() - from.getUTCFullYear()) * 12 + to.getUTCMonth() - from.getUTCMonth();
  const inMonth = (date: Date) => date.getUTCDate() * DAY + inDay(date);
  const rest = inMonth(to) - inMonth(from);
  if (months > 0 && rest < 0) return months - 1;
  return months < 0 && rest > 0 ? months + 1 : months;
}

/** The format may be left out; it has to be known when the rule is loaded. */
function formatted(apply: (format: string, value: Scalar) => Known): EsqlFunction {
  return {
    least: 1,
    most: 2,
    prepare(constants) {
      const format = constants.length === 2 ? constants[0] : DEFAULT_FORMAT;
      if (typeof format !== 'string' || !isDateFormat(format)) {
        const reason = 'the format of the date is not known here';
        return { reason, remedy: 'Use a constant text of y, M, d, H, h, m, s, S, a, E, D, X, Z.' };
      }
      return singly((...args) => {
        const value = args.at(-1);
        return value === undefined ? null : apply(format, value);
      });
    },
  };
}

function named(options: Intl.DateTimeFormatOptions): EsqlFunction {
  const format = new Intl.DateTimeFormat('en-US', { ...options, timeZone: 'UTC' });
  return single(1, 1, (value) => {
    const date = dateFrom(value);
    return date === null ? null : format.format(date.ms);
  });
}

export const DATE_FUNCTIONS: Functions = {
  DATE_TRUNC: dateTrunc,
  DATE_EXTRACT: dateExtract,
  DATE_DIFF: dateDiff,
  DATE_FORMAT: formatted((format, value) => {
    const date = dateFrom(value);
    return date === null ? null : formatDate(format, date.ms);
  }),
  DATE_PARSE: formatted((format, value) => {
    if (typeof value !== 'string') return null;
    const ms = format === DEFAULT_FORMAT ? dateOf(value)?.ms : parseDate(format, value);
    return ms === undefined ? null : dateValue(ms);
  }),
  DAY_NAME: named({ weekday: 'long' }),
  MONTH_NAME: named({ month: 'long' }),
};
