/**
 * Owns: a whole body as one flattened field, `podwitness.request_object` and `response_object`: its
 * structure and order as they were, in a form that Elasticsearch takes and of a size that was agreed.
 * Bodies are redacted before they come here.
 * Does not own: the typed copies that Elastic's rules read (body-fields.ts).
 *
 * Elasticsearch 8 refuses a document for a flattened field with objects nested deeper than
 * `depth_limit`, with NUL in a key, or with a path and value of more than 32,766 bytes together
 * (index/mapper/flattened/FlattenedFieldParser.java). Values over `ignore_above` are kept, and not
 * found. A body of which nothing has to change is not copied.
 */
import type { JsonObject } from '../read/leaf.ts';
import { object, put } from './fields.ts';
import { cutBody } from './cut-body.ts';

/** `depth_limit` of the template: objects in objects, lists not counted. */
const MAX_OBJECTS = 20;
/** Lists in lists are no path; what reads JSON has its limits, too. */
const MAX_NESTING = 64;
/** At three bytes each, and with the longest value that is indexed, they are one term yet. */
const MAX_PATH_CHARS = 2600;

export interface WholeBody {
  readonly body: JsonObject | undefined;
  /** Something was left out of it. */
  readonly isCut: boolean;
  /** How many objects a list or table held. */
  readonly items: number | undefined;
}

interface Walk {
  readonly maxBytes: number;
  /** Of the JSON, about: what is not ASCII has more bytes than are counted. */
  bytes: number;
  isCut: boolean;
}

interface Place {
  readonly objects: number;
  readonly nesting: number;
  readonly pathChars: number;
  readonly key: string;
}

function cleanKey(key: string): string {
  const clean = key.includes('\0') ? key.replaceAll('\0', '') : key;
  return clean.trim() === '' ? '_' : clean;
}

function inside(place: Place, key: string, isObject: boolean): Place {
  return {
    objects: place.objects + (isObject ? 1 : 0),
    nesting: place.nesting + 1,
    pathChars: place.pathChars + (isObject ? key.length + 1 : 0),
    key: isObject ? key : place.key,
  };
}

function cleanList(list: readonly unknown[], place: Place, walk: Walk): readonly unknown[] {
  const within = inside(place, '', false);
  let copy: unknown[] | undefined;
  for (let i = 0; i < list.length; i++) {
    const value = clean(list[i], within, walk);
    if (copy === undefined && value !== list[i]) copy = list.slice(0, i);
    copy?.push(value);
  }
  return copy ?? list;
}

/** Who set which field when, and larger than the object: no part of what was asked or answered. */
function isNoise(key: string, place: Place): boolean {
  return key === 'managedFields' && place.key === 'metadata';
}

/** Its members up to `key`, as they were. */
function before(from: JsonObject, key: string): Record<string, unknown> {
  const kept: Record<string, unknown> = {};
  for (const each of Object.keys(from)) {
    if (each === key) break;
    put(kept, each, from[each]);
  }
  return kept;
}

function cleanObject(from: JsonObject, place: Place, walk: Walk): JsonObject {
  let copy: Record<string, unknown> | undefined;
  for (const key of Object.keys(from)) {
    const within = inside(place, key, true);
    const isLong = within.pathChars > MAX_PATH_CHARS;
    if (isLong) walk.isCut = true;
    if (isLong || isNoise(key, place)) {
      copy ??= before(from, key);
      continue;
    }
    const name = cleanKey(key);
    const value = clean(from[key], within, walk);
    walk.bytes += key.length + 4;
    if (name !== key || value !== from[key]) copy ??= before(from, key);
    if (copy !== undefined) put(copy, name, value);
  }
  return copy ?? from;
}

/** The value itself where it can stay as it is. What lies too deep becomes null: lists keep order. */
function clean(value: unknown, place: Place, walk: Walk): unknown {
  if (typeof value === 'string') {
    walk.bytes += value.length + 3;
    return value;
  }
  if (typeof value !== 'object' || value === null) {
    walk.bytes += 6;
    return value;
  }
  // It will be cut as a whole; what is left of it makes no difference.
  if (walk.bytes > walk.maxBytes) return value;
  const isList = Array.isArray(value);
  if (place.nesting > MAX_NESTING || (!isList && place.objects >= MAX_OBJECTS)) {
    walk.isCut = true;
    return null;
  }
  return isList ? cleanList(value, place, walk) : cleanObject(value as JsonObject, place, walk);
}

const ROOT: Place = { objects: 0, nesting: 0, pathChars: 0, key: '' };

/** A flattened field takes an object and nothing else. */
function rootOf(value: unknown): JsonObject {
  if (Array.isArray(value)) return { patch: value };
  return object(value) ?? { value };
}

function itemsOf({ items, rows }: JsonObject): number | undefined {
  if (Array.isArray(items)) return items.length;
  return Array.isArray(rows) ? rows.length : undefined;
}

/** Total. `maxBytes` is of the JSON, about. */
export function wholeBody(value: unknown, maxBytes: number): WholeBody {
  if (value === undefined || value === null) {
    return { body: undefined, isCut: false, items: undefined };
  }
  const root = rootOf(value);
  const walk: Walk = { maxBytes, bytes: 0, isCut: false };
  const items = itemsOf(root);
  const body = clean(root, ROOT, walk) as JsonObject;
  if (walk.bytes <= maxBytes) return { body, isCut: walk.isCut, items };
  const parts: Walk = { maxBytes: Number.POSITIVE_INFINITY, bytes: 0, isCut: false };
  return { body: clean(cutBody(root, maxBytes), ROOT, parts) as JsonObject, isCut: true, items };
}
