/**
 * Owns: field names of Elastic's languages to fields of a document. A name is the document's own path.
 * Does not own: types of fields (field-types.ts).
 */
import { wildcard } from '../../../../shared/domain/wildcard.ts';
import type { EventDocument, Field, FieldPath } from '../expression.ts';
import { auditFieldPath, fieldAt } from '../fields.ts';
import { withoutTextSuffix } from './field-types.ts';

/** Objects of type `flattened` whose keys may have dots of their own. */
const FLATTENED = ['falco.output_fields.', 'podwitness.labels.', 'podwitness.ingest.fields.'];

/** Whole bodies, and the part of them that is left where a body was too large. */
const BODIES: readonly (readonly [whole: FieldPath, part: string])[] = [
  [['podwitness', 'request_object'], 'kubernetes.audit.requestObject'],
  [['podwitness', 'response_object'], 'kubernetes.audit.responseObject'],
];

/** `name` without wildcards. What no document has is a field all the same: it never has a value. */
export function fieldNamed(name: string): Field {
  const path = withoutTextSuffix(name);
  const flattened = FLATTENED.find((prefix) => path.startsWith(prefix));
  const keys = path.split('.');
  if (flattened !== undefined) {
    const inside = path.slice(flattened.length);
    return { kind: 'path', paths: [[...flattened.slice(0, -1).split('.'), inside], keys] };
  }
  // Names of the audit event without `kubernetes.audit` before them are Sigma's, not Elastic's.
  const found = auditFieldPath(path);
  return fieldAt(found !== undefined && found[0] === keys[0] ? found : keys);
}

/** All fields whose names fit; `pattern` has `*` in it. */
export function fieldsLike(pattern: string): Field {
  const before = pattern.slice(0, pattern.indexOf('*')).split('.').slice(0, -1);
  const fits = wildcard(pattern);
  return {
    kind: 'computed',
    key: `elastic fields ${pattern}`,
    from: before.length === 0 ? [] : [before],
    read(document) {
      const values = leavesOf(document).filter(([name]) => fits(name));
      return values.length === 0 ? undefined : values.map(([, value]) => value);
    },
  };
}

type Leaf = readonly [name: string, value: unknown];

/** All values but null, by name; a body counts under its name in the audit event, whole if it is there. */
function leavesOf(document: EventDocument): readonly Leaf[] {
  const leaves: Leaf[] = [];
  const whole = BODIES.flatMap(([path, part]): Leaf[] => {
    const [body] = valuesAt(document, [path]) ?? [];
    return body === undefined ? [] : [[part, body]];
  });
  const replaced = new Set(whole.map(([part]) => part));
  const open: Leaf[] = [['', document], ...whole];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const [name, node] = next;
    if (typeof node !== 'object') leaves.push(next);
    // One by one: as arguments of one call, a long list would be too many.
    for (const child of childrenOf(name, node)) if (!replaced.has(child[0])) open.push(child);
  }
  return leaves;
}

/** None of null and of what is no object. */
function childrenOf(name: string, node: unknown): readonly Leaf[] {
  if (Array.isArray(node)) return node.map((item) => [name, item]);
  if (!isObject(node)) return [];
  return Object.entries(node).map(([key, value]) => [name === '' ? key : `${name}.${key}`, value]);
}

/**
 * Arrays on the way and at the end are spread; the first of the paths that is there counts. Undefined
 * where none is: an empty list is there.
 */
export function valuesAt(
  document: EventDocument,
  paths: readonly FieldPath[],
): readonly unknown[] | undefined {
  for (const path of paths) {
    let nodes: readonly unknown[] = [document];
    let isPresent = true;
    for (const key of path) {
      const held = nodes.filter(isObject).filter((node) => Object.hasOwn(node, key));
      isPresent = held.length > 0;
      nodes = spread(held.map((node) => node[key]));
    }
    if (isPresent) return nodes;
  }
  return undefined;
}

function spread(nodes: readonly unknown[]): readonly unknown[] {
  if (!nodes.some(Array.isArray)) return nodes;
  const open = [...nodes].reverse();
  const items: unknown[] = [];
  while (open.length > 0) {
    const node = open.pop();
    if (Array.isArray(node)) for (let i = node.length - 1; i >= 0; i--) open.push(node[i]);
    else items.push(node);
  }
  return items;
}

function isObject(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null && !Array.isArray(node);
}
