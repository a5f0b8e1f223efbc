/**
 * Owns: the normalizer's decision: one raw batch becomes its audit events in their one normal form;
 * what is no audit event is rejected with its own bytes.
 */
import type { AuditEvent, RawBatch } from '../../schemas/generated/avro.ts';
import type { Ending, Outcome } from '../../shared/pipeline/outcome.ts';
import type { Envelope, Stage } from '../../shared/pipeline/stage.ts';
import { cutEvent, MAX_DOCUMENT_BYTES } from './cut-event.ts';
import { type Ingest, peerIp, timestampOf, toDocument } from './document.ts';
import { eventId } from './event-id.ts';
import { int32, object, text } from './fields.ts';
import { type Item, type JsonObject, readBody } from './read-body.ts';

export interface NormalizerOptions {
  /** Namespace of the data streams, e.g. `default`. */
  readonly dataStreamNamespace: string;
  /** An event whose document is longer is cut, and marked as partial. */
  readonly maxDocumentBytes?: number;
}

/** The end of the year 9999: what comes after has no RFC 3339 form. */
const LAST_MS = 253_402_300_799_999;

/** The record of an event, which may be cut; `ingest.id` is the whole one's. */
function recordOf(event: JsonObject, batch: RawBatch, ingest: Ingest): AuditEvent {
  const { cluster, receivedAt } = batch;
  const timestamp = timestampOf(event, new Date(receivedAt).toISOString());
  const ref = object(event['objectRef']);
  return {
    id: ingest.id,
    cluster,
    time: Date.parse(timestamp),
    receivedAt,
    auditId: text(event['auditID']) ?? null,
    stage: text(event['stage']) ?? null,
    level: text(event['level']) ?? null,
    verb: text(event['verb']) ?? null,
    userName: text(object(event['user'])?.['username']) ?? null,
    impersonatedUserName: text(object(event['impersonatedUser'])?.['username']) ?? null,
    sourceIp: peerIp(event) ?? null,
    resource: text(ref?.['resource']) ?? null,
    subresource: text(ref?.['subresource']) ?? null,
    namespace: text(ref?.['namespace']) ?? null,
    name: text(ref?.['name']) ?? null,
    code: int32(object(event['responseStatus'])?.['code']) ?? null,
    kind: 'audit',
    source: batch.source,
    format: 'audit',
    partial: ingest.partial === true,
    node: null,
    pod: null,
    container: null,
    requestUid: null,
    decision: text(object(event['annotations'])?.['authorization.k8s.io/decision']) ?? null,
    document: Buffer.from(JSON.stringify(toDocument(event, ingest, timestamp))),
  };
}

/** `receivedAt` 0 stands for "not known" (offline), so that the same file gives the same bytes. */
function toEvent(event: JsonObject, batch: RawBatch, options: NormalizerOptions): AuditEvent {
  const { cluster, receivedAt } = batch;
  const ingest: Ingest = {
    id: eventId(cluster, event),
    cluster,
    dataStreamNamespace: options.dataStreamNamespace,
    ...(receivedAt === 0 ? {} : { receivedAt: new Date(receivedAt).toISOString() }),
  };
  const record = recordOf(event, batch, ingest);
  const maxBytes = options.maxDocumentBytes ?? MAX_DOCUMENT_BYTES;
  // A record that is larger than the log takes would end every worker that has it in hand.
  if (record.document.length <= maxBytes) return record;
  return recordOf(cutEvent(event), batch, { ...ingest, partial: true });
}

function endingOf(
  item: Item,
  index: number,
  batch: RawBatch,
  options: NormalizerOptions,
): Ending<AuditEvent> {
  if (item.ok) return { kind: 'emit', items: [toEvent(item.event, batch, options)] };
  return { kind: 'reject', fault: item.fault, part: { index, bytes: item.bytes() } };
}

export function createNormalizerStage(options: NormalizerOptions): Stage<RawBatch, AuditEvent> {
  const decide = ({ value }: Envelope<RawBatch>): Outcome<AuditEvent> => {
    if (value.receivedAt < 0 || value.receivedAt > LAST_MS) {
      return {
        kind: 'reject',
        fault: { code: 'corrupt_record', message: 'receivedAt is no time' },
      };
    }
    const body = readBody(value);
    if (!body.ok) {
      return { kind: 'reject', fault: body.fault, part: { index: value.part, bytes: value.body } };
    }
    if (body.items.length === 0) return { kind: 'drop', reason: 'empty' };
    return { kind: 'split', parts: body.items.map((item, i) => endingOf(item, i, value, options)) };
  };
  return { name: 'normalizer', apply: (batch) => batch.map(decide) };
}
