/**
 * Owns: `kubernetes.audit.*`, under the names and types that Elastic's Kubernetes integration uses,
 * so that its rules work on our documents.
 * Does not own: what of the bodies is mapped (body-fields.ts), the bodies themselves (whole-body.ts).
 */
import type { JsonObject } from '../read/leaf.ts';
import type { Parts } from './audit-parts.ts';
import { bodyFields } from './body-fields.ts';
import { compact, object, put, text, texts } from './fields.ts';
import { remembered } from '../remembered.ts';

/** What the API server writes today; items of a list do not say. */
export const API_VERSION = 'audit.k8s.io/v1';

function user(from: JsonObject | undefined): JsonObject | undefined {
  if (from === undefined) return undefined;
  return compact({
    username: text(from['username']),
    uid: text(from['uid']),
    groups: texts(from['groups']),
    extra: extra(from['extra']),
  });
}

/**
 * Keys of `extra` come from request headers (Impersonate-Extra-*), so from the client. Dots stay,
 * as rules ask for `extra.authentication.kubernetes.io/pod-name`; a key that would break that
 * path, or that Elasticsearch refuses (`a..b`), loses its dots.
 */
function extra(value: unknown): JsonObject | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(from)) {
    const list = texts(from[key]);
    if (list !== undefined) put(kept, extraKey(key), list);
  }
  return compact(kept);
}

function extraKey(key: string): string {
  // Nearly all that there are, and none of them needs a look at its segments.
  if (key.startsWith('authentication.kubernetes.io/') && !key.includes('.', 29)) return key;
  const path = key.split('.');
  const clashes = path[0] === 'authentication' && !key.startsWith('authentication.kubernetes.io/');
  return clashes || path.some((segment) => segment.trim() === '') ? `_${path.join('_')}` : key;
}

const withoutDots = remembered((key: string): string => key.replaceAll('.', '_'));

/** Elastic's integration replaces the dots in annotation keys; its rules depend on it. */
function annotations(from: JsonObject | undefined): JsonObject | undefined {
  if (from === undefined) return undefined;
  const kept: Record<string, unknown> = {};
  for (const key of Object.keys(from)) {
    const value = text(from[key]);
    if (value !== undefined && key.trim() !== '') put(kept, withoutDots(key), value);
  }
  return compact(kept);
}

function objectRef({ namespace, ref, resource, subresource }: Parts): JsonObject | undefined {
  if (ref === undefined) return undefined;
  return compact({
    resource,
    namespace,
    name: text(ref['name']),
    uid: text(ref['uid']),
    apiGroup: text(ref['apiGroup']),
    apiVersion: text(ref['apiVersion']),
    resourceVersion: text(ref['resourceVersion']),
    subresource,
  });
}

function responseStatus({ code, status }: Parts): JsonObject | undefined {
  if (status === undefined) return undefined;
  return compact({
    code,
    status: text(status['status']),
    reason: text(status['reason']),
    message: text(status['message']),
  });
}

/** How a request that impersonates was allowed to; newer API servers tell. */
function authenticationMetadata(value: unknown): JsonObject | undefined {
  const from = object(value);
  return from && compact({ impersonationConstraint: text(from['impersonationConstraint']) });
}

/**
 * The event as `kubernetes.audit`. `aks`: what Azure's wrapper told. Total: whatever the event holds,
 * the result is indexable.
 */
export function auditFields(parts: Parts, aks: JsonObject | undefined): JsonObject {
  const { event } = parts;
  return {
    kind: 'Event',
    apiVersion: text(event['apiVersion']) ?? API_VERSION,
    level: parts.level,
    auditID: parts.auditId,
    stage: parts.stage,
    verb: parts.verb,
    requestURI: parts.uri,
    user: user(parts.user),
    impersonatedUser: user(parts.impersonated),
    authenticationMetadata: authenticationMetadata(event['authenticationMetadata']),
    sourceIPs: parts.sourceIps,
    userAgent: parts.userAgent,
    objectRef: objectRef(parts),
    responseStatus: responseStatus(parts),
    requestReceivedTimestamp: parts.received,
    stageTimestamp: parts.reached,
    annotations: annotations(parts.annotations),
    requestObject: bodyFields(parts.requestBody),
    responseObject: bodyFields(parts.responseBody),
    aks_metadata: aks,
  };
}
