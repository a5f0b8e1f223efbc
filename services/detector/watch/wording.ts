/**
 * Owns: the sentences of coverage events: what is wrong, of whom, since when, against what is usual;
 * to be understood at 3 a.m. without a manual. Times are UTC.
 */
const MAX_NAME_CHARS = 200;

const WORDS: ReadonlyMap<string, string> = new Map([
  ['audit', 'audit events'],
  ['spo', 'commands of the SPO enricher'],
  ['falco', 'Falco alerts'],
  ['logs', 'log records'],
  ['firehose', 'Firehose records'],
  ['pubsub', 'Pub/Sub records'],
  ['eventhub', 'Event Hub records'],
]);

function cut(name: string): string {
  return name.length <= MAX_NAME_CHARS ? name : `${name.slice(0, MAX_NAME_CHARS)}…`;
}

/** `audit events` */
export function things(source: string): string {
  return WORDS.get(source) ?? `${cut(source)} records`;
}

/** ` from 10.0.0.7 for prod-eu` */
export function whence(cluster: string, sender: string | null): string {
  return sender === null ? ` for ${cut(cluster)}` : ` from ${cut(sender)} for ${cut(cluster)}`;
}

/** `2026-11-21 02:10 UTC` */
export function clock(ms: number): string {
  const text = new Date(ms).toISOString();
  return `${text.slice(0, 10)} ${text.slice(11, 16)} UTC`;
}

const UNITS = [
  ['day', 86_400_000],
  ['hour', 3_600_000],
  ['minute', 60_000],
  ['second', 1_000],
] as const;

function plural(count: number, unit: string): string {
  return `${count} ${unit}${count === 1 ? '' : 's'}`;
}

/** `42 minutes`, `3 hours 20 minutes`: the two largest units that are not 0. */
export function span(ms: number): string {
  let rest = Math.max(0, Math.round(ms / 1000)) * 1000;
  const parts: string[] = [];
  for (const [unit, unitMs] of UNITS) {
    const count = Math.floor(rest / unitMs);
    rest -= count * unitMs;
    if (count > 0) parts.push(plural(count, unit));
    if (parts.length > 0 && (parts.length === 2 || count === 0)) break;
  }
  return parts.length === 0 ? '0 seconds' : parts.join(' ');
}

/** `340 a minute`, `5 an hour` */
export function pace(perMinute: number): string {
  if (perMinute >= 1) return `${Math.round(perMinute)} a minute`;
  const perHour = Math.round(perMinute * 60);
  return perHour >= 1 ? `${perHour} an hour` : 'less than one an hour';
}

export function counted(count: number, unit: string): string {
  return plural(count, unit);
}

/** The first letter large. */
export function sentence(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
