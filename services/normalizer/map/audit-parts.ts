/**
 * Owns: one reading of an audit event: each part that several mappers ask for, once, and of its type.
 * Does not own: what follows from the parts.
 */
import { isIP } from 'node:net';
import type { JsonObject } from '../read/leaf.ts';
import { int32, object, text, texts, time } from './fields.ts';

/** Each undefined where the event has none, or something of another type. */
export interface Parts {
  readonly event: JsonObject;
  readonly auditId: string | undefined;
  readonly level: string | undefined;
  readonly stage: string | undefined;
  readonly verb: string | undefined;
  readonly uri: string | undefined;
  readonly path: string | undefined;
  /** Without its question mark. */
  readonly query: string | undefined;
  readonly user: JsonObject | undefined;
  readonly userName: string | undefined;
  readonly impersonated: JsonObject | undefined;
  readonly impersonatedName: string | undefined;
  readonly sourceIps: readonly string[] | undefined;
  /** The last of them, if it is an address. */
  readonly peerIp: string | undefined;
  readonly userAgent: string | undefined;
  readonly ref: JsonObject | undefined;
  /** Of the object; empty for the core group. */
  readonly apiGroup: string;
  readonly resource: string | undefined;
  readonly subresource: string | undefined;
  readonly namespace: string | undefined;
  /** Of the object, in objectRef or in what was created. */
  readonly name: string | undefined;
  readonly status: JsonObject | undefined;
  readonly code: number | undefined;
  readonly annotations: JsonObject | undefined;
  /** Of the authorizer: `allow`, `forbid`. */
  readonly decision: string | undefined;
  /** Why it decided so. */
  readonly reason: string | undefined;
  /** RFC 3339, as it was written. */
  readonly received: string | undefined;
  readonly reached: string | undefined;
  /** Undefined for bodies that are no objects (JSON patches). */
  readonly requestBody: JsonObject | undefined;
  readonly responseBody: JsonObject | undefined;
}

/** Some shippers take dots in keys for paths, and change them. */
function authorization(annotations: JsonObject, name: string): string | undefined {
  return text(
    annotations[`authorization.k8s.io/${name}`] ?? annotations[`authorization_k8s_io/${name}`],
  );
}

/** The last address is the peer's; those before it are whatever the client claimed. */
function peerOf(sourceIps: readonly string[] | undefined): string | undefined {
  const last = sourceIps?.at(-1);
  // Node takes a zone (`fe80::1%eth0`) for part of an address, stores do not.
  return last !== undefined && isIP(last) !== 0 && !last.includes('%') ? last : undefined;
}

function nameIn(body: JsonObject | undefined): string | undefined {
  if (body === undefined || body['kind'] === 'Status') return undefined;
  return text(object(body['metadata'])?.['name']) || undefined;
}

/**
 * The name of what is created, where objectRef does not have it: of what the server made (generateName),
 * and of what it refused to.
 */
function createdName(
  { verb }: JsonObject,
  request: JsonObject | undefined,
  response: JsonObject | undefined,
): string | undefined {
  return verb === 'create' ? (nameIn(response) ?? nameIn(request)) : undefined;
}

/** Total. */
export function partsOf(event: JsonObject): Parts {
  const uri = text(event['requestURI']);
  const mark = uri === undefined ? -1 : uri.indexOf('?');
  const user = object(event['user']);
  const impersonated = object(event['impersonatedUser']);
  const sourceIps = texts(event['sourceIPs']);
  const ref = object(event['objectRef']);
  const subresource = text(ref?.['subresource']);
  const status = object(event['responseStatus']);
  const annotations = object(event['annotations']);
  const requestBody = object(event['requestObject']);
  const responseBody = object(event['responseObject']);
  const created =
    subresource === undefined ? createdName(event, requestBody, responseBody) : undefined;
  return {
    event,
    auditId: text(event['auditID']),
    level: text(event['level']),
    stage: text(event['stage']),
    verb: text(event['verb']),
    uri,
    path: mark < 0 ? uri : uri?.slice(0, mark),
    query: mark < 0 ? undefined : uri?.slice(mark + 1),
    user,
    userName: text(user?.['username']),
    impersonated,
    impersonatedName: text(impersonated?.['username']),
    sourceIps,
    peerIp: peerOf(sourceIps),
    userAgent: text(event['userAgent']),
    ref,
    apiGroup: text(ref?.['apiGroup']) ?? '',
    resource: text(ref?.['resource']),
    subresource,
    namespace: text(ref?.['namespace']),
    name: text(ref?.['name']) ?? created,
    status,
    code: int32(status?.['code']),
    annotations,
    decision: annotations && authorization(annotations, 'decision'),
    reason: annotations && authorization(annotations, 'reason'),
    received: time(event['requestReceivedTimestamp']),
    reached: time(event['stageTimestamp']),
    requestBody,
    responseBody,
  };
}
