/**
 * Owns: whether a template in the cluster is the one that is wanted. Pure. Elasticsearch writes
 * settings back as text below `index`, leaves out what is empty and adds defaults at the top.
 */
import type { Json } from './templates.ts';

/** Does `actual` hold all that `wanted` says, and in its settings and mappings nothing else? */
export function isSameTemplate(actual: Json, wanted: Json): boolean {
  const { template: wantedInner, ...wantedRest } = wanted;
  const inner = (actual['template'] ?? {}) as Json;
  const { settings, mappings, ...others } = (wantedInner ?? {}) as Json;
  return (
    holds(actual, wantedRest) &&
    holds(inner, others) &&
    isEqual(flat(inner['settings']), flat(settings)) &&
    isEqual(inner['mappings'] ?? {}, mappings ?? {})
  );
}

/** Is all of `wanted` in `actual`? */
export function holds(actual: unknown, wanted: unknown): boolean {
  if (!isObject(wanted)) return isEqual(actual, wanted);
  return (
    isObject(actual) && Object.entries(wanted).every(([key, value]) => holds(actual[key], value))
  );
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Equal but for the order of keys, and numbers and booleans as text. */
function isEqual(a: unknown, b: unknown): boolean {
  return JSON.stringify(canonical(a)) === JSON.stringify(canonical(b));
}

function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (!isObject(value)) return value;
  return Object.fromEntries(
    Object.keys(value)
      .sort()
      .map((key) => [key, canonical(value[key])]),
  );
}

/** Settings by their full dotted names. */
function flat(settings: unknown, prefix = ''): Json {
  if (!isObject(settings)) return {};
  const entries = Object.entries(settings).flatMap(([key, value]): [string, unknown][] => {
    const name = `${prefix}${key}`;
    if (isObject(value)) return Object.entries(flat(value, `${name}.`));
    return [[name.startsWith('index.') ? name : `index.${name}`, value]];
  });
  return Object.fromEntries(entries);
}
