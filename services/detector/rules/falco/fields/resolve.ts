/**
 * Owns: names of Falco's fields to fields of our documents, for rules of each source.
 * Does not own: what is at them (audit.ts, containers.ts, pointer.ts, time.ts).
 */
import { nearestName } from '../../../../../shared/domain/nearest.ts';
import type { EventDocument, Field, FieldPath } from '../../expression.ts';
import type { FieldRef } from '../ast.ts';
import { auditFields } from './audit.ts';
import { type Arg, type Definition, NO_ARG } from './definition.ts';
import { AUDIT_ID, type FalcoField, type ResolveField, type Resolved, valueAt } from './field.ts';
import type { Meaning } from './meaning.ts';
import { objectField, pointerField } from './pointer.ts';
import { TIME_FIELDS, timeOf, timePaths } from './time.ts';

const VALUES = new Set(['jevt.value', 'json.value']);
const OBJECTS = new Set(['jevt.obj', 'json.obj']);

/** Longer names are no slips of the pen, and take long to compare. */
const MAX_GUESSED = 80;

/** The same in every event of the audit log. Falco numbers its events from 1. */
const CONSTANTS: Readonly<Record<string, string>> = {
  'evt.num': '1',
  'evt.source': 'k8s_audit',
  'evt.type': 'pluginevent',
  'evt.pluginname': 'k8saudit',
};

/** Fields of rules for the audit log. */
export function resolveAudit(meaning: Meaning): ResolveField {
  const definitions = auditFields(meaning);
  return (ref) => {
    const definition = definitions.get(ref.name);
    if (definition !== undefined) return withArgument(ref, definition, meaning);
    if (VALUES.has(ref.name)) {
      const hasArg = ref.arg !== undefined && ref.arg !== '';
      return hasArg
        ? found(pointerField(ref.arg))
        : failed(`field '${ref.name}' requires an argument`);
    }
    const field = withoutArgument(ref.name);
    if (field === undefined) return failed(unknownField(ref, [...definitions.keys()]));
    return ref.arg === undefined ? found(field) : failed(noArguments(ref));
  };
}

function withoutArgument(name: string): FalcoField | undefined {
  if (OBJECTS.has(name)) return objectField();
  if (TIME_FIELDS.includes(name)) return timeField(name);
  const constant = Object.hasOwn(CONSTANTS, name) ? CONSTANTS[name] : undefined;
  if (constant === undefined) return undefined;
  const field = computed(`falco ${name}`, [], () => [constant]);
  return { ...eventField(field), type: name === 'evt.num' ? 'number' : 'text' };
}

function timeField(name: string): FalcoField {
  const field = computed(`falco ${name}`, timePaths, (document) => {
    const text = timeOf(document, name);
    return text === undefined ? undefined : [text];
  });
  return eventField(field);
}

function eventField(field: Field): FalcoField {
  return { field, isList: false, type: 'text', needsAuditId: false };
}

function computed(
  key: string,
  from: readonly FieldPath[],
  read: (document: EventDocument) => readonly unknown[] | undefined,
): Field {
  return { kind: 'computed', key, from, read };
}

function withArgument(ref: FieldRef, definition: Definition, meaning: Meaning): Resolved {
  const { isList, path } = definition;
  const arg = argumentOf(ref, definition);
  if (typeof arg === 'string') return failed(arg);
  if (path !== undefined && ref.arg === undefined) {
    const field: Field = { kind: 'path', paths: [path] };
    return found({ field, isList, type: 'text', needsAuditId: true });
  }
  const key = `falco ${meaning} ${ref.name}[${ref.arg ?? ''}]`;
  const field = computed(key, [AUDIT_ID, ...definition.from], (document) =>
    valueAt(document, AUDIT_ID) === undefined ? undefined : read(document, definition, arg),
  );
  return found({ field, isList, type: 'text', needsAuditId: false });
}

function read(
  document: EventDocument,
  definition: Definition,
  arg: Arg,
): readonly unknown[] | undefined {
  if (definition.path === undefined) return definition.read(document, arg);
  const list = valueAt(document, definition.path);
  const item: unknown = Array.isArray(list) ? list[arg.index ?? 0] : undefined;
  return item === undefined ? undefined : [item];
}

/** A text says what is wrong with it. */
function argumentOf(ref: FieldRef, { arg: kind }: Definition): Arg | string {
  const { arg, name } = ref;
  if (kind === 'key')
    return arg === undefined || arg === '' ? `field '${name}' requires an argument` : { key: arg };
  if (arg === undefined) return NO_ARG;
  if (kind === 'none') return noArguments(ref);
  return /^\d{1,9}$/.test(arg)
    ? { key: arg, index: Number(arg) }
    : `the argument of '${name}' is no number`;
}

function noArguments({ arg, name }: FieldRef): string {
  return `field '${name}' does not allow arguments, and has [${arg}]`;
}

function unknownField({ name }: FieldRef, known: readonly string[]): string {
  const guess = name.length > MAX_GUESSED ? undefined : nearestName(name, known);
  const hint = guess === undefined ? '' : `; did you mean '${guess}'?`;
  return `filter_check called with nonexistent field ${name}${hint}`;
}

function found(field: FalcoField): Resolved {
  return { ok: true, field };
}

function failed(reason: string): Resolved {
  return { ok: false, reason };
}

/** Classes of fields that Falco has for system calls, and its plugins for what runs on nodes. */
const NODE_CLASSES = new Set([
  ...['evt', 'syscall', 'process', 'proc', 'thread', 'user', 'group', 'container', 'image'],
  ...['fd', 'fs', 'fdlist', 'k8s', 'k8smeta', 'k8sres', 'mesos', 'syslog', 'span', 'evtin'],
  ...['krsi', 'gvisor', 'anomaly'],
]);

/**
 * Fields of rules for system calls. They are never read of our events; what Falco told of them with
 * an alert stands in its output fields.
 */
export const resolveNode: ResolveField = (ref) => {
  const [name = ''] = ref.name.split('.');
  if (!NODE_CLASSES.has(name)) return failed(unknownField(ref, []));
  const written = ref.arg === undefined ? ref.name : `${ref.name}[${ref.arg}]`;
  const path = ['falco', 'output_fields', written];
  return found({
    ...{ field: { kind: 'path', paths: [path] }, isList: false, type: 'text' },
    needsAuditId: false,
  });
};
