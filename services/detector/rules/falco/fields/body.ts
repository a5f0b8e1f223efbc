/**
 * Owns: the bodies of a request in an event document, as they were in the audit event.
 * Does not own: how the normalizer wrote them there (map/whole-body.ts).
 */
import type { EventDocument, FieldPath } from '../../expression.ts';
import { valueAt } from './field.ts';

export type Body = 'requestObject' | 'responseObject';

const WHOLE: Readonly<Record<Body, FieldPath>> = {
  requestObject: ['podwitness', 'request_object'],
  responseObject: ['podwitness', 'response_object'],
};
const TYPED: Readonly<Record<Body, FieldPath>> = {
  requestObject: ['kubernetes', 'audit', 'requestObject'],
  responseObject: ['kubernetes', 'audit', 'responseObject'],
};

/** Where it is looked for: whole first, and what is left of it where it was too large. */
export function bodyPaths(body: Body, keys: readonly string[]): readonly FieldPath[] {
  return [
    [...WHOLE[body], ...keys],
    [...TYPED[body], ...keys],
  ];
}

/** What `read` finds in the body; in what is left of it where it is not whole. */
export function readBody<T>(
  document: EventDocument,
  body: Body,
  read: (value: unknown) => T | undefined,
): T | undefined {
  const whole = valueAt(document, WHOLE[body]);
  const found = whole === undefined ? undefined : read(unwrapped(whole));
  if (found !== undefined || (whole !== undefined && !isCut(document, body))) return found;
  const typed = valueAt(document, TYPED[body]);
  return typed === undefined ? undefined : read(typed);
}

function isCut(document: EventDocument, body: Body): boolean {
  const cut = valueAt(document, ['podwitness', 'body_cut']);
  return Array.isArray(cut) && cut.includes(body);
}

/** A list or a scalar, such as a JSON patch, stands in an object of its own there. */
function unwrapped(whole: unknown): unknown {
  if (typeof whole !== 'object' || whole === null) return whole;
  const keys = Object.keys(whole);
  const { patch, value } = whole as { readonly patch?: unknown; readonly value?: unknown };
  if (keys.length !== 1) return whole;
  if (keys[0] === 'patch' && Array.isArray(patch)) return patch;
  return keys[0] === 'value' && typeof value !== 'object' ? value : whole;
}
