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

/**
 * Both, deep: of lists all that either has, of single values `known`'s. Own keys only; a key
 * `__proto__` stays a key.
 */
export function merged(known: JsonObject, more: JsonObject): JsonObject {
  const names = new Set([...Object.keys(known), ...Object.keys(more)]);
  return Object.fromEntries(
    [...names].map((name) => {
      const left = Object.hasOwn(known, name) ? known[name] : undefined;
      const right = Object.hasOwn(more, name) ? more[name] : undefined;
      return [name, mergedValue(left, right)];
    }),
  );
}
