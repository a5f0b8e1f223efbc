/**
 * Owns: what a record of each format is about, as far as it decides what is secret in it, and which
 * records need no look inside.
 */
import type { JsonObject } from '../json.ts';
import type { RecordFormat } from '../record-format.ts';
import { classOf } from './keys.ts';
import { isDullText } from './text.ts';
import type { Holder } from './trace.ts';
import { isHarmlessUri } from './uri.ts';

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return Object.hasOwn(value, name) ? (value as JsonObject)[name] : undefined;
}

function path(value: unknown, ...names: readonly string[]): unknown {
  return names.reduce(member, value);
}

/** `core/v1/namespaces/default/secrets/db` */
function resourceOfGke(record: JsonObject): string | undefined {
  const name = path(record, 'protoPayload', 'resourceName');
  if (typeof name !== 'string') return undefined;
  const parts = name.split('/', 8);
  return parts[2] === 'namespaces' && parts.length > 4 ? parts[4] : parts[2];
}

function resourceOf(record: JsonObject, format: RecordFormat): unknown {
  if (format === 'audit') return path(record, 'objectRef', 'resource');
  if (format === 'gke') return resourceOfGke(record);
  if (format !== 'admission') return undefined;
  const asked = path(record, 'request', 'requestResource', 'resource');
  return asked ?? path(record, 'request', 'resource', 'resource');
}

/** What the objects of a record are that do not say it. */
export function holderOf(record: JsonObject, format: RecordFormat, isCut: boolean): Holder {
  const resource = resourceOf(record, format);
  if (typeof resource !== 'string' || resource === '') return 'unknown';
  const name = resource.toLowerCase();
  if (name === 'secrets') return 'secret';
  if (name === 'configmaps') return 'config';
  return isCut ? 'unknown' : 'other';
}

/** Members of an event without text that anybody but the API server, or a name, has shaped. */
const SAFE: ReadonlySet<string> = new Set([
  ...['kind', 'apiVersion', 'level', 'auditID', 'stage', 'verb', 'sourceIPs', 'objectRef'],
  ...['requestReceivedTimestamp', 'stageTimestamp', 'impersonatedUser', 'user'],
]);

function areHarmless(annotations: unknown): boolean {
  if (typeof annotations !== 'object' || annotations === null) return annotations === null;
  for (const key in annotations) {
    const keyClass = classOf(key);
    if (keyClass === 'kept') continue;
    const value = (annotations as JsonObject)[key];
    if (keyClass !== 'plain' || typeof value !== 'string' || !isDullText(value)) return false;
  }
  return true;
}

/** A text, a number, or an object of such; lists (causes of a refusal) are walked. */
function isHarmlessValue(value: unknown): boolean {
  if (typeof value === 'string') return isDullText(value);
  if (Array.isArray(value)) return false;
  if (typeof value !== 'object' || value === null) return true;
  for (const key in value) {
    const member = (value as JsonObject)[key];
    const isName = typeof member === 'string' && classOf(key) === 'kept';
    if (typeof member === 'object' || (!isName && !isHarmlessValue(member))) return false;
  }
  return true;
}

function isHarmlessStatus(status: unknown): boolean {
  if (typeof status !== 'object' || status === null) return status === null;
  for (const key in status) if (!isHarmlessValue((status as JsonObject)[key])) return false;
  return true;
}

function isHarmlessMember(key: string, value: unknown): boolean {
  switch (key) {
    case 'requestURI':
      return typeof value === 'string' && isHarmlessUri(value);
    case 'userAgent':
      return typeof value === 'string' && isDullText(value);
    case 'annotations':
      return areHarmless(value);
    case 'responseStatus':
      return isHarmlessStatus(value);
    default:
      return false;
  }
}

function hasExtra(user: unknown): boolean {
  const extra = member(user, 'extra');
  if (typeof extra !== 'object' || extra === null) return false;
  for (const key in extra) if (classOf(key) !== 'kept') return true;
  return false;
}

/** Most events have no body: these are told without a walk. */
export function isHarmlessRecord(record: JsonObject, format: RecordFormat): boolean {
  if (format !== 'audit') return false;
  for (const key in record) {
    if (!SAFE.has(key) && !isHarmlessMember(key, record[key])) return false;
  }
  return !hasExtra(record['user']) && !hasExtra(record['impersonatedUser']);
}

function texts(...values: readonly unknown[]): string {
  return values
    .flat()
    .filter((value) => typeof value === 'string')
    .join('\n');
}

/** Who did it to what, in one text: what stands there is told anyway. */
export function identityOf(record: JsonObject, format: RecordFormat): string {
  if (format === 'gke') {
    const principal = path(record, 'protoPayload', 'authenticationInfo', 'principalEmail');
    return texts(path(record, 'protoPayload', 'resourceName'), principal);
  }
  const about = format === 'admission' ? record['request'] : record;
  const ref = format === 'admission' ? about : record['objectRef'];
  const user = path(about, format === 'admission' ? 'userInfo' : 'user');
  return texts(
    ...[path(user, 'username'), path(user, 'groups'), path(record, 'impersonatedUser', 'username')],
    ...[path(ref, 'name'), path(ref, 'namespace'), path(ref, 'resource')],
  );
}
