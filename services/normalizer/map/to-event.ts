/**
 * Owns: from a record of any format to the record of audit.events, of a size that the log takes.
 * Does not own: what the formats mean (audit.ts, admission.ts, gke.ts, spo.ts, falco.ts).
 */
import type { AuditEvent, RawBatch } from '../../../schemas/generated/avro.ts';
import type { Redact } from '../../../shared/domain/redaction/redact.ts';
import { REQUEST_UID_KEYS } from '../../../shared/domain/session-marks.ts';
import type { Enrich, Subject } from '../enrich/enrich.ts';
import type { Learning } from '../enrich/learned/learning.ts';
import type { Format, Leaf } from '../read/leaf.ts';
import { mapAdmission } from './admission.ts';
import { mapAudit } from './audit.ts';
import { MAX_DOCUMENT_BYTES } from './cut-event.ts';
import { mapFalco } from './falco.ts';
import { mapGke } from './gke.ts';
import type { Around, Mapped, Mapper } from './mapped.ts';
import { merged } from './merged.ts';
import { mapSpo } from './spo.ts';

export interface MapOptions {
  /** Namespace of the data streams, e.g. `default`. */
  readonly dataStreamNamespace: string;
  /** An event whose document is longer is cut, and marked as partial. */
  readonly maxDocumentBytes?: number;
  /** Of a body, more is left out. */
  readonly maxBodyBytes?: number;
  /** Output fields of Falco that hold a request UID, the surest first. */
  readonly requestUidFields?: readonly string[];
  /** Variables that hold one, the surest first. */
  readonly requestUidKeys?: readonly string[];
  /** Takes secret values out, before anything else sees the record. */
  readonly redact: Redact;
  /** Adds what is known beside the record; nothing, where it is not given. */
  readonly enrich?: Enrich | undefined;
  /** Hears of every event, of those that are filtered out too. */
  readonly learning?: Pick<Learning, 'hear'> | undefined;
}

const MAX_BODY_BYTES = 64 * 1024;

export const REQUEST_UID_FIELDS: readonly string[] = [
  'spo_request_uid',
  'spo_request_uid_ancestor',
];

const MAPPERS: Readonly<Record<Format, Mapper>> = {
  audit: mapAudit,
  admission: mapAdmission,
  gke: mapGke,
  spo: mapSpo,
  falco: mapFalco,
};

/** What a format does not know is null. */
function orNull<T>(fact: T | undefined): T | null {
  return fact === undefined ? null : fact;
}

/** One literal: spreading the facts into it took a third of this stage's time (npm run bench stages). */
function recordOf(
  mapped: Mapped,
  document: Buffer,
  around: Around,
  receivedAt: number,
): AuditEvent {
  const { facts, id, kind, partial, timestamp } = mapped;
  const { cluster, format, source } = around;
  return {
    id,
    cluster,
    time: Date.parse(timestamp),
    receivedAt,
    auditId: orNull(facts.auditId),
    stage: orNull(facts.stage),
    level: orNull(facts.level),
    verb: orNull(facts.verb),
    userName: orNull(facts.userName),
    impersonatedUserName: orNull(facts.impersonatedUserName),
    sourceIp: orNull(facts.sourceIp),
    resource: orNull(facts.resource),
    subresource: orNull(facts.subresource),
    namespace: orNull(facts.namespace),
    name: orNull(facts.name),
    code: orNull(facts.code),
    decision: orNull(facts.decision),
    node: orNull(facts.node),
    pod: orNull(facts.pod),
    container: orNull(facts.container),
    requestUid: orNull(facts.requestUid),
    kind,
    source,
    format,
    partial,
    document,
  };
}

function subjectOf({ document, facts, kind, timestamp }: Mapped, { cluster }: Around): Subject {
  return { kind, cluster, timeMs: Date.parse(timestamp), facts, document };
}

function bytesOf(subject: Subject, enrich?: Enrich): Buffer {
  const { document } = subject;
  const more = enrich?.(subject);
  return Buffer.from(JSON.stringify(more === undefined ? document : merged(document, more)));
}

/**
 * The record of a leaf. `receivedAt` 0 stands for "not known" (offline), so that the same file gives
 * the same bytes. Total.
 */
export function toEvent(leaf: Leaf, batch: RawBatch, options: MapOptions): AuditEvent {
  const { cluster, receivedAt, source } = batch;
  const iso = new Date(receivedAt).toISOString();
  const { redaction, value } = options.redact(leaf.value, leaf.format, leaf.isCut);
  const around: Around = {
    raw: leaf.value,
    redaction,
    format: leaf.format,
    cluster,
    source,
    dataStreamNamespace: options.dataStreamNamespace,
    receivedAt: receivedAt === 0 ? undefined : iso,
    fallback: iso,
    envelope: leaf.envelope,
    maxBodyBytes: options.maxBodyBytes ?? MAX_BODY_BYTES,
    isCut: leaf.isCut,
    isShortened: false,
    requestUidFields: options.requestUidFields ?? REQUEST_UID_FIELDS,
    requestUidKeys: options.requestUidKeys ?? REQUEST_UID_KEYS,
  };
  const map = MAPPERS[leaf.format];
  const mapped = map(value, around);
  const subject = subjectOf(mapped, around);
  if (mapped.event !== undefined) options.learning?.hear(subject, mapped.event, receivedAt);
  const document = bytesOf(subject, options.enrich);
  // A record that is larger than the log takes would end every worker that has it in hand.
  if (document.length <= (options.maxDocumentBytes ?? MAX_DOCUMENT_BYTES)) {
    return recordOf(mapped, document, around, receivedAt);
  }
  const shortened = map(value, { ...around, isShortened: true });
  return recordOf(
    shortened,
    bytesOf(subjectOf(shortened, around), options.enrich),
    around,
    receivedAt,
  );
}
