/**
 * Owns: reading one event document by field, each field once however many rules ask for it.
 * Does not own: where fields lie (../fields.ts), what is asked of the values (predicate.ts).
 */
import { type EventDocument, type Field, type FieldPath, fieldKey } from '../expression.ts';
import { foldCase } from '../pattern.ts';

/** What a document has at a path. Arrays on the way, and at its end, are spread. */
export interface FieldValues {
  /** Whether the key is there at all, be its value null or an empty array. */
  readonly isPresent: boolean;
  readonly items: readonly unknown[];
  /** Texts, numbers and booleans as text; all that texts are compared with. */
  readonly texts: readonly string[];
  /** The same without case, made when first asked for. */
  readonly folded: () => readonly string[];
}

export interface EventView {
  readonly document: EventDocument;
  readonly values: (field: Field) => FieldValues;
}

const ABSENT: FieldValues = { isPresent: false, items: [], texts: [], folded: () => [] };

export function createView(document: EventDocument): EventView {
  const cells = new Map<string, FieldValues>();
  return {
    document,
    values(field) {
      const key = fieldKey(field);
      const cell = cells.get(key) ?? readValues(document, field);
      cells.set(key, cell);
      return cell;
    },
  };
}

function readValues(document: EventDocument, field: Field): FieldValues {
  if (field.kind === 'words') return cellOf(readWords(readField(document, field.root).items));
  if (field.kind === 'computed') {
    const items = field.read(document);
    return items === undefined ? ABSENT : cellOf(items);
  }
  for (const path of field.paths) {
    const found = readField(document, path);
    if (found.isPresent) return found;
  }
  return ABSENT;
}

/** The values at a path. Keys are own keys only, so that no document reaches a prototype. */
function readField(document: EventDocument, path: FieldPath): FieldValues {
  let node: unknown = document;
  for (let i = 0; i < path.length; i++) {
    if (Array.isArray(node)) return readSpread(node, path, i);
    const key = path[i] ?? '';
    if (!isObject(node) || !Object.hasOwn(node, key)) return ABSENT;
    node = node[key];
  }
  return Array.isArray(node) ? readSpread(node, path, path.length) : cellOf([node]);
}

/** With a list of its own: how deep a document nests is not ours to choose. */
function readSpread(start: readonly unknown[], path: FieldPath, from: number): FieldValues {
  let nodes = flatten(start);
  let isPresent = from === path.length;
  for (const key of path.slice(from)) {
    const held = nodes.filter(isObject).filter((node) => Object.hasOwn(node, key));
    isPresent = held.length > 0;
    nodes = flatten(held.map((node) => node[key]));
  }
  return isPresent ? cellOf(nodes) : ABSENT;
}

/** All that is no array, in no particular order. */
function flatten(nodes: readonly unknown[]): readonly unknown[] {
  if (!nodes.some(Array.isArray)) return nodes;
  const items: unknown[] = [];
  const open = [...nodes];
  while (open.length > 0) {
    const node = open.pop();
    if (Array.isArray(node)) for (const child of node) open.push(child);
    else items.push(node);
  }
  return items;
}

function readWords(roots: readonly unknown[]): readonly unknown[] {
  const items: unknown[] = [];
  const open = [...roots];
  while (open.length > 0) {
    const node = open.pop();
    if (isObject(node)) for (const child of Object.values(node)) open.push(child);
    else items.push(node);
  }
  return items;
}

function cellOf(items: readonly unknown[]): FieldValues {
  const texts: string[] = [];
  for (const item of items) {
    const text = textOf(item);
    if (text !== undefined) texts.push(text);
  }
  let folded: readonly string[] | undefined;
  const fold = (): readonly string[] => {
    folded ??= texts.map(foldCase);
    return folded;
  };
  return { isPresent: true, items, texts, folded: fold };
}

export function textOf(item: unknown): string | undefined {
  if (typeof item === 'string') return item;
  return typeof item === 'number' || typeof item === 'boolean' ? String(item) : undefined;
}

function isObject(node: unknown): node is Readonly<Record<string, unknown>> {
  return typeof node === 'object' && node !== null;
}
