/**
 * Owns: putting one part of a document to another. Neither is changed.
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { object } from './fields.ts';

/** What stands under `related` is a list to which each part adds. */
function union(a: readonly unknown[], b: readonly unknown[]): readonly unknown[] {
  return [...new Set([...a, ...b])];
}

function mergedValue(known: unknown, more: unknown): unknown {
  if (known === undefined) return more;
  if (Array.isArray(known) && Array.isArray(more)) return union(known, more);
  const [a, b] = [object(known), object(more)];
  return a === undefined || b === undefined ? known : merged(a, b);
}

/** A key `__proto__` stays a key. */
function set(target: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') target[name] = value;
  else Object.defineProperty(target, name, { value, enumerable: true, configurable: true });
}

/**
 * Both, deep: of lists all that either has, of single values `known`'s. Own keys only. By a copy and
 * what is added to it: that takes a third of making the object of its entries, and every event that
 * is enriched comes through here.
 */
export function merged(known: JsonObject, more: JsonObject): JsonObject {
  const both: Record<string, unknown> = { ...known };
  for (const name of Object.keys(more)) {
    const right = more[name];
    if (right === undefined) continue;
    set(both, name, mergedValue(Object.hasOwn(known, name) ? known[name] : undefined, right));
  }
  return both;
}
