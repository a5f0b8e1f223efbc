/**
 * Owns: from an event in the form of audit.k8s.io/v1, whoever gave it that form, to the normal form.
 * Does not own: that form of other formats (audit.ts, admission.ts, gke.ts).
 */
import type { JsonObject } from '../read/leaf.ts';
import { shorten } from './activity.ts';
import { auditDocument, decisionOf, peerIp } from './audit-document.ts';
import { cutEvent } from './cut-event.ts';
import { compact, int32, object, text, time } from './fields.ts';
import { type Promoted, promote } from '../promote/promote.ts';
import { beginning, ingestOf } from './ingest.ts';
import { merged } from './merged.ts';
import type { Around, Facts, Mapped } from './mapped.ts';

export interface AuditView {
  /** In the form of audit.k8s.io/v1. */
  readonly event: JsonObject;
  readonly id: string;
  /** Something was cut away before it came here. */
  readonly isPartial: boolean;
  readonly missing: readonly string[];
  /** Id of the whole event of which this is a part. */
  readonly relatedEvent?: string | undefined;
  /** Fields that the source does not say, and that follow from others. */
  readonly inferred?: readonly string[];
  /** More under `podwitness`. */
  readonly own?: JsonObject | undefined;
  /** More fields of the document. */
  readonly more?: JsonObject | undefined;
}

const UID_KEY = '/SPO_EXEC_REQUEST_UID';
const MAX_UID_CHARS = 128;
/** Requests that name a container in their query. */
const IN_CONTAINER = new Set(['exec', 'attach', 'log']);

/**
 * The request UID that SPO's admission webhooks leave: `<webhook>/SPO_EXEC_REQUEST_UID`. Shippers
 * change dots in the first part, so the second alone counts (domain.md §1.3).
 */
function requestUidOf(annotations: JsonObject | undefined): string | undefined {
  if (annotations === undefined) return undefined;
  let found: string | undefined;
  for (const key in annotations) {
    if (key.endsWith(UID_KEY) && (found === undefined || key < found)) found = key;
  }
  const uid = found === undefined ? undefined : text(annotations[found]);
  return uid === undefined || uid === '' ? undefined : beginning(uid, MAX_UID_CHARS);
}

/** The container that a request on a pod names; the query is the client's, and may be anything. */
function containerOf(event: JsonObject, ref: JsonObject | undefined): string | undefined {
  if (ref === undefined || !IN_CONTAINER.has(String(ref['subresource']))) return undefined;
  const uri = text(event['requestURI']) ?? '';
  const mark = uri.indexOf('?');
  if (mark < 0) return undefined;
  const container = new URLSearchParams(uri.slice(mark + 1)).get('container');
  return container === null || container === '' ? undefined : container;
}

function factsOf(event: JsonObject, requestUid: string | undefined): Facts {
  const ref = object(event['objectRef']);
  const resource = text(ref?.['resource']);
  const name = text(ref?.['name']);
  return {
    auditId: text(event['auditID']),
    stage: text(event['stage']),
    level: text(event['level']),
    verb: text(event['verb']),
    userName: text(object(event['user'])?.['username']),
    impersonatedUserName: text(object(event['impersonatedUser'])?.['username']),
    sourceIp: peerIp(event),
    resource,
    subresource: text(ref?.['subresource']),
    namespace: text(ref?.['namespace']),
    name,
    code: int32(object(event['responseStatus'])?.['code']),
    decision: text(decisionOf(event)),
    node: resource === 'nodes' ? name : undefined,
    pod: resource === 'pods' ? name : undefined,
    container: resource === 'pods' ? containerOf(event, ref) : undefined,
    requestUid,
  };
}

/** @timestamp: when the stage was reached, else when the request came in, else `fallback`. */
function timestampOf(event: JsonObject, fallback: string): string {
  return time(event['stageTimestamp']) ?? time(event['requestReceivedTimestamp']) ?? fallback;
}

function shortOf({ more, own }: AuditView): Pick<AuditView, 'more' | 'own'> {
  return { more: object(shorten(more)), own: object(shorten(own)) };
}

function withPromoted(document: JsonObject, { document: parts }: Promoted): JsonObject {
  return parts === undefined ? document : merged(document, parts);
}

export function mapView(view: AuditView, around: Around): Mapped {
  const { id, inferred, missing, relatedEvent } = view;
  const { more, own } = around.isShortened ? shortOf(view) : view;
  const requestUid = requestUidOf(object(view.event['annotations']));
  const event = around.isShortened ? cutEvent(view.event) : view.event;
  const timestamp = timestampOf(event, around.fallback);
  const partial = view.isPartial || around.isShortened;
  const promoted = promote(event);
  const about = compact({
    ...promoted.own,
    missing: missing.length === 0 ? undefined : missing,
    partial: partial ? true : undefined,
    inferred,
    related_event: relatedEvent,
    request_uid: requestUid,
    redaction: around.redaction,
    ...own,
    ingest: ingestOf(around),
  });
  return {
    id,
    kind: 'audit',
    timestamp,
    partial,
    facts: factsOf(event, requestUid),
    event,
    document: withPromoted(
      auditDocument(event, { id, timestamp, own: about, more }, around),
      promoted,
    ),
  };
}
