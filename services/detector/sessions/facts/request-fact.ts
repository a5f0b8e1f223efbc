/**
 * Owns: one stage of a request that opens a session, as a fact.
 * Does not own: which requests do (request-kind.ts).
 */
import type { AuditEvent } from '../../../../schemas/generated/avro.ts';
import { MARKING_WEBHOOKS } from '../../../../shared/domain/session-marks.ts';
import { textAt, valueAt } from '../../document.ts';
import type { MadeFinding } from '../../finding.ts';
import type { EventDocument } from '../../rules/expression.ts';
import type { Room } from '../record/room.ts';
import { defined } from './defined.ts';
import { refsOf } from './finding-refs.ts';
import {
  countOf,
  factRoom,
  fitMembers,
  fitName,
  fitTextAt,
  fitTexts,
  flagAt,
  type Members,
  msOf,
  timeOf,
} from './fitted.ts';
import type { Marking, Place, RequestFact, SessionKind } from './model.ts';
import { nodeOf, requested, sessionKindOf, stateOf, workload } from './request-kind.ts';
import { sessionIdOf } from './session-id.ts';

const KIB = 1024;
const COMMAND_BYTES = 8 * KIB;
const ARGV = { items: 256, bytes: 12 * KIB };
const NAMES = { items: 64, bytes: 2 * KIB };
const MAX_PORTS = 64;

/** Who it was: in the form of the document, so that a session's document has it in the same places. */
const WHO: Members = [
  ...([
    ['user', 3 * KIB],
    ['source', 2 * KIB],
    ['client', KIB],
    ['user_agent', KIB],
  ] as const),
  ...([
    ['related', KIB],
    ['tags', KIB / 2],
    ['threat', KIB / 2],
  ] as const),
];
const OWN_WHO: Members = [
  ...([
    ['actor', 2 * KIB],
    ['effective_actor', KIB],
    ['source', KIB],
  ] as const),
  ...([
    ['rbac', KIB],
    ['token', KIB / 2],
  ] as const),
];
/** Where it was, and what for. */
const CONTEXT: Members = [
  ...([
    ['orchestrator', KIB],
    ['cloud', KIB],
    ['container', KIB],
    ['host', KIB],
  ] as const),
];
const OF_KUBERNETES: Members = [
  ...['namespace', 'pod', 'container', 'node', 'labels'].map((name) => [name, KIB] as const),
  ...['deployment', 'replicaset', 'statefulset', 'daemonset', 'job', 'cronjob'].map(
    (name) => [name, KIB / 2] as const,
  ),
];
const OWN_CONTEXT: Members = [
  ...['environment', 'team', 'owner', 'criticality'].map((name) => [name, KIB / 2] as const),
  ...([
    ['labels', KIB],
    ['pod', 2 * KIB],
    ['cloud', KIB / 2],
    ['request', 2 * KIB],
  ] as const),
  ...([
    ['workload', 2 * KIB],
    ['failed_open', KIB / 2],
    ['not_mutated_by', KIB / 2],
  ] as const),
];

function whoOf(room: Room, document: EventDocument) {
  const who = fitMembers(room, document, WHO);
  const podwitness = fitMembers(room, document['podwitness'], OWN_WHO);
  return Object.keys(podwitness).length === 0 ? who : { ...who, podwitness };
}

function contextOf(room: Room, document: EventDocument) {
  const context = fitMembers(room, document, CONTEXT);
  const kubernetes = fitMembers(room, document['kubernetes'], OF_KUBERNETES);
  const podwitness = fitMembers(room, document['podwitness'], OWN_CONTEXT);
  return {
    ...context,
    ...(Object.keys(kubernetes).length === 0 ? {} : { kubernetes }),
    ...(Object.keys(podwitness).length === 0 ? {} : { podwitness }),
  };
}

/** Through a node's proxy the pod is in the path; a pod that is made has its name from there. */
function placeOf(room: Room, event: AuditEvent, document: EventDocument, kind: SessionKind): Place {
  const isProxy = kind === 'node-proxy';
  const inPath = (name: string) => fitTextAt(room, KIB, document, 'podwitness', 'request', name);
  const own = (name: string | null) => fitName(room, name);
  return defined({
    namespace: isProxy ? inPath('namespace') : own(event.namespace),
    pod: isProxy ? inPath('pod') : own(event.pod ?? event.name),
    container: (isProxy ? undefined : own(event.container)) ?? inPath('container'),
    node: fitName(room, nodeOf(event, document, kind)),
  });
}

