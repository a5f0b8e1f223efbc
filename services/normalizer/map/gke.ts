/**
 * Owns: an audit record of Kubernetes as Cloud Logging holds it (GKE), in the form of an audit event.
 * The API server's own event is nowhere to be had there; what follows from other fields is told as
 * such in `podwitness.inferred` (domain.md §4.6).
 */
import type { JsonObject } from '../read/leaf.ts';
import { type Missing, missingOfSource } from './audit-missing.ts';
import { type Parts, partsOf } from './audit-parts.ts';
import { mapView } from './audit-view.ts';
import { type CloudParts, short } from './cloud.ts';
import { compact, flag, int32, object, objects, text } from './fields.ts';
import type { Mapper } from './mapped.ts';
import { recordId } from './record-id.ts';

/** google.rpc.Code as HTTP, as its definition gives it (google/rpc/code.proto). */
const HTTP_OF_GRPC: ReadonlyMap<number, number> = new Map([
  ...([
    [0, 200],
    [1, 499],
    [2, 500],
    [3, 400],
    [4, 504],
    [5, 404],
    [6, 409],
    [7, 403],
  ] as const),
  ...([
    [8, 429],
    [9, 400],
    [10, 409],
    [11, 400],
    [12, 501],
    [13, 500],
    [14, 503],
  ] as const),
  ...([
    [15, 500],
    [16, 401],
  ] as const),
]);
const CONNECT = new Set(['exec', 'attach', 'portforward']);
const DECISION = 'authorization.k8s.io/decision';
const NEVER_THERE = ['requestURI', 'requestReceivedTimestamp'];
/** Subresources of a namespace itself; any other third part is a resource in it. */
const OF_NAMESPACE = new Set(['status', 'finalize']);

/** `core/v1/namespaces/default/pods/nginx/exec`: group, version, and the path below them. */
function objectRefOf(resourceName: string | undefined): JsonObject | undefined {
  if (resourceName === undefined) return undefined;
  const [group, apiVersion, ...path] = resourceName.split('/');
  const apiGroup = group === 'core' || group === '' ? undefined : group;
  const [first, second, third = '', ...rest] = path;
  if (first === 'namespaces' && third !== '' && !OF_NAMESPACE.has(third)) {
    const subresource = rest.length > 1 ? rest.slice(1).join('/') : undefined;
    const inside = { resource: third, namespace: second, name: rest[0], subresource };
    return compact({ ...inside, apiGroup, apiVersion });
  }
  const subresource = third === '' ? undefined : [third, ...rest].join('/');
  const namespace = first === 'namespaces' ? second : undefined;
  return compact({ resource: first, namespace, name: second, apiGroup, apiVersion, subresource });
}

interface Answer {
  readonly status: JsonObject | undefined;
  readonly isInferred: boolean;
}

/** The answer: a Status that was recorded, else Google's code, else that there was no error. */
function answerOf(payload: JsonObject, isConnect: boolean, isCut: boolean): Answer {
  const response = object(payload['response']);
  const recorded = int32(response?.['code']);
  if (response !== undefined && recorded !== undefined && recorded >= 100) {
    const { code, status, reason, message } = response;
    return { status: { code, status, reason, message }, isInferred: false };
  }
  const status = object(payload['status']);
  const code = int32(status?.['code']) ?? 0;
  const message = status?.['message'];
  if (status === undefined && isCut) return { status: undefined, isInferred: false };
  if (code >= 100) return { status: { code, message }, isInferred: false };
  const http = code === 0 && isConnect ? 101 : HTTP_OF_GRPC.get(code);
  return { status: http === undefined ? undefined : { code: http, message }, isInferred: true };
}

/** Labels hold the audit event's annotations; a decision that is not there stands in the grants. */
function annotationsOf(entry: JsonObject, payload: JsonObject): JsonObject | undefined {
  const labels = object(entry['labels']);
  const grants = objects(payload['authorizationInfo']).flatMap(
    (info) => flag(info['granted']) ?? [],
  );
  if (labels?.[DECISION] !== undefined || grants.length === 0) return labels;
  return { ...labels, [DECISION]: grants.every(Boolean) ? 'allow' : 'forbid' };
}

function levelOf(payload: JsonObject): string {
  if (payload['response'] !== undefined) return 'RequestResponse';
  return payload['request'] === undefined ? 'Metadata' : 'Request';
}

interface Converted {
  readonly event: JsonObject;
  readonly inferred: readonly string[];
}

function convert(entry: JsonObject, payload: JsonObject, isCut: boolean): Converted {
  const ref = objectRefOf(text(payload['resourceName']));
  const isConnect = CONNECT.has(text(ref?.['subresource']) ?? '');
  const request = object(payload['requestMetadata']);
  const authentication = object(payload['authenticationInfo']);
  const caller = text(request?.['callerIp']);
  const answer = answerOf(payload, isConnect, isCut);
  const annotations = annotationsOf(entry, payload);
  const isStarted = isConnect && int32(answer.status?.['code']) === 101;
  const isDecisionUnsaid = object(entry['labels'])?.[DECISION] === undefined;
  const event: JsonObject = {
    level: levelOf(payload),
    auditID: text(entry['insertId']) ?? text(object(entry['operation'])?.['id']),
    stage: isStarted ? 'ResponseStarted' : 'ResponseComplete',
    verb: text(payload['methodName'])?.split('.').at(-1),
    user: {
      username: text(authentication?.['principalEmail']) ?? authentication?.['principalSubject'],
    },
    sourceIPs: caller === undefined ? undefined : [caller],
    userAgent: request?.['callerSuppliedUserAgent'],
    objectRef: ref,
    responseStatus: answer.status,
    requestObject: payload['request'],
    responseObject: payload['response'],
    stageTimestamp: entry['timestamp'],
    annotations,
  };
  const inferred = [
    ...['level', 'stage'],
    ...(answer.isInferred && answer.status !== undefined ? ['responseStatus.code'] : []),
    ...(isDecisionUnsaid && annotations?.[DECISION] !== undefined
      ? [`annotations.${DECISION}`]
      : []),
  ];
  return { event, inferred };
}

function missingOf(parts: Parts, isCut: boolean): Missing {
  const { event, reached, userName } = parts;
  const names = ['auditID', 'verb', 'objectRef', 'sourceIPs', 'userAgent', 'responseStatus'];
  const asked = isCut ? [...names, 'annotations', 'requestObject', 'responseObject'] : names;
  const lacking = [
    ...asked.filter((name) => event[name] === undefined),
    ...(reached === undefined ? ['stageTimestamp'] : []),
    ...(userName === undefined ? ['user.username'] : []),
  ];
  return missingOfSource(parts, NEVER_THERE, lacking, isCut);
}

/** Whose project and where: what Cloud Logging knows and no audit event says. */
function cloudOf(entry: JsonObject): CloudParts {
  const labels = object(object(entry['resource'])?.['labels']);
  const project = short(text(labels?.['project_id']));
  return {
    provider: 'gcp',
    cloud: {
      provider: 'gcp',
      region: short(text(labels?.['location'])),
      project: project === undefined ? undefined : { id: project },
    },
    // As Elastic's integration has it.
    clusterId: project,
  };
}

export const mapGke: Mapper = (value, around) => {
  const payload = object(value['protoPayload']) ?? {};
  const { event, inferred } = convert(value, payload, around.isCut);
  const parts = partsOf(event);
  const view = {
    ...{ parts, inferred, id: recordId(around), isPartial: around.isCut },
    missing: missingOf(parts, around.isCut),
    cloud: cloudOf(value),
  };
  return mapView(view, around);
};
