/**
 * Owns: a field of an event document as a column of ES|QL: none, one or many values.
 * Does not own: where the field lies and of what type it is (../fields.ts, ../field-types.ts).
 *
 * A column is what Elasticsearch gives back for a field (its doc values): keywords and addresses without
 * repetition, everything in ascending order, nulls left out. Analysed text comes as it was sent.
 */
import { type EventDocument, type Field, fieldKey } from '../../expression.ts';
import { isMissing, type Part, partOf } from '../../fields.ts';
import { type FieldType, fieldTypeOf } from '../field-types.ts';
import { fieldNamed } from '../fields.ts';
import {
  dateOf,
  ipOf,
  type Known,
  manyOf,
  OBJECT,
  order,
  type Scalar,
  type Value,
} from './value.ts';

export type PathField = Extract<Field, { readonly kind: 'path' }>;

/** A field of the document. */
export interface Column {
  readonly name: string;
  readonly field: PathField;
  readonly type: FieldType;
  /** Parts of the event, without which the field can't be known. */
  readonly parts: readonly Part[];
}

export function columnOf(name: string): Column {
  const field = fieldNamed(name);
  const paths = field.kind === 'path' ? field.paths : [];
  const parts = [...new Set(paths.flatMap((path) => partOf(path) ?? []))];
  return { name, field: { kind: 'path', paths }, type: fieldTypeOf(name), parts };
}

/** Tells a column from all others. */
export function columnKey({ field, type }: Column): string {
  return `${type} ${fieldKey(field)}`;
}

/** Undefined where the field is absent, and the part of the event that it is in was not recorded. */
export function readColumn({ field, parts, type }: Column, document: EventDocument): Value {
  for (const path of field.paths) {
    const found = nodesAt(document, path);
    if (found !== undefined) return columnValue(found, type);
  }
  return parts.some((part) => isMissing(document, part)) ? undefined : null;
}

/** What is at the path, arrays on the way and at its end spread; undefined where the key is nowhere. */
function nodesAt(document: EventDocument, path: readonly string[]): readonly unknown[] | undefined {
  let nodes: readonly unknown[] = [document];
  for (const key of path) {
    const held = nodes.filter(
      (node): node is EventDocument =>
        typeof node === 'object' && node !== null && Object.hasOwn(node, key),
    );
    if (held.length === 0) return undefined;
    nodes = spread(held.map((node) => node[key]));
  }
  return nodes;
}

/** With a list of its own: how deep a document nests is not ours to choose. */
function spread(nodes: readonly unknown[]): readonly unknown[] {
  if (!nodes.some(Array.isArray)) return nodes;
  const items: unknown[] = [];
  const open = [...nodes].reverse();
  while (open.length > 0) {
    const node: unknown = open.pop();
    if (Array.isArray(node)) for (let i = node.length - 1; i >= 0; i--) open.push(node[i]);
    else items.push(node);
  }
  return items;
}

function columnValue(nodes: readonly unknown[], type: FieldType): Known {
  const scalars = nodes.flatMap((node) => scalarOf(node, type) ?? []);
  if (scalars.length < 2 || type === 'text') return manyOf(scalars);
  const once = new Map(scalars.map((scalar, index) => [identity(scalar) ?? index, scalar]));
  return manyOf([...once.values()].sort(order));
}

/** What is stored once however often it stands there. */
function identity(scalar: Scalar): string | undefined {
  if (typeof scalar === 'string') return `text ${scalar}`;
  const isIp = typeof scalar === 'object' && scalar.type === 'ip';
  return isIp ? `ip ${scalar.text}` : undefined;
}

function scalarOf(node: unknown, type: FieldType): Scalar | null {
  if (node === null || node === undefined) return null;
  if (typeof node === 'string') {
    if (type === 'date') return dateOf(node);
    return type === 'ip' ? ipOf(node) : node;
  }
  if (typeof node === 'number') return Number.isSafeInteger(node) ? BigInt(node) : node;
  return typeof node === 'boolean' ? node : OBJECT;
}
