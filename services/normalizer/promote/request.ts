/**
 * Owns: how something was asked for: `podwitness.request`, and the command of an exec.
 * Does not own: what was written (workload.ts, rbac.ts …), proxied requests (proxy.ts).
 */
import type { JsonObject } from '../../../shared/domain/json.ts';
import { compact, object, text, texts } from '../map/fields.ts';
import { namesMark, withoutWrapper } from '../map/request-uid.ts';
import { copyOf, processOf } from './argv.ts';
import { count, isCount, short } from './lists.ts';
import { proxied } from './proxy.ts';
import { NO_QUERY, type Query, queryOf } from './query.ts';

export interface Asked {
  readonly request?: JsonObject | undefined;
  /** ECS. */
  readonly process?: JsonObject | undefined;
}

const NOTHING: Asked = {};

type Value = (name: string) => unknown;
type Kind = 'flag' | 'text' | 'count' | 'counts';
type Param = readonly [name: string, field: string, kind: Kind];

/** Of requests on a pod. Elsewhere the server ignores them, and so does this. */
const CONTAINER: Param = ['container', 'container', 'text'];
const STREAMS: readonly Param[] = [
  CONTAINER,
  ...(['stdin', 'stdout', 'stderr', 'tty'] as const).map((n): Param => [n, n, 'flag']),
];
const LOG: readonly Param[] = [
  CONTAINER,
  ['follow', 'follow', 'flag'],
  ['previous', 'previous', 'flag'],
  ['sinceSeconds', 'since_seconds', 'count'],
  ['sinceTime', 'since_time', 'text'],
  ['tailLines', 'tail_lines', 'count'],
  ['limitBytes', 'limit_bytes', 'count'],
];
const WRITE: readonly Param[] = [
  ['fieldManager', 'field_manager', 'text'],
  ['fieldValidation', 'field_validation', 'text'],
  ['force', 'force', 'flag'],
];
const DELETE: readonly Param[] = [
  ['propagationPolicy', 'propagation_policy', 'text'],
  ['gracePeriodSeconds', 'grace_period_seconds', 'count'],
  ['orphanDependents', 'orphan_dependents', 'flag'],
];
const LIST: readonly Param[] = [
  ['labelSelector', 'label_selector', 'text'],
  ['fieldSelector', 'field_selector', 'text'],
  ['limit', 'limit', 'count'],
];

interface Plan {
  readonly params: readonly Param[];
  readonly wanted: ReadonlySet<string>;
}

function plan(params: readonly Param[], ...others: readonly string[]): Plan {
  return { params, wanted: new Set([...params.map(([name]) => name), ...others]) };
}

const EXEC = plan(STREAMS, 'command');
const OF_POD: ReadonlyMap<unknown, Plan> = new Map([
  ['exec', EXEC],
  ['attach', plan(STREAMS)],
  ['log', plan(LOG)],
  ['portforward', plan([['ports', 'ports', 'counts']])],
]);
const OF_VERB: ReadonlyMap<unknown, Plan> = new Map([
  ...(['create', 'update', 'patch'] as const).map((v) => [v, plan(WRITE, 'dryRun')] as const),
  ['delete', plan(DELETE, 'dryRun')],
  ['deletecollection', plan([...DELETE, ...LIST], 'dryRun')],
  ['list', plan(LIST)],
  ['watch', plan(LIST)],
]);

/** As conversion of parameters has it: all but `false` and `0` is true, also what is empty. */
function flagOf(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  return typeof value === 'string' ? value !== '0' && value.toLowerCase() !== 'false' : undefined;
}

function counts(value: unknown): readonly number[] | undefined {
  const list: readonly unknown[] = Array.isArray(value) ? value : (text(value)?.split(',') ?? []);
  const found = list.slice(0, 64).flatMap((v) => count(v) ?? []);
  return found.length > 0 ? found.filter(isCount) : undefined;
}

function fieldOf(value: unknown, kind: Kind): unknown {
  if (kind === 'flag') return flagOf(value);
  if (kind === 'count') return count(value);
  return kind === 'text' ? short(value) : counts(value);
}

function fieldsOf(params: readonly Param[], value: Value): Record<string, unknown> | undefined {
  let fields: Record<string, unknown> | undefined;
  for (const [name, field, kind] of params) {
    const found = value(name);
    if (found === undefined || found === null) continue;
    const known = fieldOf(found, kind);
    if (known === undefined) continue;
    fields ??= {};
    fields[field] = known;
  }
  return fields;
}

