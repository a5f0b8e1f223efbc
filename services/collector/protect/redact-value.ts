/**
 * Owns: the records in a parsed document: objects that have the shape of one, anywhere in wrappers, be it
 * as JSON or base64 in a text. Each is redacted as a whole.
 */
import { isUtf8 } from 'node:buffer';
import { isObject, type JsonObject } from '../../../shared/domain/json.ts';
import { formatOf } from '../../../shared/domain/record-shape.ts';
import type { Redact } from '../../../shared/domain/redaction/redact.ts';

/** It holds something that is not understood: nothing of it may be told in the clear. */
export class NotUnderstood extends Error {}

export interface Inner {
  readonly redact: Redact;
  /** What a text holds, redacted. Undefined: nothing. Throws NotUnderstood. */
  text(text: string): string | undefined;
  /** The same of bytes that were base64. */
  bytes(bytes: Buffer): Buffer | undefined;
}

/** Stands before the digits of a number that a double would change, in place of that number. */
const MARK = '\ue000';
export const LONG_NUMBER = {
  mark: MARK,
  /** As a sender may write it. */
  escaped: /\\ue000/i,
  written: new RegExp(`"${MARK}(-?[0-9e]+)"`, 'g'),
};

/** Wrappers are flat; what is deeper is none that is known. */
const MAX_DEPTH = 16;
const BASE64 = /^[A-Za-z0-9+/_-]{16,}={0,2}\s*$/;

export interface RedactedValue {
  readonly value: unknown;
  /** How many records were found in it. */
  readonly records: number;
}

function none(value: unknown): RedactedValue {
  return { value, records: 0 };
}

/** `{"log":"{…}"}`: a text that may be one or more documents, with or without a line's head. */
function redactString(text: string, inner: Inner): RedactedValue {
  if (text.includes('{')) {
    const redacted = inner.text(text);
    return redacted === undefined ? none(text) : { value: redacted, records: 1 };
  }
  if (!BASE64.test(text)) return none(text);
  const bytes = Buffer.from(text, 'base64');
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  // Paths and names can look like base64, of bytes that are no text.
  if (!isPacked && !(bytes.includes('{') && isUtf8(bytes))) return none(text);
  const redacted = inner.bytes(bytes);
  return redacted === undefined ? none(text) : { value: redacted.toString('base64'), records: 1 };
}

/** Beside a record, an element without one could be a record that was not known as such. */
function redactList(list: readonly unknown[], inner: Inner, depth: number): RedactedValue {
  const found = list.map((each) => redactAt(each, inner, depth + 1));
  const records = found.reduce((sum, each) => sum + each.records, 0);
  if (records > 0 && found.some((each) => each.records === 0)) throw new NotUnderstood();
  return { value: found.map(({ value }) => value), records };
}

/** Texts of an event (audit.k8s.io/v1, types.go) that have no other form than theirs. */
const OWN_TEXTS = new Set(['requestURI', 'userAgent', 'auditID']);

/** Whatever has a verb is taken for an event: what a shipper added may be a record of its own. */
function hasForeignText(event: JsonObject): boolean {
  return Object.entries(event).some(
    ([key, value]) => typeof value === 'string' && value.includes('{') && !OWN_TEXTS.has(key),
  );
}

function redactObject(value: JsonObject, inner: Inner, depth: number): RedactedValue {
  const format = formatOf(value);
  if (format !== undefined) {
    if (format === 'audit' && hasForeignText(value)) throw new NotUnderstood();
    return { value: inner.redact(value, format, false).value, records: 1 };
  }
  let records = 0;
  const members = Object.entries(value).map(([key, each]) => {
    const found = redactAt(each, inner, depth + 1);
    records += found.records;
    return [key, found.value] as const;
  });
  return { value: Object.fromEntries(members), records };
}

function redactAt(value: unknown, inner: Inner, depth: number): RedactedValue {
  if (depth > MAX_DEPTH) throw new NotUnderstood();
  if (typeof value === 'string') return redactString(value, inner);
  if (Array.isArray(value)) return redactList(value, inner, depth);
  return isObject(value) ? redactObject(value, inner, depth) : none(value);
}

/** Throws NotUnderstood. */
export function redactValue(value: unknown, inner: Inner): RedactedValue {
  return redactAt(value, inner, 0);
}
