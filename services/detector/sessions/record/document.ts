/**
 * Owns: the ECS document of a session (interface.md, "session"), within a size that the stores and
 * their readers take, whatever the session holds.
 * Does not own: its message (sentence.ts), the entries of its lists (entries.ts).
 */
import { COLLECTIONS } from '../../../../shared/domain/collections.ts';
import { isObject, type JsonObject, textMember } from '../../../../shared/domain/json.ts';
import { compact } from '../../document.ts';
import { LEVELS } from '../../rules/model.ts';
import type { FindingRef } from '../facts/model.ts';
import { COVERAGE, type SessionView } from '../model.ts';
import { alertEntry, attacherEntry, commandEntry, findingEntry, nameText } from './entries.ts';
import { between, instant, nanoseconds } from './instant.ts';
import { type Named, namedIn } from './named.ts';
import { type Related, relatedOf } from './related.ts';
import { fitItems, fitText, fitValue, type Room, roomOf, shorten, within } from './room.ts';
import { sentenceOfSession } from './sentence.ts';

const ECS_VERSION = '8.17.0';

/** Elasticsearch's bulk requests and Kafka's records take more; readers and their screens do not. */
const MAX_DOCUMENT_BYTES = 1_000_000;
/** For what is added when the rest is measured: brackets, names of lists, what was left away. */
const RESERVE_BYTES = 1024;
const KIB = 1024;
const WHO_BYTES = 64 * KIB;
const CONTEXT_BYTES = 64 * KIB;
const COMMAND_BYTES = 32 * KIB;
const TEXT_BYTES = 8 * KIB;
const ALERTS_BYTES = 160 * KIB;
const FINDINGS_BYTES = 96 * KIB;
const SHORT_LIST_BYTES = 32 * KIB;
const PORTS = 100;

/** What of the request's own document a session has; the rest is of the request alone. */
const TAKEN: ReadonlySet<string> = new Set([
  ...['client', 'cloud', 'container', 'host', 'kubernetes', 'orchestrator', 'podwitness'],
  ...['source', 'threat', 'user', 'user_agent'],
]);
/** Of these a session has its own. */
const OWN: ReadonlySet<string> = new Set(['finding', 'partial', 'session']);

/** `namespace` of the data streams. Total; the same view gives the same bytes. */
export function sessionDocument(view: SessionView, namespace: string): JsonObject {
  const room = roomOf(MAX_DOCUMENT_BYTES - RESERVE_BYTES);
  const whole = withoutCommands(view, namespace, room);
  room.left = MAX_DOCUMENT_BYTES - RESERVE_BYTES - Buffer.byteLength(JSON.stringify(whole));
  const entries = entriesOf(view.commands, (command) => commandEntry(command, { view, room }));
  const commands = fitItems(room, entries);
  return merge(whole, {
    podwitness: compact({
      partial: room.isCut || view.request.partial ? true : undefined,
      session: {
        coverage: coverageOf(view, commands.length),
        commands: commands.length === 0 ? undefined : commands,
      },
    }),
  });
}

function* entriesOf<T, E>(items: readonly T[], entry: (item: T) => E): Generator<E> {
  for (const item of items) yield entry(item);
}

function coverageOf(view: SessionView, listed: number): readonly string[] | undefined {
  const codes = new Set<string>(view.coverage);
  if (listed < view.commandCount) codes.add('commands_not_listed');
  return codes.size === 0 ? undefined : COVERAGE.filter((code) => codes.has(code));
}

function withoutCommands(view: SessionView, namespace: string, room: Room): JsonObject {
  const who = taken(room, view.request.who, WHO_BYTES);
  const context = taken(room, view.request.context, CONTEXT_BYTES);
  const known = merge(context, who);
  const userName = textMember(known['user'], 'name');
  const named = namedIn(view.commands);
  const related = relatedOf(view, known, named.hosts);
  const head = compact({
    '@timestamp': timestampOf(view),
    message: sentenceOfSession(view, userName),
    ecs: { version: ECS_VERSION },
    event: eventFields(view),
    data_stream: { type: 'logs', dataset: COLLECTIONS.sessions.dataset, namespace },
  });
  const own = compact({
    orchestrator: { type: 'kubernetes', cluster: { name: nameText(view.cluster) } },
    user: userName === undefined ? { name: nameText(view.request.userName) } : undefined,
    ...placeFields(view),
    process: processFields(view, room),
    related: listFields(room, related),
    podwitness: {
      request_uid: nameText(view.request.requestUid),
      request: requestFields(view),
      session: sessionFields(view, named, room),
    },
  });
  return merge(merge(head, known), own);
}

/** When it was asked for; a document has to have a time. */
function timestampOf({ lastSeenMs, requestedMs, startedMs }: SessionView): string | undefined {
  return instant(requestedMs) ?? instant(startedMs) ?? instant(lastSeenMs) ?? instant(0);
}

/** The parts that are objects, as in each document; what else stands in their place, no store takes. */
function taken(room: Room, part: JsonObject, bytes: number): JsonObject {
  const picked = Object.entries(part).flatMap(([key, value]) => {
    if (!TAKEN.has(key) || !isObject(value)) return [];
    const members = Object.entries(value);
    const kept = key === 'podwitness' ? members.filter(([name]) => !OWN.has(name)) : members;
    return [[key, Object.fromEntries(kept)] as const];
  });
  const fitted = within(room, bytes, (piece) =>
    fitValue(piece, Object.fromEntries(picked), TEXT_BYTES),
  );
  return isObject(fitted) ? fitted : {};
}

