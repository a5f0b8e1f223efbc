/**
 * Owns: reading what stands in a session's document, whatever it is: documents may be years old,
 * reduced by somebody's pipeline, or written by somebody else. Total; nothing throws.
 */
import { valuesAt } from '../../../shared/domain/field-path.ts';

export type Fields = Readonly<Record<string, unknown>>;

/** The largest time that a Date holds, ms. */
const MAX_MS = 8.64e15;
const ISO = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/;

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** All values at a dotted path as text, without empty ones. */
export function textsAt(document: unknown, path: string): readonly string[] {
  return valuesAt(document, path)
    .map(String)
    .filter((text) => text !== '');
}

/** The value at a path as text; several are joined with commas; undefined where there is none. */
export function textAt(document: unknown, path: string): string | undefined {
  const texts = textsAt(document, path);
  return texts.length === 0 ? undefined : texts.join(', ');
}

export function numberAt(document: unknown, path: string): number | undefined {
  const [first] = valuesAt(document, path);
  const value = typeof first === 'string' && first.trim() !== '' ? Number(first) : first;
  return typeof value === 'number' && Number.isFinite(value) ? value : undefined;
}

export function isTrueAt(document: unknown, path: string): boolean {
  return valuesAt(document, path).some((value) => value === true || value === 'true');
}

/** ms since the epoch, of an ISO time or a number of ms. */
export function timeAt(document: unknown, path: string): number | undefined {
  const [first] = valuesAt(document, path);
  const ms = typeof first === 'string' && ISO.test(first) ? Date.parse(first) : first;
  return typeof ms === 'number' && Math.abs(ms) <= MAX_MS ? ms : undefined;
}

/** What a dotted path leads to: objects in objects, or keys that hold the dots themselves. */
function found(document: unknown, path: string): unknown {
  if (!isFields(document)) return undefined;
  if (Object.hasOwn(document, path)) return document[path];
  for (let dot = path.indexOf('.'); dot !== -1; dot = path.indexOf('.', dot + 1)) {
    const key = path.slice(0, dot);
    const inner = Object.hasOwn(document, key)
      ? found(document[key], path.slice(dot + 1))
      : undefined;
    if (inner !== undefined) return inner;
  }
  return undefined;
}

/** The objects of a list, or the one that stands in its place; what is no object is left out. */
export function listAt(document: unknown, path: string): readonly Fields[] {
  const value = found(document, path);
  return (Array.isArray(value) ? value : [value]).filter(isFields);
}
