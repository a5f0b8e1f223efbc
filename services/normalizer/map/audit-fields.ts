/**
 * Owns: `kubernetes.audit.*`, under the names and types that Elastic's Kubernetes integration uses,
 * so that its rules work on our documents.
 * Bodies: only the mapped fields that rules ask for are copied. The rest of requestObject and
 * responseObject stays in audit.raw: it may hold secrets.
 */
import { compact, flag, int32, object, objects, text, texts, time } from './fields.ts';
import type { JsonObject } from '../read/leaf.ts';

function user(value: unknown): JsonObject | undefined {
  const from = object(value);
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
  const entries = Object.entries(from).flatMap(([key, v]) => {
    const list = texts(v);
    return list === undefined ? [] : [[extraKey(key), list] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function extraKey(key: string): string {
  const path = key.split('.');
  const clashes = path[0] === 'authentication' && !key.startsWith('authentication.kubernetes.io/');
  return clashes || path.some((segment) => segment.trim() === '') ? `_${path.join('_')}` : key;
}

/** Elastic's integration replaces the dots in annotation keys; its rules depend on it. */
function annotations(value: unknown): JsonObject | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  const entries = Object.entries(from).flatMap(([key, v]) => {
    const kept = text(v);
    return kept === undefined || key.trim() === ''
      ? []
      : [[key.replaceAll('.', '_'), kept] as const];
  });
  return entries.length > 0 ? Object.fromEntries(entries) : undefined;
}

function objectRef(value: unknown): JsonObject | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  return compact({
    resource: text(from['resource']),
    namespace: text(from['namespace']),
    name: text(from['name']),
    uid: text(from['uid']),
    apiGroup: text(from['apiGroup']),
    apiVersion: text(from['apiVersion']),
    resourceVersion: text(from['resourceVersion']),
    subresource: text(from['subresource']),
  });
}

function responseStatus(value: unknown): JsonObject | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  return compact({
    code: int32(from['code']),
    status: text(from['status']),
    reason: text(from['reason']),
    message: text(from['message']),
  });
}

function rbacRules(value: unknown): readonly JsonObject[] | undefined {
  const rules = objects(value).flatMap(
    (rule) =>
      compact({
        apiGroups: texts(rule['apiGroups']),
        resources: texts(rule['resources']),
        verbs: texts(rule['verbs']),
      }) ?? [],
  );
  return rules.length > 0 ? rules : undefined;
}

function container(from: JsonObject): JsonObject | undefined {
  const security = object(from['securityContext']);
  return compact({
    image: text(from['image']),
    securityContext:
      security &&
      compact({
        privileged: flag(security['privileged']),
        capabilities: compact({ add: texts(object(security['capabilities'])?.['add']) }),
      }),
  });
}

function spec(value: unknown): JsonObject | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  const containers = objects(from['containers']).flatMap((c) => container(c) ?? []);
  const hostPaths = objects(from['volumes']).flatMap((v) => {
    const path = text(object(v['hostPath'])?.['path']);
    return path === undefined ? [] : [{ hostPath: { path } }];
  });
  return compact({
    type: text(from['type']),
    serviceAccountName: text(from['serviceAccountName']),
    hostNetwork: flag(from['hostNetwork']),
    hostPID: flag(from['hostPID']),
    hostIPC: flag(from['hostIPC']),
    containers: containers.length > 0 ? containers : undefined,
    volumes: hostPaths.length > 0 ? hostPaths : undefined,
  });
}

function body(value: unknown): JsonObject | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  const roleRef = object(from['roleRef']);
  return compact({
    spec: spec(from['spec']),
    rules: rbacRules(from['rules']),
    roleRef: roleRef && compact({ kind: text(roleRef['kind']), name: text(roleRef['name']) }),
  });
}

/** The event as `kubernetes.audit`. Total: whatever the event holds, the result is indexable. */
export function auditFields(event: JsonObject): JsonObject {
  return (
    compact({
      kind: 'Event',
      apiVersion: text(event['apiVersion']) ?? 'audit.k8s.io/v1',
      level: text(event['level']),
      auditID: text(event['auditID']),
      stage: text(event['stage']),
      verb: text(event['verb']),
      requestURI: text(event['requestURI']),
      user: user(event['user']),
      impersonatedUser: user(event['impersonatedUser']),
      sourceIPs: texts(event['sourceIPs']),
      userAgent: text(event['userAgent']),
      objectRef: objectRef(event['objectRef']),
      responseStatus: responseStatus(event['responseStatus']),
      requestReceivedTimestamp: time(event['requestReceivedTimestamp']),
      stageTimestamp: time(event['stageTimestamp']),
      annotations: annotations(event['annotations']),
      requestObject: body(event['requestObject']),
      responseObject: body(event['responseObject']),
    }) ?? {}
  );
}
