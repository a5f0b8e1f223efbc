/**
 * Owns: `message`: what happened, in one English sentence.
 */
import { int32, object, text, texts } from './fields.ts';
import type { JsonObject } from '../read/leaf.ts';

// Maps, no objects: verb and subresource are the client's, and may be `constructor` or `__proto__`.
const PAST: ReadonlyMap<string, string> = new Map([
  ['get', 'read'],
  ['list', 'listed'],
  ['watch', 'watched'],
  ['create', 'created'],
  ['update', 'updated'],
  ['patch', 'patched'],
  ['delete', 'deleted'],
  ['deletecollection', 'deleted all'],
]);

/** Subresources where the verb depends on the client's protocol and says nothing. */
const SUBRESOURCE_ACTION: ReadonlyMap<string, string> = new Map([
  ['exec', 'ran a command in'],
  ['attach', 'attached to'],
  ['portforward', 'forwarded a port to'],
  ['log', 'read the log of'],
  ['proxy', 'reached through the API server'],
]);

function target(ref: JsonObject | undefined, uri: string | undefined): string {
  const resource = text(ref?.['resource']);
  if (resource === undefined) return uri?.split('?', 1)[0] ?? 'an unknown resource';
  const subresource = text(ref?.['subresource']);
  const known = subresource !== undefined && SUBRESOURCE_ACTION.has(subresource);
  const kind = subresource === undefined || known ? resource : `${resource}/${subresource}`;
  const place = [text(ref?.['namespace']), text(ref?.['name'])].filter((p) => p !== undefined);
  return place.length === 0 ? kind : `${kind} ${place.join('/')}`;
}

function actor(event: JsonObject): string {
  const given = object(event['user']);
  // An API server writes `{}` for who is not authenticated; no user at all is a gap of the record.
  const nobody = given === undefined ? 'someone unknown' : 'someone who is not authenticated';
  const user = text(given?.['username']) ?? nobody;
  const impersonated = text(object(event['impersonatedUser'])?.['username']);
  return impersonated === undefined ? user : `${user} as ${impersonated}`;
}

function result(event: JsonObject): string {
  const code = int32(object(event['responseStatus'])?.['code']);
  if (code === undefined) return 'asked';
  if (code < 400) return 'allowed';
  return `${code === 401 || code === 403 ? 'refused' : 'failed'} (${code})`;
}

function other(verb: string): string {
  return verb === '' ? 'sent a request to' : `did '${verb}' on`;
}

/** E.g. `alice read secrets payments/db-creds from 10.0.0.9: allowed`. */
export function sentence(event: JsonObject): string {
  const ref = object(event['objectRef']);
  const verb = text(event['verb']) ?? '';
  const subresource = text(ref?.['subresource']) ?? '';
  const action = SUBRESOURCE_ACTION.get(subresource) ?? PAST.get(verb) ?? other(verb);
  const ip = texts(event['sourceIPs'])?.at(-1);
  const from = ip === undefined ? '' : ` from ${ip}`;
  const what = target(ref, text(event['requestURI']));
  return `${actor(event)} ${action} ${what}${from}: ${result(event)}`;
}
