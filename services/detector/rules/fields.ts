/**
 * Owns: where a rule's field lies in an event document, decided once when the rule is loaded.
 * Does not own: reading the document (view.ts), making it (the normalizer).
 *
 * Rules name fields as the audit event has them; the document keeps that event under
 * `kubernetes.audit`, with the dots in annotation keys replaced (detection.md §3.2), and ECS fields
 * beside it. An audit name wins over an ECS name. Bodies stand whole, redacted, under
 * `podwitness.request_object` and `podwitness.response_object`; the part of them that Elastic's rules
 * assume stands under `kubernetes.audit`, too, and is what is left where a body was too large.
 */
import type { EventDocument, Field, FieldPath } from './expression.ts';

export const AUDIT_ROOT: FieldPath = ['kubernetes', 'audit'];

/** Top-level fields of audit.k8s.io/v1 Event. `user` is also ECS, see below. */
const AUDIT_FIELDS: ReadonlySet<string> = new Set([
  ...['apiVersion', 'kind', 'level', 'auditID', 'stage', 'requestURI', 'verb', 'user'],
  ...['impersonatedUser', 'authenticationMetadata', 'sourceIPs', 'userAgent', 'objectRef'],
  ...['responseStatus', 'requestObject', 'responseObject', 'requestReceivedTimestamp'],
  ...['stageTimestamp', 'annotations'],
]);

/** What the audit event has under `user`; all else there is ECS (`user.name`, `user.id`). */
const AUDIT_USER_FIELDS: ReadonlySet<string> = new Set(['username', 'uid', 'groups', 'extra']);

/** ECS field sets, our own namespace, and what Falco says. */
const ECS_FIELDS: ReadonlySet<string> = new Set([
  ...['@timestamp', 'message', 'tags', 'labels', 'agent', 'client', 'cloud', 'container'],
  ...['data_stream', 'destination', 'ecs', 'error', 'event', 'falco', 'file', 'host', 'http'],
  ...['input', 'kubernetes', 'log', 'network', 'observer', 'orchestrator', 'podwitness', 'process'],
  ...['related', 'rule', 'server', 'service', 'source', 'threat', 'url', 'user', 'user_agent'],
]);

/** Maps with keys that hold dots of their own: what follows them is one key. */
const OPEN_MAPS: ReadonlySet<string> = new Set([
  ...['annotations', 'data', 'extra', 'labels', 'matchLabels', 'nodeSelector', 'output_fields'],
  'stringData',
]);

/** Undefined for a name that neither the audit event nor ECS has. */
export function auditFieldPath(name: string): FieldPath | undefined {
  const [first = '', ...rest] = name.split('.');
  const isEcsUser = first === 'user' && rest[0] !== undefined && !AUDIT_USER_FIELDS.has(rest[0]);
  return AUDIT_FIELDS.has(first) && !isEcsUser
    ? auditPath([first, ...rest])
    : documentFieldPath(name);
}

/**
 * A field by the document's own names: ECS, `podwitness.*`, `kubernetes.audit.*`. Undefined for a name
 * that no document has.
 */
export function documentFieldPath(name: string): FieldPath | undefined {
  const [first = '', ...rest] = name.split('.');
  if (name.startsWith('kubernetes.audit.')) return auditPath(rest.slice(1));
  return ECS_FIELDS.has(first) ? joinOpenMaps([first, ...rest]) : undefined;
}

/** Every name that documentFieldPath takes as the first part of a field. */
export function documentFieldNames(): readonly string[] {
  return [...ECS_FIELDS];
}

/** Every name that auditFieldPath takes as the first part of a field. */
export function knownFieldNames(): readonly string[] {
  return [...AUDIT_FIELDS, ...ECS_FIELDS];
}

function auditPath(keys: readonly string[]): FieldPath {
  const [first, ...rest] = keys;
  if (first !== 'annotations') return [...AUDIT_ROOT, ...joinOpenMaps(keys)];
  const key = rest.join('.').replaceAll('.', '_');
  return [...AUDIT_ROOT, 'annotations', ...(rest.length === 0 ? [] : [key])];
}

function joinOpenMaps(keys: readonly string[]): FieldPath {
  const at = keys.findIndex((key) => OPEN_MAPS.has(key));
  if (at === -1 || at >= keys.length - 2) return keys;
  return [...keys.slice(0, at + 1), keys.slice(at + 1).join('.')];
}

/** Whole bodies by their name in the audit event. */
const BODIES: Readonly<Record<string, string>> = {
  requestObject: 'request_object',
  responseObject: 'response_object',
};

/** The field at a path of the document; bodies are looked for whole first. */
export function fieldAt(path: FieldPath): Field {
  const [first, second, body = '', ...rest] = path;
  const whole = first === 'kubernetes' && second === 'audit' ? BODIES[body] : undefined;
  if (whole === undefined || !Object.hasOwn(BODIES, body)) return { kind: 'path', paths: [path] };
  return { kind: 'path', paths: [['podwitness', whole, ...rest], path] };
}

/** Parts of an audit event that a policy may leave out, as `podwitness.missing` names them. */
export type Part = 'requestObject' | 'responseObject';

/** What is made of a body, by the first keys of its path. */
const PARTS: readonly (readonly [prefix: string, part: Part])[] = [
  ['kubernetes.audit.requestObject.', 'requestObject'],
  ['kubernetes.audit.responseObject.', 'responseObject'],
  ['podwitness.request_object.', 'requestObject'],
  ['podwitness.response_object.', 'responseObject'],
  ['podwitness.workload.', 'requestObject'],
  ['podwitness.rbac.', 'requestObject'],
  ['podwitness.exposure.', 'requestObject'],
  ['podwitness.csr.', 'requestObject'],
  ['podwitness.webhook.', 'requestObject'],
  ['podwitness.change.', 'requestObject'],
  ['podwitness.token.', 'requestObject'],
  ['podwitness.redaction.', 'requestObject'],
];
/** Below them, and yet not of a body, but of annotations and of the answer's message. */
const NOT_PARTS = [
  ...['podwitness.rbac.granted_', 'podwitness.rbac.refused_', 'podwitness.token.credential_id'],
];

/** The part of the event that a path is of; undefined: it is always recorded. */
export function partOf(path: FieldPath): Part | undefined {
  const name = `${path.join('.')}.`;
  if (NOT_PARTS.some((prefix) => name.startsWith(prefix))) return undefined;
  return PARTS.find(([prefix]) => name.startsWith(prefix))?.[1];
}

/** Whether the event would have the part if more of it had been recorded. */
export function isMissing(document: EventDocument, part: Part): boolean {
  const own = document['podwitness'];
  if (typeof own !== 'object' || own === null) return false;
  const missing = (own as EventDocument)['missing'];
  return Array.isArray(missing) && missing.includes(part);
}
