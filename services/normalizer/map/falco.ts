/**
 * Owns: an alert of Falco, by itself or through falcosidekick (userspace/engine/formats.cpp,
 * types/types.go; domain.md §4.2).
 * Does not own: which output field is what (falco-fields.ts), drops (falco-drop.ts).
 *
 * A test event (rule `Test rule`) stays, marked: whoever can choose a rule's name must not be able to
 * have an alert dropped by it.
 */
import type { JsonObject } from '../read/leaf.ts';
import { commonFields, place, shorten, type Where, whereFields } from './activity.ts';
import { dropOf, mapDrop } from './falco-drop.ts';
import {
  auditFacts,
  containerOf,
  field,
  type Fields,
  flatFields,
  processOf,
  requestUidOf,
  userOf,
  whereOf,
} from './falco-fields.ts';
import { compact, object, text, texts, time } from './fields.ts';
import { beginning, ingestOf } from './ingest.ts';
import type { Around, Facts, Mapper } from './mapped.ts';
import { recordId } from './record-id.ts';

/** On the scale of findings, so that both sort together. */
const SEVERITY: ReadonlyMap<string, number> = new Map([
  ...([
    ['emergency', 99],
    ['alert', 99],
    ['critical', 99],
    ['error', 73],
  ] as const),
  ...([
    ['warning', 47],
    ['notice', 21],
    ['informational', 1],
    ['info', 1],
    ['debug', 1],
  ] as const),
]);
const MAX_SENTENCE_CHARS = 1024;
/** What a whole alert has; output, fields and tags can be switched off. */
const FIELDS = ['rule', 'priority', 'time', 'source'];
const MAY_LACK = ['output', 'output_fields', 'tags', 'hostname'];
/** A request to the API server that the audit log tells of itself. */
const AUDIT_SOURCES = new Set(['k8s_audit', 'k8saudit']);

function isAboutAudit({ source }: JsonObject): boolean {
  return typeof source === 'string' && AUDIT_SOURCES.has(source);
}

/** The alert's own time; else its event's, in nanoseconds, of which a double holds too few digits. */
function timeOf(value: JsonObject, fields: Fields): string | undefined {
  const own = time(value['time']);
  if (own !== undefined) return own;
  const nanoseconds = field(fields, 'evt.time');
  if (nanoseconds === undefined || !/^\d{1,20}$/.test(nanoseconds)) return undefined;
  return new Date(Number(BigInt(nanoseconds) / 1_000_000n)).toISOString();
}

function missingOf(value: JsonObject, timestamp: string | undefined, isCut: boolean): string[] {
  const names = isCut ? [...FIELDS, ...MAY_LACK] : FIELDS;
  const missing = names.filter((name) => value[name] === undefined && name !== 'time');
  return timestamp === undefined ? [...missing, 'time'] : missing;
}

function sentenceOf(value: JsonObject, where: Where): string {
  const rule = text(value['rule']) ?? 'a rule that is not known';
  // The time and the priority at its beginning stand in fields of their own.
  const output = text(value['output'])?.replace(/^\d\d:\d\d:\d\d\.\d{1,9}: [A-Za-z]+ /, '');
  const told = output === undefined ? '' : `: ${output}`;
  return beginning(`Falco, ${rule}, ${place(where)}${told}`, MAX_SENTENCE_CHARS);
}

function eventOf(value: JsonObject, id: string, priority: string | undefined): JsonObject {
  const severity = SEVERITY.get(priority ?? '');
  return {
    // What it says about itself, and is no drop, is no alarm either.
    ...{
      id,
      kind: value['source'] === 'internal' ? 'event' : 'alert',
      module: 'falco',
      dataset: 'falco.alerts',
    },
    ...(severity === undefined ? {} : { severity }),
    provider: text(value['source']),
  };
}

interface Found {
  readonly id: string;
  readonly value: JsonObject;
  readonly fields: Fields;
  readonly where: Where;
  readonly recorded: string | undefined;
}

function ownOf(
  found: Found,
  requestUid: string | undefined,
  around: Around,
): JsonObject | undefined {
  const { fields, recorded, value } = found;
  const missing = missingOf(value, recorded, around.isCut);
  const isOfAudit = isAboutAudit(value);
  return compact({
    missing: missing.length === 0 ? undefined : missing,
    partial: around.isCut || around.isShortened ? true : undefined,
    test: value['rule'] === 'Test rule' ? true : undefined,
    // Not a second event of the audit log, but what Falco said of one.
    about: isOfAudit
      ? compact({ dataset: 'audit', audit_id: field(fields, 'ka.auditid') })
      : undefined,
    request_uid: requestUid,
    redaction: around.redaction,
    ingest: ingestOf(around),
  });
}

function documentOf(found: Found, requestUid: string | undefined, around: Around): JsonObject {
  const { fields, id, recorded, value, where } = found;
  const priority = text(value['priority'])?.toLowerCase();
  const user = userOf(fields);
  const { related, ...places } = whereFields(where, around.cluster);
  const name = text(user?.['name']);
  const event = eventOf(value, id, priority);
  return {
    ...commonFields(recorded ?? around.fallback, sentenceOf(value, where), event, around),
    tags: texts(value['tags']),
    log: priority === undefined ? undefined : { level: priority },
    rule: compact({ name: text(value['rule']), ruleset: 'falco' }),
    process: processOf(fields),
    user,
    ...places,
    container: containerOf(fields, where),
    related: compact({ ...object(related), user: name === undefined ? undefined : [name] }),
    falco: compact({
      source: text(value['source']),
      priority: text(value['priority']),
      output: text(value['output']),
      uuid: text(value['uuid']),
      output_fields: flatFields(fields),
    }),
    podwitness: ownOf(found, requestUid, around),
  };
}

export const mapFalco: Mapper = (raw, around) => {
  const value = around.isShortened ? (shorten(raw) as JsonObject) : raw;
  const id = recordId(around);
  const fields = object(value['output_fields']);
  const recorded = timeOf(value, fields);
  const drop = dropOf(value);
  // Where a plugin reads the audit log is not where the request was served.
  const hostname = isAboutAudit(value) ? undefined : text(value['hostname']) || undefined;
  const where = whereOf(fields, hostname);
  if (drop !== undefined) return mapDrop({ id, value, fields, where, recorded, drop }, around);
  const requestUid = requestUidOf(fields, around.requestUidFields);
  const { container, namespace, node, pod } = where;
  const facts: Facts = { ...auditFacts(fields), container, namespace, node, pod, requestUid };
  return {
    ...{ id, kind: 'alert', timestamp: recorded ?? around.fallback },
    partial: around.isCut || around.isShortened,
    facts,
    document: documentOf({ id, value, fields, where, recorded }, requestUid, around),
  };
};
