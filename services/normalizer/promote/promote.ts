/**
 * Owns: what people ask of an audit event and its fields do not say by themselves, as fields.
 * Does not own: `kubernetes.audit.*` and the ECS fields that say the same (services/normalizer/map).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { REQUEST_UID_KEYS } from '../../../shared/domain/session-marks.ts';
import { compact, object } from '../map/fields.ts';
import { type Change, changeOf } from './change.ts';
import { csrOf } from './csr.ts';
import { debugOf } from './debug.ts';
import { exposureOf } from './exposure.ts';
import { listed, short } from './lists.ts';
import { type Notes, notesOf } from './notes.ts';
import { rbacOf } from './rbac.ts';
import { asked } from './request.ts';
import { reviewOf } from './review.ts';
import { tokenOf } from './token.ts';
import { webhookOf } from './webhook.ts';
import { workloadOf } from './workload.ts';
import { type Written, writtenOf } from './written.ts';

/** Parts of a document that are merged into it. */
export interface Promoted {
  /** `podwitness.*`. */
  readonly own?: JsonObject | undefined;
  /** ECS and `kubernetes.*`. */
  readonly document?: JsonObject | undefined;
}

/** The server makes the name: objectRef does not have it, not even when all is done. */
function namesOf({ parts, result }: Written): JsonObject | undefined {
  const metadata = object(parts[0]?.['metadata']);
  const prefix = metadata?.['name'] ? undefined : short(metadata?.['generateName']);
  if (prefix === undefined) return undefined;
  return { generate_name: prefix, generated_name: short(object(result?.['metadata'])?.['name']) };
}

function requestOf(
  request: JsonObject | undefined,
  written: Written | undefined,
  change: Change | undefined,
): JsonObject | undefined {
  const names = written === undefined ? undefined : namesOf(written);
  const debug = written === undefined ? undefined : debugOf(written);
  if (names === undefined && debug === undefined && change?.patchType === undefined) return request;
  return { ...request, ...names, ...debug, patch_type: change?.patchType };
}

type Own = Record<string, unknown>;

// Added to one object, as spreading several was 2 µs per event.
function addContent(own: Own, written: Written): void {
  const { hostPorts, workload } = workloadOf(written) ?? {};
  const exposure = exposureOf(written);
  own['workload'] = workload;
  own['exposure'] = hostPorts === undefined ? exposure : { ...exposure, host_ports: hostPorts };
  own['webhook'] = webhookOf(written);
  own['csr'] = csrOf(written);
  own['access_review'] = reviewOf(written);
  own['rbac'] = rbacOf(written);
  own['token'] = tokenOf(written);
}

function addRbac(own: Own, { grantedBy, refusedVerb }: Notes): void {
  if (grantedBy === undefined && refusedVerb === undefined) return;
  const written = object(own['rbac']);
  if (written === undefined && refusedVerb === undefined) own['rbac'] = { granted_by: grantedBy };
  else own['rbac'] = { ...written, granted_by: grantedBy, refused_verb: refusedVerb };
}

/** A webhook is asked again where another one has changed the object; what it did once is done. */
function leftBy(asked: ReadonlySet<string>, mutated: ReadonlySet<string> = new Set()) {
  return listed(new Set([...asked].filter((webhook) => !mutated.has(webhook))));
}

function addNotes(own: Own, notes: Notes): void {
  addRbac(own, notes);
  const { credentialId, failedOpen, mutatedBy, notMutatedBy, podSecurity, validation } = notes;
  if (credentialId !== undefined) {
    own['token'] = { ...object(own['token']), credential_id: credentialId };
  }
  if (podSecurity !== undefined) own['pod_security'] = podSecurity;
  if (validation !== undefined) own['validation'] = validation;
  if (mutatedBy !== undefined) own['mutated_by'] = listed(mutatedBy);
  if (notMutatedBy !== undefined) own['not_mutated_by'] = leftBy(notMutatedBy, mutatedBy);
  if (failedOpen !== undefined) own['failed_open'] = listed(failedOpen);
}

/**
 * `event`: redacted, in the form of audit.k8s.io/v1. What it does not say stays absent: of a patch,
 * only what is in it is known. `requestUidKeys`: variables that may hold a request UID. Total.
 */
export function promote(
  event: JsonObject,
  requestUidKeys: readonly string[] = REQUEST_UID_KEYS,
): Promoted {
  const ref = object(event['objectRef']);
  const written = ref === undefined ? undefined : writtenOf(event, ref);
  const { process, request } = asked(event, ref, requestUidKeys);
  const isManaged = request?.['field_manager'] !== undefined;
  const change = written && changeOf(event, written.ref, isManaged);
  const notes = notesOf(event);
  const own: Own = {};
  if (written !== undefined) addContent(own, written);
  if (notes !== undefined) addNotes(own, notes);
  const how = requestOf(request, written, change);
  if (how !== undefined) own['request'] = how;
  if (change?.paths !== undefined) own['change'] = { paths: change.paths };
  const document = process && { process };
  return { own: compact(own), document };
}
