/**
 * Owns: what a record says about the shipper that wrapped it: who it was, of which cluster and node,
 * from which pod, file or tag.
 * Does not own: finding what is wrapped (unwrap.ts); the clouds' wrappers (wrappers.ts).
 */
import type { Envelope, JsonObject } from './leaf.ts';
import { isObject, member } from './node.ts';

/** The first of these paths that leads to a text. */
function first(value: JsonObject, paths: readonly (readonly string[])[]): string | undefined {
  for (const path of paths) {
    const found = path.reduce<unknown>(member, value);
    if (typeof found === 'string' && found !== '') return found;
  }
  return undefined;
}

const CLUSTER = [
  ['_gdch_cluster'],
  ['cluster_name'],
  ['cluster'],
  ['kubernetes', 'cluster_name'],
  ['kubernetes', 'cluster'],
  ['orchestrator', 'cluster', 'name'],
  ['fields', 'cluster'],
];

const NODE = [
  ['kubernetes', 'host'],
  ['kubernetes', 'node', 'name'],
  ['kubernetes', 'pod_node_name'],
  ['_HOSTNAME'],
  ['host', 'name'],
  ['host'],
];

const FIELDS: Readonly<Record<string, readonly (readonly string[])[]>> = {
  stream: [['stream'], ['kubernetes', 'stream']],
  tag: [['tag'], ['_tag']],
  file: [['file'], ['filename'], ['log', 'file', 'path'], ['kubernetes', 'file'], ['source_file']],
  pod: [['kubernetes', 'pod_name'], ['kubernetes', 'pod', 'name'], ['_gdch_fluentbit_pod']],
  namespace: [
    ['kubernetes', 'namespace_name'],
    ['kubernetes', 'pod_namespace'],
    ['kubernetes', 'namespace'],
  ],
  container: [
    ['kubernetes', 'container_name'],
    ['kubernetes', 'container', 'name'],
  ],
};

/** Keys by which a shipper is known, the surest first. */
const SHIPPERS: readonly (readonly [string, string])[] = [
  ['source_type', 'vector'],
  ['@metadata', 'elastic'],
  ['@version', 'logstash'],
  ['sourcetype', 'splunk'],
  ['_gdch_cluster', 'gdc'],
  ['date', 'fluent-bit'],
  ['logtag', 'fluent-bit'],
  ['log_processed', 'fluent-bit'],
  ['MESSAGE', 'journald'],
];

const DOCKER = new Set(['log', 'stream', 'time', 'attrs']);

function shipperOf(record: JsonObject): string | undefined {
  for (const [key, name] of SHIPPERS) if (Object.hasOwn(record, key)) return name;
  if (isObject(member(record, 'agent')) || isObject(member(record, 'ecs'))) return 'elastic';
  if (Object.hasOwn(record, '@timestamp')) return 'fluent-bit';
  const { kubernetes } = record;
  if (typeof member(kubernetes, 'pod_name') === 'string') {
    return Object.hasOwn(record, 'docker') ? 'fluentd' : 'fluent-bit';
  }
  const isDocker = 'log' in record && Object.keys(record).every((key) => DOCKER.has(key));
  return isDocker && Object.hasOwn(record, 'stream') ? 'docker' : undefined;
}

/** `outer` and what lies in it. */
export function within(
  outer: Envelope,
  via: string | undefined,
  found: Partial<Envelope> = {},
): Envelope {
  const cluster = found.cluster ?? outer.cluster;
  const node = found.node ?? outer.node;
  const isNew = via !== undefined && outer.via.at(-1) !== via;
  return {
    via: isNew ? [...outer.via, via] : outer.via,
    ...(cluster === undefined ? {} : { cluster }),
    ...(node === undefined ? {} : { node }),
    fields: found.fields === undefined ? outer.fields : { ...outer.fields, ...found.fields },
  };
}

/** Those of the values that are texts. */
export function textFields(
  values: Readonly<Record<string, unknown>>,
): Readonly<Record<string, string>> {
  return Object.fromEntries(
    Object.entries(values).filter(
      (entry): entry is [string, string] => typeof entry[1] === 'string',
    ),
  );
}

/** The envelope of what a shipper's record holds. */
export function describe(record: JsonObject, outer: Envelope): Envelope {
  const fields = Object.fromEntries(
    Object.entries(FIELDS).map(([name, paths]) => [name, first(record, paths)]),
  );
  const cluster = first(record, CLUSTER);
  const node = first(record, NODE);
  return within(outer, shipperOf(record), {
    ...(cluster === undefined ? {} : { cluster }),
    ...(node === undefined ? {} : { node }),
    fields: textFields(fields),
  });
}

/** Keys that a shipper adds beside a record's own, and that no format has itself. */
const ADDED: readonly string[] = [
  ...['date', '@timestamp', '@version', '@metadata', 'kubernetes', 'logtag', '_p', 'log_processed'],
  ...['source_type', 'log', 'stream', 'docker', '_tag', '_gdch_cluster', '_gdch_fluentbit_pod'],
];

/** Was the record parsed by a shipper, and lies among the shipper's own keys? */
export function isMerged(record: JsonObject): boolean {
  for (const key of ADDED) if (record[key] !== undefined) return true;
  return false;
}

/** The record without what the shipper added. */
export function withoutAdded(record: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(record).filter(([key]) => !ADDED.includes(key)));
}
