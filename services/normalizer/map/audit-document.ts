/**
 * Owns: the ECS document of one audit event.
 * Does not own: kubernetes.audit.* (audit-fields.ts), what of it is missing (audit-missing.ts).
 */
import { isIP } from 'node:net';
import { COLLECTIONS } from '../../../shared/domain/collections.ts';
import type { JsonObject } from '../read/leaf.ts';
import { auditFields } from './audit-fields.ts';
import { sentence } from './audit-sentence.ts';
import { compact, int32, object, text, texts } from './fields.ts';
import { type Around, ECS_VERSION } from './mapped.ts';

/** What there is to say of an event that is not in it. */
export interface About {
  readonly id: string;
  readonly timestamp: string;
  /** `podwitness.*`. */
  readonly own: JsonObject | undefined;
  /** Fields beside those of every event. */
  readonly more?: JsonObject | undefined;
}

const { dataset: DATASET } = COLLECTIONS.events;

// A map, no object: a client may send a verb `constructor` or `__proto__`.
const TYPES: ReadonlyMap<string, string> = new Map([
  ['create', 'creation'],
  ['update', 'change'],
  ['patch', 'change'],
  ['delete', 'deletion'],
  ['deletecollection', 'deletion'],
]);

export type Outcome = 'success' | 'failure' | 'unknown';

/** Of the authorizer; some shippers take dots in keys for paths, and change them. */
export function decisionOf(event: JsonObject): unknown {
  const annotations = object(event['annotations']);
  return (
    annotations?.['authorization.k8s.io/decision'] ?? annotations?.['authorization_k8s_io/decision']
  );
}

/** Success is the server's answer, not the authorizer's: admission refuses what RBAC allowed. */
export function outcomeOf(event: JsonObject): Outcome {
  const code = int32(object(event['responseStatus'])?.['code']);
  if (decisionOf(event) === 'forbid') return 'failure';
  if (code === undefined) return 'unknown';
  return code < 400 ? 'success' : 'failure';
}

/** The last address is the peer's; those before it are whatever the client claimed. */
export function peerIp(event: JsonObject): string | undefined {
  const last = texts(event['sourceIPs'])?.at(-1);
  // Node takes a zone (`fe80::1%eth0`) for part of an address, stores do not.
  return last !== undefined && isIP(last) !== 0 && !last.includes('%') ? last : undefined;
}

function eventFields(
  event: JsonObject,
  id: string,
  receivedAt: string | undefined,
  verb: string | undefined,
): JsonObject {
  return {
    id,
    kind: 'event',
    module: 'kubernetes',
    dataset: DATASET,
    category: ['configuration'],
    type: [TYPES.get(verb ?? '') ?? 'access'],
    outcome: outcomeOf(event),
    ...(verb ? { action: verb } : {}),
    ...(receivedAt === undefined ? {} : { created: receivedAt }),
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

/** Total: whatever the event holds, the document has the fields that every document has. */
export function auditDocument(
  event: JsonObject,
  { id, timestamp, own, more }: About,
  { cluster, dataStreamNamespace, receivedAt }: Around,
): JsonObject {
  const user = object(event['user']);
  const impersonated = text(object(event['impersonatedUser'])?.['username']);
  const ref = object(event['objectRef']);
  const verb = text(event['verb']);
  const ip = peerIp(event);
  const userName = text(user?.['username']);
  const userAgent = text(event['userAgent']);
  const code = int32(object(event['responseStatus'])?.['code']);
  const document = {
    '@timestamp': timestamp,
    ecs: { version: ECS_VERSION },
    message: sentence(event),
    event: eventFields(event, id, receivedAt, verb),
    data_stream: { type: 'logs', dataset: DATASET, namespace: dataStreamNamespace },
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
    orchestrator: orchestratorFields(ref, cluster),
    kubernetes: { audit: auditFields(event) },
    related: compact({
      user: relatedUsers(userName, impersonated),
      ip: ip === undefined ? undefined : [ip],
    }),
    podwitness: own,
  };
  return more === undefined ? document : { ...document, ...more };
}

function relatedUsers(...names: readonly (string | undefined)[]): readonly string[] | undefined {
  const known = [...new Set(names.filter((n): n is string => n !== undefined))];
  return known.length > 0 ? known : undefined;
}
