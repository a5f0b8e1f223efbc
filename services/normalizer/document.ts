/**
 * Owns: the ECS document of one audit event.
 * Does not own: kubernetes.audit.* (audit-fields.ts), event.id (event-id.ts).
 */
import { isIP } from 'node:net';
import { auditFields } from './audit-fields.ts';
import { compact, int32, object, text, texts, time } from './fields.ts';
import type { JsonObject } from './read-body.ts';
import { sentence } from './sentence.ts';

export const ECS_VERSION = '8.17.0';

export interface Ingest {
  readonly id: string;
  readonly cluster: string;
  /** Namespace of the data streams. */
  readonly dataStreamNamespace: string;
  /** The event was cut: its document would have been larger than the log takes. */
  readonly partial?: true;
  /** ISO time at which the collector had it; absent offline. */
  readonly receivedAt?: string;
}

// A map, no object: a client may send a verb `constructor` or `__proto__`.
const TYPES: ReadonlyMap<string, string> = new Map([
  ['create', 'creation'],
  ['update', 'change'],
  ['patch', 'change'],
  ['delete', 'deletion'],
  ['deletecollection', 'deletion'],
]);

export type Outcome = 'success' | 'failure' | 'unknown';

/** Success is the server's answer, not the authorizer's: admission refuses what RBAC allowed. */
export function outcomeOf(event: JsonObject): Outcome {
  const code = int32(object(event['responseStatus'])?.['code']);
  if (object(event['annotations'])?.['authorization.k8s.io/decision'] === 'forbid')
    return 'failure';
  if (code === undefined) return 'unknown';
  return code < 400 ? 'success' : 'failure';
}

/** The last address is the peer's; those before it are whatever the client claimed. */
export function peerIp(event: JsonObject): string | undefined {
  const last = texts(event['sourceIPs'])?.at(-1);
  // Node takes a zone (`fe80::1%eth0`) for part of an address, stores do not.
  return last !== undefined && isIP(last) !== 0 && !last.includes('%') ? last : undefined;
}

function eventFields(event: JsonObject, ingest: Ingest, verb: string | undefined): JsonObject {
  return {
    id: ingest.id,
    kind: 'event',
    module: 'kubernetes',
    dataset: 'kubernetes.audit_logs',
    category: ['configuration'],
    type: [TYPES.get(verb ?? '') ?? 'access'],
    outcome: outcomeOf(event),
    ...(verb ? { action: verb } : {}),
    ...(ingest.receivedAt === undefined ? {} : { created: ingest.receivedAt }),
  };
}

function urlFields(uri: string | undefined): JsonObject | undefined {
  if (uri === undefined) return undefined;
  const mark = uri.indexOf('?');
  if (mark < 0) return { original: uri, path: uri };
  return { original: uri, path: uri.slice(0, mark), query: uri.slice(mark + 1) };
}

function orchestratorFields(ref: JsonObject | undefined, cluster: string): JsonObject {
  const resource = compact({ type: text(ref?.['resource']), name: text(ref?.['name']) });
  const namespace = text(ref?.['namespace']);
  return {
    type: 'kubernetes',
    cluster: { name: cluster },
    ...(namespace === undefined ? {} : { namespace }),
    ...(resource === undefined ? {} : { resource }),
  };
}

/** What the event lacks that a document normally has; `podwitness.missing`. */
function missingFields(event: JsonObject): readonly string[] {
  const missing = ['auditID', 'stage', 'requestReceivedTimestamp', 'stageTimestamp'].filter(
    (name) =>
      name.endsWith('Timestamp')
        ? time(event[name]) === undefined
        : text(event[name]) === undefined,
  );
  return text(object(event['user'])?.['username']) === undefined
    ? [...missing, 'user.username']
    : missing;
}

/** @timestamp: when the stage was reached, else when the request came in, else `fallback`. */
export function timestampOf(event: JsonObject, fallback: string): string {
  return time(event['stageTimestamp']) ?? time(event['requestReceivedTimestamp']) ?? fallback;
}

/** Total: whatever the event holds, the document has the fields that every document has. */
export function toDocument(event: JsonObject, ingest: Ingest, timestamp: string): JsonObject {
  const user = object(event['user']);
  const impersonated = text(object(event['impersonatedUser'])?.['username']);
  const ref = object(event['objectRef']);
  const verb = text(event['verb']);
  const ip = peerIp(event);
  const userName = text(user?.['username']);
  const userAgent = text(event['userAgent']);
  const code = int32(object(event['responseStatus'])?.['code']);
  const missing = missingFields(event);
  const document = {
    '@timestamp': timestamp,
    ecs: { version: ECS_VERSION },
    message: sentence(event),
    event: eventFields(event, ingest, verb),
    data_stream: {
      type: 'logs',
      dataset: 'kubernetes.audit_logs',
      namespace: ingest.dataStreamNamespace,
    },
    user: compact({
      name: userName,
      id: text(user?.['uid']),
      roles: texts(user?.['groups']),
      effective: impersonated === undefined ? undefined : { name: impersonated },
    }),
    source: ip === undefined ? undefined : { ip, address: ip },
    user_agent: userAgent === undefined ? undefined : { original: userAgent },
    url: urlFields(text(event['requestURI'])),
    http: code === undefined ? undefined : { response: { status_code: code } },
    orchestrator: orchestratorFields(ref, ingest.cluster),
    kubernetes: { audit: auditFields(event) },
    related: compact({
      user: relatedUsers(userName, impersonated),
      ip: ip === undefined ? undefined : [ip],
    }),
    podwitness: compact({
      missing: missing.length === 0 ? undefined : missing,
      partial: ingest.partial,
    }),
  };
  return compact(document) as JsonObject;
}

function relatedUsers(...names: readonly (string | undefined)[]): readonly string[] | undefined {
  const known = [...new Set(names.filter((n): n is string => n !== undefined))];
  return known.length > 0 ? known : undefined;
}
