/**
 * Owns: operations of a JSON patch (RFC 6902): what they are known by, and their paths (RFC 6901).
 */
import type { JsonObject } from '../json.ts';

const MAX_PATH_CHARS = 4096;

export function isPatch(item: unknown): item is JsonObject {
  if (typeof item !== 'object' || item === null) return false;
  const { op, path } = item as JsonObject;
  return typeof op === 'string' && typeof path === 'string';
}

/** Keys and positions; a path longer than any real one gives those of its begin. */
export function segmentsOf(path: unknown): readonly string[] {
  if (typeof path !== 'string') return [];
  const [, ...segments] = path.slice(0, MAX_PATH_CHARS).split('/');
  return segments.map((segment) => segment.replaceAll('~1', '/').replaceAll('~0', '~'));
}
