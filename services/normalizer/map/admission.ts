/**
 * Owns: an AdmissionReview as kube-audit-rest logs it, in the form of an audit event: what an
 * admission webhook can know of a request (domain.md §4.1 f). It is asked before anything is decided:
 * there is no stage, no answer and no address.
 */
import type { JsonObject } from '../read/leaf.ts';
import { missingOfSource } from './audit-missing.ts';
import { partsOf } from './audit-parts.ts';
import { type AuditView, mapView } from './audit-view.ts';
import { compact, flag, object, text, texts, time } from './fields.ts';
import type { Mapper } from './mapped.ts';
import { recordId } from './record-id.ts';

/** UPDATE stands for update and patch; CONNECT for create and get, as the client's protocol has it. */
const VERBS: ReadonlyMap<string, string> = new Map([
  ['CREATE', 'create'],
  ['UPDATE', 'update'],
  ['DELETE', 'delete'],
  ['CONNECT', 'connect'],
]);

/** What no AdmissionReview says. */
const NEVER_THERE = [
  ...['level', 'auditID', 'stage', 'requestURI', 'sourceIPs', 'userAgent', 'responseStatus'],
  ...['stageTimestamp', 'annotations'],
];

function userOf(value: unknown): JsonObject | undefined {
  const from = object(value);
  if (from === undefined) return undefined;
  return {
    username: from['username'],
    uid: from['uid'],
    groups: from['groups'],
    extra: from['extra'],
  };
}

/** What the client asked for, where the webhook was given another version of it. */
function objectRefOf(request: JsonObject): JsonObject | undefined {
  const asked = object(request['requestResource']) ?? object(request['resource']);
  return compact({
    resource: text(asked?.['resource']),
    namespace: text(request['namespace']) || undefined,
    // Empty where the server is to make one.
    name: text(request['name']) || undefined,
    apiGroup: text(asked?.['group']),
    apiVersion: text(asked?.['version']),
    subresource: text(request['requestSubResource']) || text(request['subResource']) || undefined,
  });
}

/** CONNECT to pods/exec and attach carries the options: the one place with a container and command. */
function commandOf(request: JsonObject): JsonObject | undefined {
  const options = object(request['object']);
  if (request['operation'] !== 'CONNECT' || options === undefined) return undefined;
  return compact({ container: text(options['container']), command: texts(options['command']) });
}

export const mapAdmission: Mapper = (value, around) => {
  const request = object(value['request']) ?? {};
  const operation = text(request['operation']);
  const received = time(value['requestReceivedTimestamp']);
  const event: JsonObject = {
    verb: operation && (VERBS.get(operation) ?? operation.toLowerCase()),
    user: userOf(request['userInfo']),
    objectRef: objectRefOf(request),
    requestObject: request['object'],
    options: request['options'],
    requestReceivedTimestamp: received,
  };
  const parts = partsOf(event);
  const lacking = [
    ...(received === undefined ? ['requestReceivedTimestamp'] : []),
    ...(operation === undefined ? ['verb'] : []),
    ...(parts.userName === undefined ? ['user.username'] : []),
    ...(around.isCut && parts.ref === undefined ? ['objectRef'] : []),
    ...(around.isCut && event['requestObject'] === undefined ? ['requestObject'] : []),
  ];
  const connect = around.isShortened ? undefined : commandOf(request);
  const admission = compact({
    uid: text(request['uid']),
    operation,
    dry_run: flag(request['dryRun']),
    ...connect,
  });
  const view: AuditView = {
    ...{ parts, id: recordId(around), isPartial: around.isCut },
    missing: missingOfSource(parts, NEVER_THERE, lacking, around.isCut),
    own: { admission },
  };
  return mapView(view, around, text(connect?.['container']));
};
