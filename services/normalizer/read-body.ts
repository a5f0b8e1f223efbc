/**
 * Owns: from a body's bytes to its audit events as parsed JSON objects, each with a way back to its
 * own bytes. EventList, Event, array of events, JSON lines.
 * Does not own: what an event means (document.ts).
 */
import { scanItems, scanLines, type Span } from '../../shared/domain/json-items.ts';
import type { Fault } from '../../shared/errors/fault.ts';
import type { RawBatch } from '../../schemas/generated/avro.ts';

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

function itemBytes(body: Buffer, values: readonly unknown[], index: number): Buffer {
  const span = scanItems(body)?.[index];
  if (span !== undefined) return body.subarray(span.start, span.end);
  return values.length === 1 ? body : Buffer.from(JSON.stringify(values[index]));
}

function readDocument(body: Buffer, document: unknown): Body {
  const values = valuesOf(document);
  if (values === undefined) return { ok: false, fault: UNREADABLE_BODY };
  return { ok: true, items: values.map((v, i) => toItem(v, () => itemBytes(body, values, i))) };
}

function readLine(body: Buffer, { start, end }: Span): readonly Item[] {
  const bytes = body.subarray(start, end);
  const parsed = parse(bytes.toString('utf8'));
  const values = parsed && valuesOf(parsed.value);
  if (values === undefined) return [toItem(undefined, () => bytes)];
  return values.map((v, i) => toItem(v, () => itemBytes(bytes, values, i)));
}

/** Lines of which none holds an event are a body that can't be read. */
function readLines(body: Buffer): Body {
  const items = scanLines(body).flatMap((line) => readLine(body, line));
  return items.some((item) => item.ok)
    ? { ok: true, items }
    : { ok: false, fault: UNREADABLE_BODY };
}

/** Everything in the body, in its order. Total: bad bytes give faults, never an exception. */
export function readBody(batch: Pick<RawBatch, 'framing' | 'body'>): Body {
  const { body, framing } = batch;
  const text = body.toString('utf8');
  const parsed = parse(framing === 'ITEMS' ? `[${text}]` : text);
  if (parsed === undefined) return readLines(body);
  if (framing !== 'ITEMS') return readDocument(body, parsed.value);
  const list = Buffer.concat([Buffer.from('['), body, Buffer.from(']')]);
  return readDocument(list, parsed.value);
}
