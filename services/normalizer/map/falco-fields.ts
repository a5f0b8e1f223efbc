/**
 * Owns: which of Falco's output fields are which fields of ECS (falco.org/docs/reference/rules/
 * supported-fields). What is null or `<NA>` is not known.
 */
import type { JsonObject } from '../read/leaf.ts';
import type { Facts } from './mapped.ts';
import type { Where } from './activity.ts';
import { compact, int32, text } from './fields.ts';
import { flatKey } from './ingest.ts';
import { uidIn } from './request-uid.ts';

/** Elasticsearch finds longer ones by nothing but the whole document. */
const MAX_VALUE_CHARS = 8191;

/** Output fields, by names that an alert's sender chose. */
export type Fields = JsonObject | undefined;

export function field(fields: Fields, name: string): string | undefined {
  if (fields === undefined || !Object.hasOwn(fields, name)) return undefined;
  const value = text(fields[name]);
  return value === undefined || value === '' || value === '<NA>' ? undefined : value;
}

function first(fields: Fields, ...names: readonly string[]): string | undefined {
  for (const name of names) {
    const value = field(fields, name);
    if (value !== undefined) return value;
  }
  return undefined;
}

function whole(fields: Fields, name: string): number | undefined {
  const value = field(fields, name);
  if (value === undefined || !/^-?\d{1,15}$/.test(value)) return undefined;
  return Number(value);
}

/** Falco's container id of a process on the node itself. */
const HOST = 'host';

export function whereOf(fields: Fields, hostname: string | undefined): Where {
  const isOnHost = field(fields, 'container.id') === HOST;
  const container = first(fields, 'k8s.container.name', 'container.name');
  return {
    node: hostname ?? field(fields, 'evt.hostname'),
    namespace: first(fields, 'k8s.ns.name', 'k8smeta.ns.name', 'ka.target.namespace'),
    pod: first(fields, 'k8s.pod.name', 'k8smeta.pod.name', 'ka.target.pod.name'),
    container: isOnHost || container === HOST ? undefined : container,
  };
}

function parentOf(fields: Fields): JsonObject | undefined {
  return compact({
    name: field(fields, 'proc.pname'),
    pid: whole(fields, 'proc.ppid'),
    executable: field(fields, 'proc.pexepath'),
    command_line: field(fields, 'proc.pcmdline'),
  });
}

export function processOf(fields: Fields): JsonObject | undefined {
  const tty = whole(fields, 'proc.tty');
  return compact({
    name: field(fields, 'proc.name'),
    pid: whole(fields, 'proc.pid'),
    executable: first(fields, 'proc.exepath', 'proc.exe'),
    command_line: field(fields, 'proc.cmdline'),
    working_directory: field(fields, 'proc.cwd'),
    interactive: tty === undefined ? undefined : tty !== 0,
    parent: parentOf(fields),
  });
}

export function containerOf(fields: Fields, { container }: Where): JsonObject | undefined {
  const id = field(fields, 'container.id');
  const image = compact({
    name: first(fields, 'container.image.repository', 'container.image'),
    tag: field(fields, 'container.image.tag'),
  });
  return compact({ id: id === HOST ? undefined : id, name: container, image });
}

export function userOf(fields: Fields): JsonObject | undefined {
  return compact({
    name: first(fields, 'ka.user.name', 'user.name'),
    id: first(fields, 'user.uid'),
  });
}

/** Fields of the request that a rule of Falco's k8s_audit source is about. */
export function auditFacts(fields: Fields): Facts {
  const code = Number(field(fields, 'ka.response.code') ?? Number.NaN);
  return {
    auditId: field(fields, 'ka.auditid'),
    stage: field(fields, 'ka.stage'),
    verb: field(fields, 'ka.verb'),
    userName: field(fields, 'ka.user.name'),
    impersonatedUserName: field(fields, 'ka.impuser.name'),
    resource: field(fields, 'ka.target.resource'),
    subresource: field(fields, 'ka.target.subresource'),
    name: field(fields, 'ka.target.name'),
    code: int32(code),
  };
}

/** The first of the configured names that has a value, else any that a rule's author named like it. */
export function requestUidOf(fields: Fields, names: readonly string[]): string | undefined {
  const alike = Object.keys(fields ?? {}).filter((name) => name.startsWith('spo_request_uid'));
  for (const name of [...names, ...alike.sort()]) {
    const uid = uidIn(field(fields, name));
    if (uid !== undefined) return uid;
  }
  return undefined;
}

function flatValue(value: unknown): unknown {
  if (Array.isArray(value)) return value.flatMap((each) => flatValue(each) ?? []);
  const plain = text(value) ?? (value === null ? undefined : JSON.stringify(value));
  return plain === undefined ? undefined : plain.slice(0, MAX_VALUE_CHARS);
}

/** All of them as texts, for one flattened field: each number as its digits were. */
export function flatFields(fields: Fields): JsonObject | undefined {
  if (fields === undefined) return undefined;
  const kept = Object.entries(fields).flatMap(([name, value]) => {
    const flat = flatValue(value);
    return flat === undefined ? [] : [[flatKey(name), flat] as const];
  });
  return kept.length === 0 ? undefined : Object.fromEntries(kept);
}
