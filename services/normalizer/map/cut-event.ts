/**
 * Owns: what is left of an event whose document would be larger than the log takes: who did what to
 * which object, when, from where, and how it ended. The whole event stays in audit.raw.
 */
import { object, text, texts } from './fields.ts';
import type { JsonObject } from '../read/leaf.ts';

/** The longest document in bytes; of all that real API servers were seen to write, none comes near. */
export const MAX_DOCUMENT_BYTES = 4 * 1024 * 1024;

const MAX_TEXT_CHARS = 1024;

const KEPT = [
  ...['level', 'auditID', 'stage', 'verb', 'requestURI', 'userAgent'],
  ...['requestReceivedTimestamp', 'stageTimestamp'],
];
const KEPT_WITHIN: readonly (readonly [name: string, members: readonly string[]])[] = [
  ['user', ['username', 'uid']],
  ['impersonatedUser', ['username', 'uid']],
  ['objectRef', ['resource', 'subresource', 'namespace', 'name', 'apiGroup', 'apiVersion']],
  ['responseStatus', ['code', 'status', 'reason']],
  ['annotations', ['authorization.k8s.io/decision', 'authorization_k8s_io/decision']],
];

function cut(value: unknown): unknown {
  if (typeof value !== 'string') return typeof value === 'object' ? undefined : value;
  // Half of a surrogate pair is no character.
  return value.slice(0, MAX_TEXT_CHARS).replace(/[\ud800-\udbff]$/, '');
}

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(names.map((name) => [name, cut(from[name])]));
}

export function cutEvent(event: JsonObject): JsonObject {
  const parts = KEPT_WITHIN.flatMap(([name, members]) => {
    const from = object(event[name]);
    return from === undefined ? [] : [[name, pick(from, members)] as const];
  });
  const peer = text(cut(texts(event['sourceIPs'])?.at(-1)));
  return {
    ...pick(event, KEPT),
    ...Object.fromEntries(parts),
    ...(peer === undefined ? {} : { sourceIPs: [peer] }),
  };
}