function markingOf(document: EventDocument): Marking {
  const own = (...path: string[]) => valueAt(document, 'podwitness', ...path);
  if (typeof own('request', 'marked_by') === 'string') return 'marked';
  const failed = own('failed_open');
  const isMarker = (name: unknown) => typeof name === 'string' && MARKING_WEBHOOKS.has(name);
  if (Array.isArray(failed) && failed.some(isMarker)) return 'failed_open';
  return own('not_mutated_by') === undefined ? 'unsaid' : 'not_mutated';
}

/** What the request makes, and what that may. */
function madeOf(room: Room, document: EventDocument, kind: SessionKind) {
  const isEphemeral = kind === 'ephemeral';
  if (!isEphemeral && kind !== 'debug-pod' && kind !== 'debug-node') return {};
  const at = (name: string): unknown =>
    isEphemeral ? requested(document, 'ephemeral', name) : workload(document, name);
  return {
    containers: fitTexts(room, NAMES, at('containers')),
    images: fitTexts(room, NAMES, at('images')),
    ...guardOf(at),
  };
}

/** Whether what runs there is kept from the node; a process of Windows that is on it is not. */
export function guardOf(at: (name: string) => unknown) {
  const said = at('privileged');
  const isPrivileged = at('host_process') === true || said;
  return {
    privileged: typeof isPrivileged === 'boolean' ? isPrivileged : undefined,
    unconfined: Array.isArray(at('unconfined')) ? true : undefined,
  };
}

function copyOf(document: EventDocument): RequestFact['copy'] | undefined {
  const copy = requested(document, 'copy');
  return copy === 'to_container' || copy === 'from_container' ? copy : undefined;
}

function portsOf(document: EventDocument): readonly number[] | undefined {
  const ports = requested(document, 'ports');
  if (!Array.isArray(ports)) return undefined;
  const known = ports.slice(0, MAX_PORTS).flatMap((port) => countOf(port) ?? []);
  return known.length === 0 ? undefined : known;
}

function askedFor(room: Room, document: EventDocument) {
  const flag = (name: string) => flagAt(document, 'podwitness', 'request', name);
  return {
    commandLine: fitTextAt(room, COMMAND_BYTES, document, 'process', 'command_line'),
    ...{ tty: flag('tty'), stdin: flag('stdin') },
    ...{ copy: copyOf(document), ports: portsOf(document) },
  };
}

/** Undefined: the request opens no session. */
export function requestFact(
  event: AuditEvent,
  document: EventDocument,
  findings: readonly MadeFinding[],
): RequestFact | undefined {
  const sessionKind = sessionKindOf(event, document);
  if (sessionKind === undefined) return undefined;
  const room = factRoom();
  const timeMs = timeOf(event.time, document);
  const received = textAt(document, 'kubernetes', 'audit', 'requestReceivedTimestamp');
  const { code, impersonatedUserName, partial, userName } = event;
  const fact = {
    kind: 'request' as const,
    ...{ session: sessionIdOf(document), sessionKind, eventId: fitName(room, event.id) ?? '' },
    auditId: fitName(room, event.auditId),
    stage: fitName(room, event.stage),
    ...{ timeMs, receivedMs: msOf(received) ?? timeMs, code: code ?? undefined },
    state: stateOf(event, sessionKind),
    place: placeOf(room, event, document, sessionKind),
    userName: fitName(room, impersonatedUserName) ?? fitName(room, userName),
    requestUid: fitName(room, event.requestUid),
    ...{ marking: markingOf(document), namesMark: requested(document, 'names_mark') === true },
    ...askedFor(room, document),
    argv: fitTexts(room, ARGV, valueAt(document, 'process', 'args')) ?? [],
    ...madeOf(room, document, sessionKind),
    findings: refsOf(room, findings),
    ...{ who: whoOf(room, document), context: contextOf(room, document), partial },
  };
  return defined(fact);
}
