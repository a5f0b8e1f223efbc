/**
 * Owns: reading `@timestamp` as Elasticsearch's `strict_date_optional_time||epoch_millis` does,
 * so that both stores take and refuse the same documents and sort them alike.
 */

const DATE_TIME =
  /^(\d{4})-(\d{2})-(\d{2})(?:T(\d{2})(?::(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?(Z|[+-]\d{2}(?::?\d{2})?)?)?$/;

const MINUTE_MS = 60_000;

/** Offset of a zone suffix in ms; none and `Z` are UTC (not the machine's zone, as Date.parse has). */
function offsetMs(zone: string | undefined): number {
  if (zone === undefined || zone === 'Z') return 0;
  const sign = zone.startsWith('-') ? -1 : 1;
  const digits = zone.slice(1).replace(':', '');
  const minutes = Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2) || '0');
  return sign * minutes * MINUTE_MS;
}

function inRange(month: number, day: number, hour: number, minute: number): boolean {
  return month >= 1 && month <= 12 && day >= 1 && day <= 31 && hour <= 23 && minute <= 59;
}

/** Milliseconds since the epoch (finer digits cut off); undefined: no point in time. */
export function parseTimestamp(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isSafeInteger(value) ? value : undefined;
  if (typeof value !== 'string') return undefined;
  const parts = DATE_TIME.exec(value);
  if (parts === null) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts
    .slice(1, 7)
    .map((part: string | undefined) => Number(part ?? '0'));
  if (!inRange(month, day, hour, minute) || second > 59) return undefined;
  const fraction = Number((parts[7] ?? '').padEnd(3, '0').slice(0, 3));
  const date = new Date(0);
  date.setUTCFullYear(year, month - 1, day);
  // 31 February would roll over into March.
  if (date.getUTCDate() !== day) return undefined;
  date.setUTCHours(hour, minute, second, fraction);
  return date.getTime() - offsetMs(parts[8]);
}
