/**
 * Owns: what the operations of a JSON patch set (RFC 6902), as parts of the object that they change.
 * The object itself is not known, so nothing is applied: a value that an operation sets and a later
 * one takes away again is told of, too. To hide one in a place from which it is moved does not help.
 */
import { isObject, type JsonObject } from '../../../shared/domain/json.ts';

/** The API server takes no more (k8s.io/apiserver, patch.go). */
const MAX_OPERATIONS = 10_000;
const MAX_SEGMENTS = 32;
/** For all moves of one patch: comparisons, and values, as each may be as large as the patch. */
const MAX_LOOKS = 50_000;
const MAX_MOVED = 16;
const INDEX = /^(?:-|\d+)$/;

interface Put {
  readonly segments: readonly string[];
  readonly value: unknown;
}

/** Of a JSON pointer; undefined: none, or deeper than anything that is asked for. */
export function segmentsOf(pointer: unknown): readonly string[] | undefined {
  if (pointer === '') return [];
  if (typeof pointer !== 'string' || !pointer.startsWith('/')) return undefined;
  const segments = pointer.slice(1).split('/', MAX_SEGMENTS + 1);
  if (segments.length > MAX_SEGMENTS) return undefined;
  return pointer.includes('~')
    ? segments.map((s) => s.replaceAll('~1', '/').replaceAll('~0', '~'))
    : segments;
}

/** An index counts for any: earlier operations may have shifted what it stands for. */
function isSame(a: string | undefined, b: string | undefined): boolean {
  return a === b || (a !== undefined && b !== undefined && INDEX.test(a) && INDEX.test(b));
}

export function isIndex(segment: string): boolean {
  return INDEX.test(segment);
}

function nested(segments: readonly string[], value: unknown): unknown {
  return segments.reduceRight<unknown>(
    (inner, segment) => (INDEX.test(segment) ? [inner] : { [segment]: inner }),
    value,
  );
}

function inside(value: unknown, segments: readonly string[]): unknown {
  let found = value;
  for (const segment of segments) {
    if (Array.isArray(found)) found = found[segment === '-' ? found.length - 1 : Number(segment)];
    else found = isObject(found) && Object.hasOwn(found, segment) ? found[segment] : undefined;
  }
  return found;
}

/** What `put` laid at or below `from`; undefined: nothing. */
function takenFrom(from: readonly string[], { segments, value }: Put): unknown {
  const shared = Math.min(from.length, segments.length);
  for (let at = 0; at < shared; at++) if (!isSame(from[at], segments[at])) return undefined;
  return from.length >= segments.length
    ? inside(value, from.slice(shared))
    : nested(segments.slice(shared), value);
}

interface Moves {
  looks: number;
  values: number;
}

function moved(operation: JsonObject, puts: readonly Put[], moves: Moves): readonly unknown[] {
  const from = segmentsOf(operation['from']);
  if (from === undefined) return [];
  const found: unknown[] = [];
  for (const put of puts) {
    if (moves.looks++ >= MAX_LOOKS || moves.values >= MAX_MOVED) break;
    const value = takenFrom(from, put);
    if (value === undefined) continue;
    moves.values += 1;
    found.push(value);
  }
  return found;
}

function valuesOf(operation: JsonObject, puts: readonly Put[], moves: Moves): readonly unknown[] {
  const name = operation['op'];
  if (name === 'add' || name === 'replace') return [operation['value']];
  return name === 'move' || name === 'copy' ? moved(operation, puts, moves) : [];
}

/** One part per value that is set. Total. */
export function partsOf(operations: readonly unknown[]): readonly JsonObject[] {
  const puts: Put[] = [];
  const moves: Moves = { looks: 0, values: 0 };
  for (const operation of operations.slice(0, MAX_OPERATIONS)) {
    if (!isObject(operation)) continue;
    const segments = segmentsOf(operation['path']);
    if (segments === undefined) continue;
    for (const value of valuesOf(operation, puts, moves)) {
      if (puts.length < MAX_OPERATIONS) puts.push({ segments, value });
    }
  }
  return puts.map(({ segments, value }) => nested(segments, value)).filter(isObject);
}
