/**
 * Owns: when an event was, in the forms that Falco's fields have (libs, sinsp_filtercheck_event.cpp).
 * Times of day are UTC's.
 */
import type { EventDocument, FieldPath } from '../../expression.ts';
import { valueAt } from './field.ts';

const FROM: readonly FieldPath[] = [['kubernetes', 'audit', 'stageTimestamp'], ['@timestamp']];

interface Moment {
  readonly date: string;
  readonly time: string;
  /** Nine digits. */
  readonly fraction: string;
  readonly seconds: bigint;
}

/** RFC 3339 in UTC, as documents have it; undefined for anything else. */
function momentOf(document: EventDocument): Moment | undefined {
  const text = FROM.map((path) => valueAt(document, path)).find((value) => value !== undefined);
  const found =
    typeof text === 'string'
      ? /^(\d{4}-\d\d-\d\d)[Tt ](\d\d:\d\d:\d\d)(?:\.(\d{1,9}))?\d*[Zz]$/.exec(text)
      : null;
  const [, date = '', time = '', fraction = ''] = found ?? [];
  const milliseconds = Date.parse(`${date}T${time}Z`);
  if (Number.isNaN(milliseconds)) return undefined;
  const seconds = BigInt(milliseconds / 1000);
  return { date, time, fraction: fraction.padEnd(9, '0'), seconds };
}

const nanoseconds = ({ fraction, seconds }: Moment): string =>
  String(seconds * 1_000_000_000n + BigInt(fraction));
const iso = ({ date, fraction, time }: Moment): string => `${date}T${time}.${fraction}+0000`;

const FORMS: Readonly<Record<string, (moment: Moment) => string>> = {
  'evt.time': ({ fraction, time }) => `${time}.${fraction}`,
  'evt.time.s': ({ time }) => time,
  'evt.time.iso8601': iso,
  'evt.datetime': ({ date, fraction, time }) => `${date} ${time}.${fraction}`,
  'evt.datetime.s': ({ date, time }) => `${date} ${time}`,
  'evt.rawtime': nanoseconds,
  'evt.rawtime.s': ({ seconds }) => String(seconds),
  'evt.rawtime.ns': ({ fraction }) => String(Number(fraction)),
  'jevt.time': ({ fraction, time }) => `${time}.${fraction}`,
  'jevt.time.iso8601': iso,
  'jevt.rawtime': nanoseconds,
  'json.rawtime': nanoseconds,
};

/** Names of all forms. */
export const TIME_FIELDS: readonly string[] = Object.keys(FORMS);

export const timePaths = FROM;

/** @param name one of TIME_FIELDS */
export function timeOf(document: EventDocument, name: string): string | undefined {
  const moment = momentOf(document);
  return moment === undefined ? undefined : FORMS[name]?.(moment);
}
