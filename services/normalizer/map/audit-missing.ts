/**
 * Owns: `podwitness.missing` of an audit event: what it would have if it were whole, and lacks.
 */
import type { JsonObject } from '../read/leaf.ts';
import { object, text, time } from './fields.ts';

const TEXTS = ['auditID', 'stage'];
const TIMES = ['requestReceivedTimestamp', 'stageTimestamp'];
/** An event that was not cut may lack each of these, and is whole. */
const OF_WHOLE = ['level', 'requestURI', 'verb', 'sourceIPs', 'userAgent'];
/** Requests that have no body, and no object as their answer, at any level. */
const WITHOUT_BODY = new Set(['get', 'list', 'watch']);
const CONNECT = new Set(['exec', 'attach', 'portforward', 'proxy']);

/** What every event of an API server has; a failed authentication has no user. */
export function missingFields(event: JsonObject): readonly string[] {
  const missing = [
    ...TEXTS.filter((name) => text(event[name]) === undefined),
    ...TIMES.filter((name) => time(event[name]) === undefined),
  ];
  return text(object(event['user'])?.['username']) === undefined
    ? [...missing, 'user.username']
    : missing;
}

/** Which bodies a policy's level asks for at this stage; what is not known may have been there. */
function bodies(event: JsonObject): readonly string[] {
  const level = text(event['level']) ?? 'RequestResponse';
  const stage = text(event['stage']) ?? 'ResponseComplete';
  const subresource = text(object(event['objectRef'])?.['subresource']) ?? '';
  if (level === 'Metadata' || stage === 'RequestReceived' || CONNECT.has(subresource)) return [];
  const hasRequest = !WITHOUT_BODY.has(text(event['verb']) ?? '');
  const hasResponse = level === 'RequestResponse' && stage === 'ResponseComplete';
  return [
    ...(hasRequest ? ['requestObject'] : []),
    ...(hasResponse && event['verb'] !== 'watch' ? ['responseObject'] : []),
  ];
}

function lacking(event: JsonObject, names: readonly string[]): readonly string[] {
  return names.filter((name) => event[name] === undefined || event[name] === null);
}

/** Of an event that the API server truncated: bodies are removed whole (plugin/pkg/audit/truncate). */
export function missingOfTruncated(event: JsonObject): readonly string[] {
  return [...missingFields(event), ...lacking(event, bodies(event))];
}

/** Of an event whose text ended early. */
export function missingOfCut(event: JsonObject): readonly string[] {
  const uri = text(event['requestURI']) ?? '/api/';
  const isAnswered = event['stage'] !== 'RequestReceived';
  return [
    ...missingFields(event),
    ...lacking(event, [
      ...OF_WHOLE,
      ...(uri.startsWith('/api/') || uri.startsWith('/apis/') ? ['objectRef'] : []),
      ...(isAnswered ? ['responseStatus', 'annotations'] : []),
      ...bodies(event),
    ]),
  ];
}
