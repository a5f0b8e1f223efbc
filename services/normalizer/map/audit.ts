/**
 * Owns: what an event of the API server is, whole or not, of audit.k8s.io/v1 or before it.
 * Does not own: its normal form (audit-view.ts), its id (event-id.ts).
 */
import type { JsonObject } from '../read/leaf.ts';
import { missingOfCut, missingOfTruncated, missingOfWhole } from './audit-missing.ts';
import { partsOf } from './audit-parts.ts';
import { mapView } from './audit-view.ts';
import { eventId, partialEventId } from './event-id.ts';
import { object, text, time } from './fields.ts';
import type { Around, Mapper } from './mapped.ts';

/** Left by an API server that cut the event's bodies away; Elastic's shippers change the dots. */
function isTruncated(event: JsonObject): boolean {
  const annotations = object(event['annotations']);
  if (annotations === undefined) return false;
  const mark = annotations['audit.k8s.io/truncated'] ?? annotations['audit_k8s_io/truncated'];
  return mark === 'true' || mark === true;
}

/** v1alpha1 and v1beta1 have one time, and the group in the object's version. */
function withoutOldNames(event: JsonObject): JsonObject {
  const received = time(event['requestReceivedTimestamp']);
  const old = time(event['timestamp']) ?? time(object(event['metadata'])?.['creationTimestamp']);
  const ref = object(event['objectRef']);
  const version = text(ref?.['apiVersion']) ?? '';
  const slash = version.indexOf('/');
  const isSplit = ref !== undefined && slash > 0 && text(ref['apiGroup']) === undefined;
  if ((received !== undefined || old === undefined) && !isSplit) return event;
  const apiGroup = version.slice(0, slash);
  const apiVersion = version.slice(slash + 1);
  return {
    ...event,
    ...(received === undefined && old !== undefined ? { requestReceivedTimestamp: old } : {}),
    ...(isSplit ? { objectRef: { ...ref, apiGroup, apiVersion } } : {}),
  };
}

/** Nothing of the old names is in an event of today; looking for them costs next to nothing. */
function isOld({ apiVersion, requestReceivedTimestamp }: JsonObject): boolean {
  if (requestReceivedTimestamp === undefined) return true;
  return apiVersion !== undefined && apiVersion !== 'audit.k8s.io/v1';
}

function mapPartial(event: JsonObject, around: Around): ReturnType<Mapper> {
  const { id, whole } = partialEventId(around.cluster, around.raw);
  const parts = partsOf(event);
  const missing = around.isCut ? missingOfCut(parts) : missingOfTruncated(parts);
  return mapView({ parts, id, isPartial: true, missing, relatedEvent: whole }, around);
}

export const mapAudit: Mapper = (value, around) => {
  const event = isOld(value) ? withoutOldNames(value) : value;
  if (around.isCut || isTruncated(event)) return mapPartial(event, around);
  const parts = partsOf(event);
  const id = eventId(around.cluster, around.raw);
  return mapView({ parts, id, isPartial: false, missing: missingOfWhole(parts) }, around);
};
