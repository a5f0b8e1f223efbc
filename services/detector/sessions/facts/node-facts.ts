/**
 * Owns: a command of a node, and an alert of Falco on system calls, as facts: what may lie in a
 * session, with the findings about it that wait for the session.
 */
import type { AuditEvent } from '../../../../schemas/generated/avro.ts';
import { textAt, valueAt } from '../../document.ts';
import type { MadeFinding } from '../../finding.ts';
import type { EventDocument } from '../../rules/expression.ts';
import type { Room } from '../record/room.ts';
import { defined } from './defined.ts';
import { heldOf } from './finding-refs.ts';
import { countAt, factRoom, fitName, fitTextAt, fitTexts, flagAt, timeOf } from './fitted.ts';
import type { AlertFact, LineFact, Place } from './model.ts';

const COMMAND_BYTES = 8 * 1024;
const TEXT_BYTES = 2 * 1024;
const SYSCALLS = { items: 64, bytes: 2 * 1024 };
const WHOLE_SECOND = /T\d\d:\d\d:\d\d(?:\.0+)?(?:Z|[+-]\d\d:\d\d)$/;
/** Falco's own source of events; falcosidekick writes `syscalls` where it was told none. */
const SYSCALL_SOURCES: ReadonlySet<unknown> = new Set(['syscall', 'syscalls', undefined]);

function placeOf(room: Room, { container, namespace, node, pod }: AuditEvent): Place {
  const name = (text: string | null) => fitName(room, text);
  return defined({
    ...{ namespace: name(namespace), pod: name(pod) },
    ...{ container: name(container), node: name(node) },
  });
}

/** Without any of these there is nothing that it could be joined by. */
function isPlaced({ namespace, node, pod }: Place, requestUid: string | undefined): boolean {
  const hasPod = namespace !== undefined && pod !== undefined;
  return hasPod || node !== undefined || requestUid !== undefined;
}

function isWholeSecond(document: EventDocument): boolean {
  const missing = valueAt(document, 'podwitness', 'missing');
  // Then it is the time at which it came.
  if (Array.isArray(missing) && missing.includes('timestamp')) return false;
  return WHOLE_SECOND.test(textAt(document, '@timestamp') ?? '');
}

/** Releases up to 1.0.0 write 0 for a user that they don't know. */
function userIdOf(room: Room, document: EventDocument): string | undefined {
  if (flagAt(document, 'podwitness', 'process', 'uid_known') !== true) return undefined;
  return fitTextAt(room, TEXT_BYTES, document, 'user', 'id');
}

function commandOf(room: Room, document: EventDocument) {
  return {
    pid: countAt(document, 'process', 'pid'),
    executable: fitTextAt(room, TEXT_BYTES, document, 'process', 'executable'),
    commandLine: fitTextAt(room, COMMAND_BYTES, document, 'process', 'command_line'),
  };
}

/** As enrichment has it: `Deployment/checkout`. */
function workloadOf(room: Room, document: EventDocument): string | undefined {
  const own = (name: string) => textAt(document, 'podwitness', 'pod', name);
  const [kind, name] = [own('workload_kind'), own('workload')];
  return kind === undefined || name === undefined ? undefined : fitName(room, `${kind}/${name}`);
}

/** Undefined: it can be joined with nothing. */
export function lineFact(
  event: AuditEvent,
  document: EventDocument,
  findings: readonly MadeFinding[],
): LineFact | undefined {
  const room = factRoom();
  const place = placeOf(room, event);
  const requestUid = fitName(room, event.requestUid);
  if (!isPlaced(place, requestUid)) return undefined;
  const told = (name: string) => valueAt(document, 'podwitness', 'process', name);
  const isOfNode = told('scope') === 'node' || (told('scope') === undefined && !place.pod);
  return defined({
    kind: 'line' as const,
    ...{ eventId: fitName(room, event.id) ?? '', timeMs: timeOf(event.time, document) },
    ...{ isWholeSecond: isWholeSecond(document), place },
    scope: isOfNode ? ('node' as const) : ('container' as const),
    ...commandOf(room, document),
    userId: userIdOf(room, document),
    groupId: fitTextAt(room, TEXT_BYTES, document, 'user', 'group', 'id'),
    isSessionStart: told('session_start') === true,
    requestUid,
    syscalls: fitTexts(room, SYSCALLS, told('syscalls')),
    workload: workloadOf(room, document),
    partial: event.partial,
    findings: heldOf(room, findings),
  });
}

/** Of its own telling, or about a request that the audit log tells of itself. */
function isOfSyscalls(document: EventDocument): boolean {
  const isAboutAudit = valueAt(document, 'podwitness', 'about') !== undefined;
  return !isAboutAudit && SYSCALL_SOURCES.has(textAt(document, 'falco', 'source'));
}

/** Undefined: it is about no process, or can be joined with nothing. */
export function alertFact(
  event: AuditEvent,
  document: EventDocument,
  findings: readonly MadeFinding[],
): AlertFact | undefined {
  if (!isOfSyscalls(document)) return undefined;
  const room = factRoom();
  const place = placeOf(room, event);
  const requestUid = fitName(room, event.requestUid);
  if (!isPlaced(place, requestUid)) return undefined;
  const text = (...path: string[]) => fitTextAt(room, TEXT_BYTES, document, ...path);
  return defined({
    kind: 'alert' as const,
    ...{ eventId: fitName(room, event.id) ?? '', timeMs: timeOf(event.time, document), place },
    rule: text('rule', 'name') ?? '',
    priority: text('log', 'level'),
    message: text('falco', 'output') ?? text('message'),
    ...commandOf(room, document),
    processName: text('process', 'name'),
    parentName: text('process', 'parent', 'name'),
    hasTerminal: flagAt(document, 'process', 'interactive'),
    requestUid,
    workload: workloadOf(room, document),
    partial: event.partial,
    findings: heldOf(room, findings),
  });
}
