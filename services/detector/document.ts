/**
 * Owns: safe reading of single values from an event document.
 * Does not own: rule fields (rules/fields.ts, rules/view.ts).
 */
import type { EventDocument } from './rules/expression.ts';

/** The value at a path of own keys, or undefined. Arrays are values here, not walked. */
export function valueAt(document: EventDocument, ...path: readonly string[]): unknown {
  let node: unknown = document;
  for (const key of path) {
    if (!isObject(node) || !Object.hasOwn(node, key)) return undefined;
    node = node[key];
  }
  return node;
}

/** The text at a path; undefined where there is none, or an empty one. */
export function textAt(document: EventDocument, ...path: readonly string[]): string | undefined {
  const value = valueAt(document, ...path);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

export function numberAt(document: EventDocument, ...path: readonly string[]): number | undefined {
  const value = valueAt(document, ...path);
  return typeof value === 'number' ? value : undefined;
}

/** The keys that have a value: no undefined, no empty object or array, and so down. */
export function compact(value: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const result: Record<string, unknown> = {};
  for (const [key, raw] of Object.entries(value)) {
    const kept = isObject(raw) && !Array.isArray(raw) ? compact(raw) : raw;
    const isEmpty = kept === undefined || kept === null || (isObject(kept) && isEmptyObject(kept));
    if (!isEmpty) result[key] = kept;
  }
  return result;
}

function isEmptyObject(value: Readonly<Record<string, unknown>>): boolean {
  return Object.keys(value).length === 0;
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
