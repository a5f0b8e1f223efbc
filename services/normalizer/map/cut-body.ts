/**
 * Owns: what is kept of a body that is larger than was agreed: what it is and what it asks for before
 * what anybody can pad it with, so that padding hides nothing but itself.
 * Does not own: which form a store takes (whole-body.ts).
 */
import type { JsonObject } from '../read/leaf.ts';
import { object } from './fields.ts';
import { beginning } from './ingest.ts';

const MAX_TEXT_CHARS = 1024;
/** Deeper, a body that is too large is not worth a search for more. */
const MAX_NESTING = 32;

interface Budget {
  left: number;
}

/** Nothing where the budget is used up. */
function take(value: unknown, budget: Budget, nesting = 0): unknown {
  if (budget.left <= 0) return undefined;
  if (typeof value === 'string') {
    const kept = beginning(value, MAX_TEXT_CHARS);
    budget.left -= kept.length + 3;
    return kept;
  }
  budget.left -= 6;
  if (typeof value !== 'object' || value === null) return value;
  if (nesting > MAX_NESTING) return null;
  if (Array.isArray(value)) return takeList(value, budget, nesting);
  return takeMembers(value as JsonObject, Object.keys(value), budget, nesting);
}

function takeList(list: readonly unknown[], budget: Budget, nesting: number): readonly unknown[] {
  const kept: unknown[] = [];
  for (const each of list) {
    if (budget.left <= 0) break;
    kept.push(take(each, budget, nesting + 1));
  }
  return kept;
}

function takeMembers(
  from: JsonObject,
  names: readonly string[],
  budget: Budget,
  nesting: number,
): JsonObject {
  const kept: (readonly [string, unknown])[] = [];
  for (const name of names) {
    budget.left -= name.length + 4;
    if (budget.left <= 0) break;
    kept.push([name, take(from[name], budget, nesting + 1)]);
  }
  return Object.fromEntries(kept);
}

/** What names an object; what else stands in its metadata is anybody's text. */
const NAMES = ['name', 'generateName', 'namespace', 'uid', 'ownerReferences'];
/** Taken last, and in this order. */
const LAST = ['data', 'stringData', 'binaryData', 'status'];
const LIST_MEMBERS = ['items', 'rows'];

function present(from: JsonObject | undefined, names: readonly string[]): readonly string[] {
  return from === undefined ? [] : names.filter((name) => Object.hasOwn(from, name));
}

/** Of an object in a list: its name. A row of a table holds the object. */
function nameOf(item: unknown): unknown {
  const from = object(item);
  const row = object(from?.['object']);
  const metadata = object((row ?? from)?.['metadata']);
  const named = { metadata: metadata && pick(metadata, ['name', 'namespace']) };
  return row === undefined ? named : { object: named };
}

function pick(from: JsonObject, names: readonly string[]): JsonObject {
  return Object.fromEntries(present(from, names).map((name) => [name, from[name]]));
}

/** Names of all the objects of a list are worth more than some of them in full. */
function withNames(root: JsonObject): JsonObject {
  const lists = LIST_MEMBERS.flatMap((name) => {
    const list = root[name];
    return Array.isArray(list) ? [[name, list.map(nameOf)] as const] : [];
  });
  return lists.length === 0 ? root : { ...root, ...Object.fromEntries(lists) };
}

/** `body` with about `maxBytes` of JSON. */
export function cutBody(body: JsonObject, maxBytes: number): JsonObject {
  const root = withNames(body);
  const budget: Budget = { left: maxBytes };
  const metadata = object(root['metadata']);
  const first = present(root, ['kind', 'apiVersion']);
  const last = present(root, LAST);
  const rest = Object.keys(root).filter(
    (name) => name !== 'metadata' && !first.includes(name) && !last.includes(name),
  );
  const names = present(metadata, NAMES);
  const others = Object.keys(metadata ?? {}).filter(
    (name) => name !== 'managedFields' && !names.includes(name),
  );
  const head = takeMembers(root, first, budget, 0);
  const named = metadata && takeMembers(metadata, names, budget, 1);
  const middle = takeMembers(root, rest, budget, 0);
  const described = metadata && takeMembers(metadata, others, budget, 1);
  return {
    ...head,
    ...(metadata === undefined ? {} : { metadata: { ...named, ...described } }),
    ...middle,
    ...takeMembers(root, last, budget, 0),
  };
}