/** Of the query, else of the options that an admission webhook or Cloud Logging is told. */
function valueIn(query: Query, options: JsonObject | undefined): Value {
  return (name) => query.get(name)?.[0] ?? options?.[name];
}

type Names = readonly string[];

/** Arguments that the query has were asked for as they are; options, a webhook may have changed. */
function argvOf(query: Query, options: JsonObject | undefined, uidKeys: Names) {
  const asked = query.get('command');
  if (asked !== undefined) return { argv: asked, own: asked };
  const argv = texts(options?.['command']) ?? [];
  return { argv, own: withoutWrapper(argv, uidKeys) };
}

function onPod(event: JsonObject, uri: string, { params, wanted }: Plan, uidKeys: Names): Asked {
  const query = queryOf(uri, wanted);
  const options = object(event['requestObject']);
  if (query.size === 0 && options === undefined) return NOTHING;
  const fields = fieldsOf(params, valueIn(query, options));
  if (!wanted.has('command')) return { request: fields };
  const { argv, own } = argvOf(query, options, uidKeys);
  const request = { ...fields, copy: copyOf(own), names_mark: namesOf(own, uidKeys) };
  return { request: compact(request), process: processOf(argv) };
}

function namesOf(argv: readonly string[], uidKeys: Names): true | undefined {
  return namesMark(argv, uidKeys) ? true : undefined;
}

/** The server refuses any value but this one. */
function isAll(values: unknown): boolean {
  return Array.isArray(values) && values.length > 0 && values.every((value) => value === 'All');
}

/**
 * A delete whose body holds options ignores the query, so that its `dryRun` counts only where it can
 * be seen that there was no body. A token is made whatever is said.
 */
function isDryRun(event: JsonObject, query: Query, options: JsonObject | undefined): boolean {
  if (isAll(options?.['dryRun'])) return true;
  if (object(event['objectRef'])?.['subresource'] === 'token' || !isAll(query.get('dryRun'))) {
    return false;
  }
  const verb = event['verb'];
  if (verb !== 'delete' && verb !== 'deletecollection') return true;
  const isBodyShown = event['level'] === 'Request' || event['level'] === 'RequestResponse';
  return isBodyShown && event['stage'] === 'ResponseComplete' && options === undefined;
}

function isDelete(event: JsonObject): boolean {
  return event['verb'] === 'delete' || event['verb'] === 'deletecollection';
}

function onObject(event: JsonObject, uri: string, { params, wanted }: Plan): Asked {
  const query = uri.includes('?') ? queryOf(uri, wanted) : NO_QUERY;
  const told = object(event['options']);
  const options = told ?? (isDelete(event) ? object(event['requestObject']) : undefined);
  if (query.size === 0 && options === undefined) return NOTHING;
  const hasBody = options !== undefined && isDelete(event);
  // Selectors are always of the query; DeleteOptions know no such names.
  const value: Value = hasBody
    ? (name) => options[name] ?? (LIST_NAMES.has(name) ? query.get(name)?.[0] : undefined)
    : valueIn(query, options);
  const fields = fieldsOf(params, value);
  if (!wanted.has('dryRun') || !isDryRun(event, query, options)) return { request: fields };
  return { request: { ...fields, dry_run: true } };
}

const LIST_NAMES: ReadonlySet<string> = new Set(LIST.map(([name]) => name));
const PROXIED = new Set<unknown>(['pods', 'services', 'nodes']);

/** `ref`: of objectRef, not of the path, which a client may encode as it likes. Total. */
export function asked(event: JsonObject, ref: JsonObject | undefined, uidKeys: Names): Asked {
  const subresource = ref?.['subresource'];
  const uri = text(event['requestURI']) ?? '';
  if (ref !== undefined && subresource === 'proxy' && PROXIED.has(ref['resource'])) {
    const { argv, request } = proxied(uri, ref);
    const all = { ...request, names_mark: namesOf(argv, uidKeys) };
    return { request: compact(all), process: processOf(argv) };
  }
  const stream = ref?.['resource'] === 'pods' ? OF_POD.get(subresource) : undefined;
  if (stream !== undefined) return onPod(event, uri, stream, uidKeys);
  const options = OF_VERB.get(event['verb']);
  return options === undefined ? NOTHING : onObject(event, uri, options);
}