/** Members of both; of two with one name the second, or both where they are objects. */
function merge(first: JsonObject, second: JsonObject): JsonObject {
  const members = new Map(Object.entries(first));
  for (const [key, value] of Object.entries(second)) {
    const before = members.get(key);
    members.set(key, isObject(before) && isObject(value) ? merge(before, value) : value);
  }
  return Object.fromEntries(members);
}

function eventFields(view: SessionView) {
  const { code } = view.request;
  const start = view.startedMs ?? view.requestedMs;
  const isRefused = code !== undefined && code >= 400;
  const isAnswered = code !== undefined || view.startedMs !== undefined;
  return {
    id: nameText(view.id),
    kind: 'event',
    module: 'podwitness',
    dataset: COLLECTIONS.sessions.dataset,
    category: ['session', view.kind === 'port-forward' ? 'network' : 'process'],
    type: view.state === 'closed' ? ['start', 'end'] : ['start'],
    action: view.kind,
    outcome: isRefused ? 'failure' : isAnswered ? 'success' : 'unknown',
    start: instant(start),
    end: instant(view.endedMs),
    duration: nanoseconds(between(start, view.endedMs)),
  };
}

function placeFields({ place, request: { auditId, images = [] } }: SessionView) {
  const [namespace, pod] = [nameText(place.namespace), nameText(place.pod)];
  const [container, node] = [nameText(place.container), nameText(place.node)];
  const image = images.length === 1 ? nameText(images[0]) : undefined;
  return {
    kubernetes: {
      ...{ namespace, pod: { name: pod }, container: { name: container }, node: { name: node } },
      audit: { auditID: nameText(auditId) },
    },
    container: { name: container, image: { name: image } },
    host: { name: node },
  };
}

function commandText({ request: { argv, commandLine } }: SessionView): string | undefined {
  const text = commandLine ?? argv.join(' ');
  return text === '' ? undefined : text;
}

function processFields(view: SessionView, room: Room) {
  const { argv, tty } = view.request;
  const text = commandText(view);
  return {
    command_line: text === undefined ? undefined : fitText(room, text, COMMAND_BYTES),
    args: listOf(room, argv, COMMAND_BYTES, (arg) => shorten(room, arg, TEXT_BYTES)),
    interactive: tty,
  };
}

function requestFields({ request: { copy, ports, stdin, tty } }: SessionView) {
  return { copy, ports: ports?.filter(Number.isSafeInteger).slice(0, PORTS), stdin, tty };
}

/** The first of a list that there is room for; undefined for none. */
function listOf<T, E>(
  room: Room,
  items: readonly T[],
  bytes: number,
  entry: (item: T) => E,
): readonly E[] | undefined {
  const kept = within(room, bytes, (part) => fitItems(part, entriesOf(items, entry)));
  return kept.length === 0 ? undefined : kept;
}

function listFields(room: Room, lists: Related) {
  const list = (values: readonly string[]) => listOf(room, values, SHORT_LIST_BYTES, nameText);
  return { user: list(lists.user), ip: list(lists.ip), hosts: list(lists.hosts) };
}

function sessionFields(view: SessionView, named: Named, room: Room) {
  const { alerts, attachers, eventIds, findings, request } = view;
  const list = <T, E>(items: readonly T[], bytes: number, entry: (item: T) => E) =>
    listOf(room, items, bytes, entry);
  const names = (items: readonly string[]) => list(items, SHORT_LIST_BYTES, nameText);
  const text = commandText(view);
  return {
    id: nameText(view.id),
    kind: view.kind,
    state: view.state,
    revision: view.revision,
    confidence: view.confidence,
    requested_at: instant(view.requestedMs),
    started_at: instant(view.startedMs),
    ended_at: instant(view.endedMs),
    ended_by: view.endedBy,
    last_seen_at: instant(view.lastSeenMs),
    duration_ms: between(view.startedMs ?? view.requestedMs, view.endedMs),
    requested_command: text === undefined ? undefined : fitText(room, text, COMMAND_BYTES),
    request_uid: nameText(request.requestUid),
    retries: view.retries,
    containers: names(request.containers ?? []),
    images: names(request.images ?? []),
    privileged: request.privileged,
    unconfined: request.unconfined,
    attachers: list(attachers, SHORT_LIST_BYTES, attacherEntry),
    events: names(eventIds),
    command_count: view.commandCount,
    alert_count: view.alertCount,
    alerts: list(alerts, ALERTS_BYTES, (alert) => alertEntry(alert, { view, room })),
    finding_count: findings.length,
    max_level: highestLevel(findings),
    findings: list(findings, FINDINGS_BYTES, (finding) => findingEntry(finding, { view, room })),
    outlived_count: outlivedCount(view),
    files: names(named.files),
    hosts: names(named.hosts),
  };
}

/** Of those that are listed. */
function outlivedCount({ alerts, commands }: SessionView): number {
  return [...commands, ...alerts].filter(({ outlived }) => outlived).length;
}

/** Of those that count: not of rules on trial, nor what was expected. */
function highestLevel(findings: readonly FindingRef[]): string | undefined {
  const counting = new Set(findings.filter(({ mode }) => mode === 'active').map((f) => f.level));
  return LEVELS.findLast((level) => counting.has(level));
}
