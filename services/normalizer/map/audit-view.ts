/**
 * Owns: from an event in the form of audit.k8s.io/v1, whoever gave it that form, to the normal form.
 * Does not own: that form of other formats (audit.ts, admission.ts, gke.ts).
 */
import { type Promoted, promote } from '../promote/promote.ts';
import type { JsonObject } from '../read/leaf.ts';
import { shorten } from './activity.ts';
import { actorOf } from './actor.ts';
import { auditDocument, type AuditPlace } from './audit-document.ts';
import { type Missing, missingFields, type Reason } from './audit-missing.ts';
import { type Parts, partsOf } from './audit-parts.ts';
import { bodiesOf } from './bodies.ts';
import { type CloudParts, cloudParts } from './cloud.ts';
import { cutEvent } from './cut-event.ts';
import { compact, object, text } from './fields.ts';
import { ingestOf } from './ingest.ts';
import type { Around, Facts, Mapped } from './mapped.ts';
import { merged } from './merged.ts';
import { auditIdMark, type Marked, markIn } from './request-uid.ts';

export interface AuditView {
  /** Of an event in the form of audit.k8s.io/v1. */
  readonly parts: Parts;
  readonly id: string;
  /** Something was cut away before it came here. */
  readonly isPartial: boolean;
  readonly missing: Missing;
  /** Id of the whole event of which this is a part. */
  readonly relatedEvent?: string | undefined;
  /** Fields that the source does not say, and that follow from others. */
  readonly inferred?: readonly string[];
  /** More under `podwitness`. */
  readonly own?: JsonObject | undefined;
  /** What the cloud that recorded it says, where that is no wrapper's part. */
  readonly cloud?: CloudParts | undefined;
}

/** A client may claim two hundred; the first are the farthest away. */
const MAX_CLAIMED_IPS = 32;
/** Requests that name a container in their query. */
const IN_CONTAINER = new Set(['exec', 'attach', 'log']);

function markOf(parts: Parts, { requestUidKeys }: Around): Marked | undefined {
  const mark = markIn(parts.annotations, requestUidKeys);
  const isExec = parts.resource === 'pods' && parts.subresource === 'exec';
  return mark ?? (isExec ? auditIdMark(parts.auditId, requestUidKeys) : undefined);
}

/** The container that a request on a pod names; the query is the client's, and may be anything. */
function containerOf({ query, subresource }: Parts): string | undefined {
  if (query === undefined || !IN_CONTAINER.has(subresource ?? '')) return undefined;
  return new URLSearchParams(query).get('container') || undefined;
}

/** The node that a pod was put on: by a binding, or as the object itself says. */
function nodeOf({ requestBody, responseBody, subresource }: Parts): string | undefined {
  if (subresource === 'binding') return text(object(requestBody?.['target'])?.['name']);
  const spec = object(responseBody?.['spec']) ?? object(requestBody?.['spec']);
  return text(spec?.['nodeName']) || undefined;
}

const NOWHERE: AuditPlace = {
  pod: undefined,
  podUid: undefined,
  node: undefined,
  container: undefined,
};

function placeOf(parts: Parts, container: string | undefined): AuditPlace {
  const { name, ref, resource } = parts;
  if (resource === 'nodes') return { ...NOWHERE, node: name };
  if (resource !== 'pods') return container === undefined ? NOWHERE : { ...NOWHERE, container };
  return {
    pod: name,
    podUid: name === undefined ? undefined : text(ref?.['uid']),
    node: nodeOf(parts),
    container: container ?? containerOf(parts),
  };
}

function factsOf(parts: Parts, place: AuditPlace, requestUid: string | undefined): Facts {
  const { code, decision, level, name, namespace, resource, stage, subresource, verb } = parts;
  return {
    auditId: parts.auditId,
    stage,
    level,
    verb,
    userName: parts.userName,
    impersonatedUserName: parts.impersonatedName,
    sourceIp: parts.peerIp,
    resource,
    subresource,
    namespace,
    name,
    code,
    decision,
    node: place.node,
    pod: place.pod,
    container: place.container,
    requestUid,
  };
}

function claimedIps({ peerIp, sourceIps }: Parts): JsonObject | undefined {
  if (sourceIps === undefined) return undefined;
  const claimed = peerIp === undefined ? sourceIps : sourceIps.slice(0, -1);
  return claimed.length === 0 ? undefined : { claimed_ips: claimed.slice(0, MAX_CLAIMED_IPS) };
}

function withPromoted(document: JsonObject, { document: parts }: Promoted): JsonObject {
  return parts === undefined ? document : merged(document, parts);
}

function withCut(missing: Missing, cut: readonly string[] | undefined): Missing {
  if (cut === undefined) return missing;
  const gaps = cut.filter((name) => !missing.has(name)).map((name) => [name, 'size'] as const);
  return new Map<string, Reason>([...missing, ...gaps]);
}

/** What was found of an event, cut to what a document can hold. */
interface Found {
  readonly parts: Parts;
  readonly promoted: Promoted;
  readonly cloud: CloudParts | undefined;
  readonly mark: Marked | undefined;
}

/** `podwitness.*`; undefined where there is nothing to say. */
function ownOf(
  view: AuditView,
  { cloud, mark, parts, promoted }: Found,
  around: Around,
): JsonObject | undefined {
  const bodies = bodiesOf(view.parts.event, around);
  const missing = missingFields(withCut(view.missing, bodies.cut));
  const own = {
    actor: actorOf(parts.user, cloud?.provider),
    effective_actor: actorOf(parts.impersonated, cloud?.provider),
    source: claimedIps(parts),
    cloud: cloud?.own,
    missing: missing.names,
    missing_reason: missing.reasons,
    body_cut: bodies.cut,
    request_object: bodies.request,
    response_object: bodies.response,
    response_items: bodies.responseItems,
    partial: view.isPartial || around.isShortened ? true : undefined,
    inferred: view.inferred,
    related_event: view.relatedEvent,
    request_uid: mark?.uid,
    redaction: around.redaction,
    ingest: ingestOf(around),
  };
  // Not spread into the literal: that was 2 µs per event (npm run bench stages).
  const more = around.isShortened ? object(shorten(view.own)) : view.own;
  const all = Object.assign(own, promoted.own, more);
  return compact(mark?.by === undefined ? all : withMarker(all, mark.by));
}

/** Which webhook marked it, beside how it was asked for. */
function withMarker(own: JsonObject, by: string): Record<string, unknown> {
  return { ...own, request: { ...object(own['request']), marked_by: by } };
}

/** `container`: where the request names it in another place than its query. */
export function mapView(view: AuditView, around: Around, container?: string): Mapped {
  const { id } = view;
  // Of the whole event: what is cut of it for its size is not asked for.
  const mark = markOf(view.parts, around);
  const parts = around.isShortened ? partsOf(cutEvent(view.parts.event)) : view.parts;
  const timestamp = parts.reached ?? parts.received ?? around.fallback;
  const place = placeOf(parts, container);
  const promoted = promote(parts.event, around.requestUidKeys);
  const cloud = view.cloud ?? cloudParts(around);
  const own = ownOf(view, { parts, promoted, cloud, mark }, around);
  return {
    id,
    kind: 'audit',
    timestamp,
    partial: view.isPartial || around.isShortened,
    facts: factsOf(parts, place, mark?.uid),
    event: parts.event,
    document: withPromoted(
      auditDocument(parts, { id, timestamp, place, cloud, own }, around),
      promoted,
    ),
  };
}
