/**
 * Owns: which fields of a record are its own. What forwarders add on the way, and fields that later
 * releases may bring, are not: the same record must have one id by every way (docs/adr/0010).
 */
import type { Format, JsonObject } from '../read/leaf.ts';

const FIELDS: Readonly<Record<Format, readonly string[]>> = {
  audit: [
    ...['level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'impersonatedUser', 'sourceIPs'],
    ...['userAgent', 'objectRef', 'responseStatus', 'requestObject', 'responseObject'],
    ...['requestReceivedTimestamp', 'stageTimestamp', 'timestamp', 'annotations'],
    'authenticationMetadata',
  ],
  admission: ['request', 'response', 'requestReceivedTimestamp'],
  // Not receiveTimestamp: a copy by another sink has another one.
  gke: [
    ...['insertId', 'logName', 'protoPayload', 'resource', 'labels', 'timestamp', 'operation'],
    'severity',
  ],
  spo: [
    ...['version', 'auditID', 'timestamp', 'node', 'pid', 'uid', 'gid', 'executable', 'cmdLine'],
    ...['syscalls', 'resource', 'requestUID'],
  ],
  // Not uuid: falcosidekick makes a new one on every delivery.
  falco: ['hostname', 'output', 'output_fields', 'priority', 'rule', 'source', 'tags', 'time'],
};

/** The record without what nobody who writes this format writes. */
export function knownFields(format: Format, value: JsonObject): JsonObject {
  return Object.fromEntries(
    FIELDS[format].flatMap((name) => (Object.hasOwn(value, name) ? [[name, value[name]]] : [])),
  );
}
