/**
 * Owns: taking typed values out of parsed JSON that an attacker may have shaped. A value of another
 * type than the field's is coerced where that is harmless and left out otherwise, so that no
 * document is refused for it.
 */
import type { JsonObject } from '../read/leaf.ts';
import { isObject } from '../read/node.ts';

const RFC3339 = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d{1,9})?(Z|[+-]\d{2}:\d{2})$/;

/** A text, or a number or boolean as text. */
export function text(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : undefined;
}

export function texts(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value) || value.length === 0) return undefined;
  if (value.every((v) => typeof v === 'string')) return value;
  const list = value.flatMap((v) => text(v) ?? []);
  return list.length > 0 ? list : undefined;
}

export function flag(value: unknown): boolean | undefined {
  return typeof value === 'boolean' ? value : undefined;
}

/** A whole number that a double holds exactly. */
export function whole(value: unknown): number | undefined {
  return Number.isSafeInteger(value) ? (value as number) : undefined;
}

/** A whole number of 32 bits. */
export function int32(value: unknown): number | undefined {
  return typeof value === 'number' && (value | 0) === value ? value : undefined;
}

export function object(value: unknown): JsonObject | undefined {
  return isObject(value) ? value : undefined;
}

export function objects(value: unknown): readonly JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** Date.parse takes 30 February and 24:00, which stores refuse. */
function isOnCalendar(time: string): boolean {
  if (time.startsWith('24', 11)) return false;
  const day = time.slice(0, 10);
  return day.slice(8) <= '28' || new Date(`${day}T00:00:00Z`).toISOString().startsWith(day);
}

/** An RFC 3339 time as it was written, if it is one. */
export function time(value: unknown): string | undefined {
  if (typeof value !== 'string' || !RFC3339.test(value)) return undefined;
  return Number.isNaN(Date.parse(value)) || !isOnCalendar(value) ? undefined : value;
}

/**
 * The object, or undefined if it has no defined member. Undefined members stay: JSON.stringify
 * leaves them out, and copying every object was a third of this stage's time (npm run bench stages).
 */
export function compact<T extends Record<string, unknown>>(members: T): T | undefined {
  for (const name in members) if (members[name] !== undefined) return members;
  return undefined;
}

/** A member under a name that a client may have chosen: `__proto__` stays a name. */
export function put(members: Record<string, unknown>, name: string, value: unknown): void {
  if (name !== '__proto__') members[name] = value;
  else Object.defineProperty(members, name, { value, enumerable: true, configurable: true });
}
