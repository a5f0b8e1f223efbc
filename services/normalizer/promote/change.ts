/**
 * Owns: which fields a write touches: `podwitness.change.paths`, and the form of a patch. Never their
 * values.
 */
import { isObject, type JsonObject } from '../../../shared/domain/json.ts';
import { object } from '../map/fields.ts';
import { isIndex, segmentsOf } from './json-patch.ts';
import { MORE, short } from './lists.ts';

const MAX_PATHS = 32;
const MAX_NODES = 512;
const MAX_DEPTH = 16;
/** Their keys are file names and the like: what changed is told by them also in a whole object. */
const KEYED: ReadonlyMap<unknown, readonly string[]> = new Map([
  ['configmaps', ['data', 'binaryData']],
  ['secrets', ['data', 'stringData']],
]);

/** Which object it is, and no change of it. */
const IDENTITY = new Set(['apiVersion', 'kind', 'metadata.name', 'metadata.namespace']);

interface Walk {
  readonly paths: Set<string>;
  nodes: number;
  isStrategic: boolean;
}

function end(walk: Walk, path: string): void {
  if (path !== '' && !IDENTITY.has(path) && walk.paths.size <= MAX_PATHS)
    walk.paths.add(short(path) ?? path);
}

/** Names of members, without indexes; `$patch` and its like are directives, no fields. */
function visit(walk: Walk, value: unknown, path: string, depth: number): void {
  if (walk.nodes++ >= MAX_NODES || walk.paths.size > MAX_PATHS) return;
  if (Array.isArray(value) && value.some(isObject) && depth < MAX_DEPTH) {
    for (const element of value) visit(walk, element, path, depth + 1);
    return;
  }
  if (!isObject(value) || depth >= MAX_DEPTH) {
    end(walk, path);
    return;
  }
  visitMembers(walk, value, path, depth);
}

function visitMembers(walk: Walk, value: JsonObject, path: string, depth: number): void {
  let isLeaf = true;
  for (const name in value) {
    if (name.startsWith('$')) walk.isStrategic = true;
    if (name.startsWith('$') || name.startsWith('@')) continue;
    isLeaf = false;
    visit(walk, value[name], path === '' ? name : `${path}.${name}`, depth + 1);
    if (walk.paths.size > MAX_PATHS) return;
  }
  if (isLeaf) end(walk, path);
}

function visitOperations(walk: Walk, operations: readonly unknown[]): void {
  for (const operation of operations) {
    if (walk.nodes >= MAX_NODES || walk.paths.size > MAX_PATHS) return;
    const { op, path: pointer, value } = object(operation) ?? {};
    const segments = op === 'test' ? undefined : segmentsOf(pointer);
    if (segments === undefined) continue;
    const path = segments.filter((segment) => !isIndex(segment)).join('.');
    visit(walk, value, path, segments.length);
  }
}

function keysOf(walk: Walk, ref: JsonObject, body: JsonObject): void {
  for (const member of KEYED.get(ref['resource']) ?? []) {
    const data = object(body[member]);
    if (data !== undefined) visitMembers(walk, data, member, MAX_DEPTH - 1);
  }
}

/**
 * As far as its form tells: operations, or an object that says its kind and who manages it (apply), or
 * directives (strategic); otherwise `merge`, which a strategic patch without directives is, too.
 */
function typeOf(body: unknown, { isStrategic }: Walk, isManaged: boolean): string {
  if (Array.isArray(body)) return 'json';
  if (isStrategic) return 'strategic';
  const { apiVersion, kind } = object(body) ?? {};
  return isManaged && apiVersion !== undefined && kind !== undefined ? 'apply' : 'merge';
}

export interface Change {
  readonly paths: readonly string[] | undefined;
  readonly patchType: string | undefined;
}

export function changeOf(event: JsonObject, ref: JsonObject, isManaged: boolean): Change {
  const body = event['requestObject'];
  const walk: Walk = { paths: new Set(), nodes: 0, isStrategic: false };
  const isPatch = event['verb'] === 'patch' || Array.isArray(body);
  if (Array.isArray(body)) visitOperations(walk, body);
  else if (isPatch) visit(walk, body, '', 0);
  else keysOf(walk, ref, object(body) ?? {});
  const paths = [...walk.paths].slice(0, MAX_PATHS);
  const isAll = walk.nodes < MAX_NODES && walk.paths.size <= MAX_PATHS;
  return {
    paths: paths.length === 0 ? undefined : isAll ? paths : [...paths, MORE],
    patchType: isPatch ? typeOf(body, walk, isManaged) : undefined,
  };
}
