/**
 * Owns: what is known of an event's fields: which there are, of which type, and which was meant.
 * Does not own: reading the index templates that say so (shared/adapters/elasticsearch).
 */
import { nearestName } from '../../../../shared/domain/nearest.ts';
import type { FieldPath } from '../expression.ts';

/** Types of Elasticsearch by dotted path; objects are `object`. */
export type FieldTypes = ReadonlyMap<string, { readonly type: string }>;

export interface Catalogue {
  /**
   * The type of the field; `unknown`: no event has it; `open`: something may be there, and nothing
   * says what.
   */
  typeOf(path: FieldPath): string;
  /** The field that was meant, as a dotted path; undefined where none is near. */
  nearest(path: FieldPath): string | undefined;
}

/**
 * Maps with keys that others choose. Bodies are here too: what a resource's object has is its own
 * schema's to say, and the templates map the part of it that is searched most.
 */
const OPEN = [
  ...['kubernetes.audit.annotations', 'kubernetes.audit.requestObject'],
  ...['kubernetes.audit.responseObject', 'kubernetes.audit.user.extra'],
  ...['kubernetes.audit.impersonatedUser.extra', 'kubernetes.audit.responseStatus.details'],
  ...['podwitness.request_object', 'podwitness.response_object', 'falco.output_fields', 'labels'],
];
const IS_MAP: ReadonlySet<string> = new Set(['flattened', 'object', 'nested']);

export function createCatalogue(types: FieldTypes): Catalogue {
  const names = [...types.keys()];
  return {
    typeOf(path) {
      const name = path.join('.');
      const known = types.get(name)?.type;
      if (known !== undefined) return known;
      const isOpen = OPEN.some((open) => name === open || name.startsWith(`${open}.`));
      return isOpen || isBelowFlattened(types, path) ? 'open' : 'unknown';
    },
    nearest: (path) => nearestField(types, names, path),
  };
}

function isBelowFlattened(types: FieldTypes, path: FieldPath): boolean {
  return path.some((_, i) => types.get(path.slice(0, i + 1).join('.'))?.type === 'flattened');
}

/** Among what lies beside it first: a slip in the last word is the most common. */
function nearestField(
  types: FieldTypes,
  names: readonly string[],
  path: FieldPath,
): string | undefined {
  const parent = path.slice(0, -1).join('.');
  const prefix = parent === '' ? '' : `${parent}.`;
  const beside = names.filter(
    (name) => name.startsWith(prefix) && !name.slice(prefix.length).includes('.'),
  );
  const last = path.at(-1) ?? '';
  const found = nearestName(
    last,
    beside.map((name) => name.slice(prefix.length)),
  );
  if (found !== undefined) return `${prefix}${found}`;
  const leaves = names.filter((name) => !IS_MAP.has(types.get(name)?.type ?? ''));
  return nearestName(path.join('.'), leaves);
}
