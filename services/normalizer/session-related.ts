/**
 * Owns: which records may belong to somebody's session in a pod or on a node. No filter and no sample
 * ever takes one of them away: one that is missing makes the whole session a guess.
 */
import type { AuditEvent } from '../../schemas/generated/avro.ts';
import { object, text } from './map/fields.ts';
import { debugTool } from './promote/debug.ts';
import type { JsonObject } from './read/leaf.ts';

/**
 * Requests that open a way into a pod or a node; proxy of a node reaches its kubelet's exec. Reading a
 * log is none of them: it shows what was written, and changes nothing.
 */
const WAYS_IN = new Set(['exec', 'attach', 'portforward', 'ephemeralcontainers', 'proxy']);

/** kubectl gives a label only since 1.34, and the name always. */
const NODE_DEBUGGER = 'node-debugger-';

function hasDebugLabel(value: JsonObject): boolean {
  const bodies = [value['requestObject'], value['responseObject']];
  return bodies.some((body) => debugTool(object(body)) !== undefined);
}

function isDebugPod(event: AuditEvent, value: JsonObject): boolean {
  if (event.resource !== 'pods') return false;
  const metadata = object(object(value['requestObject'])?.['metadata']);
  const names = [event.name, text(metadata?.['generateName'])];
  return names.some((name) => name?.startsWith(NODE_DEBUGGER) === true) || hasDebugLabel(value);
}

/** `value`: the record as it came, for what its normal form does not hold. */
export function isSessionRelated(event: AuditEvent, value: JsonObject): boolean {
  // What is missing may have been what makes it one.
  if (event.requestUid !== null || event.partial) return true;
  if (event.kind === 'process') return event.pod !== null || event.namespace !== null;
  if (event.kind !== 'audit') return false;
  return (event.subresource !== null && WAYS_IN.has(event.subresource)) || isDebugPod(event, value);
}
