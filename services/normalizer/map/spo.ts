/**
 * Owns: a line of SPO's JSON enricher as the start of a process, in every shape that releases gave it
 * (internal/pkg/daemon/enricher/jsonenricher.go; domain.md §1.1, §1.2).
 */
import type { JsonObject } from '../read/leaf.ts';
import { commonFields, place, shorten, type Where, whereFields } from './activity.ts';
import { compact, object, text, texts, time } from './fields.ts';
import { beginning, ingestOf } from './ingest.ts';
import type { Around, Mapper } from './mapped.ts';
import { recordId } from './record-id.ts';
import { uidIn, unwrap } from './request-uid.ts';

const MAX_SENTENCE_CHARS = 256;
/** Every line of every release has these. */
const FIELDS = ['auditID', 'cmdLine', 'executable', 'node', 'pid', 'syscalls', 'timestamp'];
/** Whole lines may lack these, and then it was so. */
const MAY_LACK = ['requestUID', 'resource', 'uid', 'gid'];

interface Command {
  /** As it was asked for. */
  readonly line: string | undefined;
  /** As it was started, where that is something else. */
  readonly original: string | undefined;
  readonly requestUid: string | undefined;
}

function commandOf(value: JsonObject, { requestUidKeys }: Around): Command {
  const uid = uidIn(value['requestUID']);
  // The kernel ends each argument with a NUL, which SPO makes a blank.
  const started = text(value['cmdLine'])?.replace(/ $/, '');
  if (started === undefined || started === '') {
    return { line: undefined, original: undefined, requestUid: uid };
  }
  const inside = unwrap(started, requestUidKeys);
  if (inside === undefined) return { line: started, original: undefined, requestUid: uid };
  return { line: inside.line, original: started, requestUid: uid ?? inside.uid };
}

/**
 * Releases up to 1.0.0 write 0 for a user that they don't know, and times in whole seconds; later ones
 * leave the user out, and have milliseconds. So 0 is root for sure only beside milliseconds.
 */
function isUidKnown(uid: string | undefined, timestamp: string | undefined): boolean {
  if (uid === undefined) return false;
  return uid !== '0' || /\.(?!0+Z)\d/.test(timestamp ?? '');
}

function whereOf(value: JsonObject, { isCut }: Around): Where & { readonly scope?: string } {
  const resource = object(value['resource']);
  const given = (name: string): string | undefined => text(resource?.[name]) || undefined;
  // A cut line without one may have had one.
  const isOfNode = resource === undefined && !(isCut && value['resource'] === undefined);
  const scope = resource === undefined ? undefined : 'container';
  return {
    node: text(object(value['node'])?.['name']) || undefined,
    ...{ namespace: given('namespace'), pod: given('pod'), container: given('container') },
    ...(isOfNode ? { scope: 'node' } : scope === undefined ? {} : { scope }),
  };
}

/** Of a place that was cut: its container stands first. */
function lackingPlace(resource: JsonObject | undefined): readonly string[] {
  if (resource === undefined) return [];
  const names = ['container', 'namespace', 'pod'];
  return names.filter((name) => resource[name] === undefined).map((name) => `resource.${name}`);
}

function missingOf(value: JsonObject, command: Command, { isCut }: Around): readonly string[] {
  const names = isCut ? [...FIELDS, ...MAY_LACK] : FIELDS;
  const missing = names.filter((name) => value[name] === undefined);
  const isUserUnknown = !isCut && value['uid'] === undefined;
  return [
    ...missing,
    ...(isCut ? lackingPlace(object(value['resource'])) : []),
    ...(isUserUnknown ? ['uid'] : []),
    ...(command.line === undefined && value['cmdLine'] !== undefined ? ['cmdLine'] : []),
    ...(time(value['timestamp']) === undefined && value['timestamp'] !== undefined
      ? ['timestamp']
      : []),
  ];
}

/** `/` and nothing stand for an executable that was not found. */
function executableOf(value: JsonObject): string | undefined {
  const executable = text(value['executable']);
  return executable === '/' || executable === '' ? undefined : executable;
}

function pidOf({ pid }: JsonObject): number | undefined {
  return Number.isSafeInteger(pid) ? (pid as number) : undefined;
}

function sentenceOf(command: Command, executable: string | undefined, where: Where): string {
  const line = command.line && beginning(command.line, MAX_SENTENCE_CHARS);
  if (command.original !== undefined) return `A session ${place(where)} began with: ${line}`;
  if (line !== undefined) return `Command ${place(where)}: ${line}`;
  return `A command that is not known, started by ${executable ?? 'an unknown program'}, ${place(where)}`;
}

export const mapSpo: Mapper = (raw, around) => {
  const value = around.isShortened ? (shorten(raw) as JsonObject) : raw;
  const id = recordId(around);
  const partial = around.isCut || around.isShortened;
  const command = commandOf(value, around);
  const { scope, ...where } = whereOf(value, around);
  const executable = executableOf(value);
  const recorded = time(value['timestamp']);
  const uid = text(value['uid']);
  const gid = text(value['gid']);
  const missing = missingOf(raw, command, around);
  const timestamp = recorded ?? around.fallback;
  const event = {
    ...{ id, kind: 'event', module: 'security_profiles_operator', dataset: 'podwitness.process' },
    ...{ category: ['process'], type: ['start'], action: 'process-started' },
  };
  const own = compact({
    missing: missing.length === 0 ? undefined : missing,
    partial: partial ? true : undefined,
    request_uid: command.requestUid,
    redaction: around.redaction,
    process: {
      scope,
      session_start: command.original === undefined ? undefined : true,
      original_command_line: command.original,
      uid_known: isUidKnown(uid, recorded),
      syscalls: texts(value['syscalls']),
      audit_id: text(value['auditID']),
      version: text(value['version']),
    },
    ingest: ingestOf(around),
  });
  return {
    ...{ id, kind: 'process', timestamp, partial },
    facts: { ...where, requestUid: command.requestUid },
    document: {
      ...commonFields(timestamp, sentenceOf(command, executable, where), event, around),
      process: compact({ pid: pidOf(value), executable, command_line: command.line }),
      user: compact({ id: uid, group: gid === undefined ? undefined : { id: gid } }),
      ...whereFields(where, around.cluster),
      podwitness: own,
    },
  };
};
