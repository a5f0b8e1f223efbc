/**
 * Owns: the ECS document of one audit event.
 * Does not own: `event.*` (audit-event.ts), kubernetes.audit.* (audit-fields.ts), `podwitness.*`
 * (audit-view.ts), the sentence (sentence/).
 *
 * As Elastic's integration has it, except that `source.ip` is the peer alone: what stands before it in
 * sourceIPs is whatever the client claimed (docs/adr/0020).
 */
import { COLLECTIONS } from '../../../shared/domain/collections.ts';
import type { JsonObject } from '../read/leaf.ts';
import { namedBy } from './actor.ts';
import { eventFields } from './audit-event.ts';
import { API_VERSION, auditFields } from './audit-fields.ts';
import type { Parts } from './audit-parts.ts';
import type { CloudParts } from './cloud.ts';
import { compact, object, objects, text, texts } from './fields.ts';
import { type Around, ECS_VERSION } from './mapped.ts';
import { sentence } from './sentence/sentence.ts';
import { userAgentOf } from './user-agent.ts';

/** What there is to say of an event that is not in it. */
export interface About {
  readonly id: string;
  readonly timestamp: string;
  /** Where the request ran, as far as it says. */
  readonly place: AuditPlace;
  readonly cloud: CloudParts | undefined;
  /** `podwitness.*`. */
  readonly own: JsonObject | undefined;
}

/** Pod, node and container that a request is about. */
export interface AuditPlace {
  readonly pod: string | undefined;
  readonly podUid: string | undefined;
  readonly node: string | undefined;
  readonly container: string | undefined;
}

const { dataset: DATASET } = COLLECTIONS.events;

function userFields(parts: Parts): JsonObject | undefined {
  const { impersonated, impersonatedName, user, userName } = parts;
  const isMail = userName?.includes('@') === true && namedBy(userName).kind === 'human';
  return compact({
    name: userName,
    id: text(user?.['uid']),
    roles: texts(user?.['groups']),
    domain: isMail ? userName.slice(userName.lastIndexOf('@') + 1) : undefined,
    effective:
      impersonated &&
      compact({
        name: impersonatedName,
        id: text(impersonated['uid']),
        roles: texts(impersonated['groups']),
      }),
  });
}

/** Non-resource requests have their method for a verb; a resource takes HEAD as its `get`. */
const METHODS: ReadonlyMap<string, string> = new Map([
  ...([
    ['get', 'GET'],
    ['list', 'GET'],
    ['watch', 'GET'],
    ['create', 'POST'],
    ['update', 'PUT'],
  ] as const),
  ...([
    ['patch', 'PATCH'],
    ['delete', 'DELETE'],
    ['deletecollection', 'DELETE'],
  ] as const),
]);
const BARE_METHODS: ReadonlyMap<string, string> = new Map(
  ['get', 'head', 'post', 'put', 'patch', 'delete', 'options', 'trace'].map((method) => [
    method,
    method.toUpperCase(),
  ]),
);

/** Undefined where it can't be told for sure: HEAD of a proxied path, or refused as no method. */
function methodOf({ code, resource, subresource, verb }: Parts): string | undefined {
  if (verb === undefined) return undefined;
  if (resource === undefined) return BARE_METHODS.get(verb);
  const method = METHODS.get(verb);
  const mayBeHead = method === 'GET' && (code === 405 || subresource === 'proxy');
  return mayBeHead ? undefined : method;
}

function httpFields(parts: Parts): JsonObject | undefined {
  const { code } = parts;
  const method = methodOf(parts);
  return compact({
    request: method === undefined ? undefined : { method },
    response: code === undefined ? undefined : { status_code: code },
  });
}

/** The workload that made the object, as the object itself says. */
function parentOf({ requestBody, responseBody }: Parts): JsonObject | undefined {
  const body = responseBody ?? requestBody;
  if (body === undefined) return undefined;
  const owners = objects(object(body['metadata'])?.['ownerReferences']);
  const owner = owners.find((each) => each['controller'] === true) ?? owners[0];
  const kind = text(owner?.['kind']);
  return kind === undefined ? undefined : { type: kind };
}

function resourceFields(parts: Parts): JsonObject | undefined {
  const { name, ref, resource, responseBody } = parts;
  if (ref === undefined) return undefined;
  const status = resource === 'pods' ? object(responseBody?.['status']) : undefined;
  return compact({
    type: resource,
    name,
    id: text(ref['uid']),
    ip: text(status?.['podIP']),
    parent: parentOf(parts),
  });
}

function orchestratorFields(parts: Parts, cluster: string, cloud: CloudParts | undefined) {
  return {
    type: 'kubernetes',
    api_version: text(parts.event['apiVersion']) ?? API_VERSION,
    cluster: { name: cluster, id: cloud?.clusterId },
    namespace: parts.namespace,
    resource: resourceFields(parts),
  };
}

function distinct(...values: readonly (string | undefined)[]): readonly string[] | undefined {
  const known = values.filter((n): n is string => n !== undefined && n !== '');
  return known.length > 0 ? [...new Set(known)] : undefined;
}

function kubernetesFields(
  parts: Parts,
  { container, node, pod, podUid }: AuditPlace,
  cloud: CloudParts | undefined,
): JsonObject {
  return {
    namespace: parts.namespace,
    pod: pod === undefined ? undefined : { name: pod, uid: podUid },
    node: node === undefined ? undefined : { name: node },
    container: container === undefined ? undefined : { name: container },
    audit: auditFields(parts, cloud?.aks),
  };
}

/** Total: whatever the event holds, the document has the fields that every document has. */
export function auditDocument(parts: Parts, about: About, around: Around): JsonObject {
  const { cloud, id, own, place, timestamp } = about;
  const { path, peerIp: ip, query, uri, user, userAgent, userName } = parts;
  const { container, node } = place;
  return {
    '@timestamp': timestamp,
    ecs: { version: ECS_VERSION },
    message: sentence(parts, place.container),
    event: eventFields(parts, id, around.receivedAt),
    data_stream: { type: 'logs', dataset: DATASET, namespace: around.dataStreamNamespace },
    user: userFields(parts),
    source: ip === undefined ? undefined : { ip, address: ip },
    client: ip === undefined ? undefined : { ip },
    user_agent: userAgent === undefined ? undefined : userAgentOf(userAgent),
    url: uri === undefined ? undefined : { original: uri, path, query },
    http: httpFields(parts),
    orchestrator: orchestratorFields(parts, around.cluster, cloud),
    container: container === undefined ? undefined : { name: container },
    host: node === undefined ? undefined : { name: node },
    cloud: cloud?.cloud,
    kubernetes: kubernetesFields(parts, place, cloud),
    related: compact({
      user: distinct(
        userName,
        text(user?.['uid']),
        parts.impersonatedName,
        text(parts.impersonated?.['uid']),
      ),
      ip: ip === undefined ? undefined : [ip],
      hosts: node === undefined ? undefined : [node],
    }),
    podwitness: own,
  };
}
