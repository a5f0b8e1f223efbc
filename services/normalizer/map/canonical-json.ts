/**
 * Owns: one text for one JSON content, whatever its key order, white space and escapes were.
 */

/** Below this, values are cut: a client may nest a body as deep as it likes. */
const MAX_DEPTH = 64;

/** JSON with sorted keys, cut below MAX_DEPTH; `value` as JSON.parse gives it. */
export function canonicalJson(value: unknown, depth = 0): string {
  if (depth > MAX_DEPTH) return '"…"';
  if (Array.isArray(value)) return `[${value.map((v) => canonicalJson(v, depth + 1)).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  const from = value as Readonly<Record<string, unknown>>;
  const members = Object.keys(from)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(from[key], depth + 1)}`);
  return `{${members.join(',')}}`;
}
