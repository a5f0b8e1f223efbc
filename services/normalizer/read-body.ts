/**
 * Owns: from a body's bytes to its audit events as parsed JSON objects, each with a way back to its
 * own bytes. EventList, Event, array of events, JSON lines.
 * Does not own: what an event means (document.ts).
 */
import { scanItems, scanLines, type Span } from '../../shared/domain/json-items.ts';
import type { Fault } from '../../shared/errors/fault.ts';
import type { RawBatch } from '../../schemas/generated/avro.ts';
import { canonicalJson } from './canonical-json.ts';

export type JsonObject = Readonly<Record<string, unknown>>;

export type Item =
  | { readonly ok: true; readonly event: JsonObject; readonly bytes: () => Buffer }
  | { readonly ok: false; readonly fault: Fault; readonly bytes: () => Buffer };

export type Body =
  | { readonly ok: true; readonly items: readonly Item[] }
  | { readonly ok: false; readonly fault: Fault };

const UNREADABLE_BODY: Fault = {
  code: 'unreadable_body',
  message: 'Neither a Kubernetes EventList or Event, nor an array or lines of them',
};

export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** An audit event of the API server; an item of a list has no kind. */
function isAuditEvent(value: unknown): value is JsonObject {
  if (!isObject(value)) return false;
  const kind = value['kind'];
  if (kind !== undefined && kind !== 'Event') return false;
  return typeof value['verb'] === 'string' || typeof value['auditID'] === 'string';
}

function toItem(value: unknown, bytes: () => Buffer): Item {
  if (isAuditEvent(value)) return { ok: true, event: value, bytes };
  return { ok: false, fault: { code: 'unreadable_item', message: 'No audit event' }, bytes };
}

function parse(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) };
  } catch {
    return undefined; // The one thing that can be wrong is that the text is no JSON.
  }
}

/** The items of one parsed document; undefined if it is nothing that holds events. */
function valuesOf(document: unknown): readonly unknown[] | undefined {
  if (Array.isArray(document)) return document as readonly unknown[];
  if (!isObject(document)) return undefined;
  if (Array.isArray(document['items'])) return document['items'] as readonly unknown[];
  return isAuditEvent(document) ? [document] : undefined;
}

/** The bytes of an item by its index; the body is scanned when the first is asked for, once. */
function itemBytes(body: Buffer, values: readonly unknown[]): (index: number) => Buffer {
  let spans: readonly Span[] | undefined;
  return (index) => {
    spans ??= scanItems(body) ?? [];
    const span = spans[index];
    if (span !== undefined) return body.subarray(span.start, span.end);
    // Written too unusually to be cut: the content stands in, the bytes as they came are in audit.raw.
    return values.length === 1 ? body : Buffer.from(canonicalJson(values[index]));
  };
}

function toItems(body: Buffer, values: readonly unknown[]): readonly Item[] {
  const bytes = itemBytes(body, values);
  return values.map((value, i) => toItem(value, () => bytes(i)));
}

function readLine(body: Buffer, { start, end }: Span): readonly Item[] {
  const bytes = body.subarray(start, end);
  const parsed = parse(bytes.toString('utf8'));
  const values = parsed && valuesOf(parsed.value);
  return values === undefined ? [toItem(undefined, () => bytes)] : toItems(bytes, values);
}

/** Items or lines of which none is an event are a body that can't be read: one dead letter. */
function bodyOf(items: readonly Item[]): Body {
  const isReadable = items.some((item) => item.ok);
  return isReadable ? { ok: true, items } : { ok: false, fault: UNREADABLE_BODY };
}

/** Everything in the body, in its order. Total: bad bytes give faults, never an exception. */
export function readBody(batch: Pick<RawBatch, 'framing' | 'body'>): Body {
  const { body, framing } = batch;
  const text = body.toString('utf8');
  const parsed = parse(framing === 'ITEMS' ? `[${text}]` : text);
  if (parsed === undefined) {
    return bodyOf(scanLines(body).flatMap((line) => readLine(body, line)));
  }
  const list =
    framing === 'ITEMS' ? Buffer.concat([Buffer.from('['), body, Buffer.from(']')]) : body;
  const values = valuesOf(parsed.value) ?? [undefined];
  return values.length === 0 ? { ok: true, items: [] } : bodyOf(toItems(list, values));
}
