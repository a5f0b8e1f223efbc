/**
 * Owns: a session as the views show it, read from its document. Everything may be missing.
 * Does not own: how documents are made (services/detector/sessions/record).
 */
import type { StoredDocument } from '../../../shared/ports/event-store.ts';
import { type Fields, isTrueAt, listAt, numberAt, textAt, textsAt, timeAt } from './fields.ts';

/** A command or alert that lies in the session. Times are ms since the epoch. */
interface Lying {
  readonly timeMs: number | undefined;
  readonly confidence: string | undefined;
  /** Ids of the other sessions that it may be of. */
  readonly others: readonly string[];
  readonly outlived: boolean;
  readonly eventId: string | undefined;
}

export interface CommandDetails extends Lying {
  readonly commandLine: string | undefined;
  readonly executable: string | undefined;
  readonly pid: number | undefined;
  readonly userId: string | undefined;
  readonly container: string | undefined;
  readonly node: string | undefined;
  /** It is the runtime's wrapper, the first process of the session. */
  readonly isSessionStart: boolean;
  /** Its time was cut to a whole second. */
  readonly isWholeSecond: boolean;
}

export interface AlertDetails extends Lying {
  readonly rule: string | undefined;
  readonly priority: string | undefined;
  readonly message: string | undefined;
  readonly commandLine: string | undefined;
}

export interface FindingDetails {
  readonly timeMs: number | undefined;
  readonly id: string | undefined;
  readonly ruleId: string | undefined;
  readonly ruleName: string | undefined;
  readonly level: string | undefined;
  /** `active`, or what keeps it from being alerted. */
  readonly mode: string | undefined;
  readonly message: string | undefined;
}

export interface AttacherDetails {
  readonly user: string | undefined;
  readonly ip: string | undefined;
  readonly session: string | undefined;
  readonly startedMs: number | undefined;
  readonly endedMs: number | undefined;
}

export interface SessionDetails {
  readonly document: StoredDocument;
  readonly id: string | undefined;
  readonly kind: string | undefined;
  readonly state: string | undefined;
  readonly revision: number | undefined;
  readonly confidence: string | undefined;
  readonly coverage: readonly string[];
  readonly requestedMs: number | undefined;
  readonly startedMs: number | undefined;
  readonly endedMs: number | undefined;
  readonly endedBy: string | undefined;
  readonly lastSeenMs: number | undefined;
  readonly requestedCommand: string | undefined;
  readonly retries: number;
  readonly commands: readonly CommandDetails[];
  /** All that are known of, also those that are not listed. */
  readonly commandCount: number;
  readonly alerts: readonly AlertDetails[];
  readonly alertCount: number;
  readonly findings: readonly FindingDetails[];
  readonly findingCount: number;
  readonly maxLevel: string | undefined;
  readonly files: readonly string[];
  readonly hosts: readonly string[];
  readonly attachers: readonly AttacherDetails[];
  readonly user: string | undefined;
  readonly cluster: string | undefined;
  readonly namespace: string | undefined;
  readonly pod: string | undefined;
  readonly container: string | undefined;
  readonly node: string | undefined;
}

const SESSION = 'podwitness.session';

function lyingOf(item: Fields): Lying {
  return {
    timeMs: timeAt(item, 'time'),
    confidence: textAt(item, 'confidence'),
    others: textsAt(item, 'others'),
    outlived: isTrueAt(item, 'outlived'),
    eventId: textAt(item, 'event_id'),
  };
}

function commandOf(item: Fields): CommandDetails {
  return {
    ...lyingOf(item),
    commandLine: textAt(item, 'command_line'),
    executable: textAt(item, 'executable'),
    pid: numberAt(item, 'pid'),
    userId: textAt(item, 'user.id'),
    container: textAt(item, 'container'),
    node: textAt(item, 'node'),
    isSessionStart: isTrueAt(item, 'session_start'),
    isWholeSecond: isTrueAt(item, 'whole_second'),
  };
}

function alertOf(item: Fields): AlertDetails {
  return {
    ...lyingOf(item),
    rule: textAt(item, 'rule'),
    priority: textAt(item, 'priority'),
    message: textAt(item, 'message'),
    commandLine: textAt(item, 'command_line'),
  };
}

function findingOf(item: Fields): FindingDetails {
  return {
    timeMs: timeAt(item, 'time'),
    id: textAt(item, 'id'),
    ruleId: textAt(item, 'rule.id'),
    ruleName: textAt(item, 'rule.name'),
    level: textAt(item, 'level'),
    mode: textAt(item, 'mode'),
    message: textAt(item, 'message'),
  };
}

function attacherOf(item: Fields): AttacherDetails {
  return {
    user: textAt(item, 'user'),
    ip: textAt(item, 'ip'),
    session: textAt(item, 'session'),
    startedMs: timeAt(item, 'started_at'),
    endedMs: timeAt(item, 'ended_at'),
  };
}

function placeOf(document: StoredDocument) {
  return {
    cluster: textAt(document, 'orchestrator.cluster.name'),
    namespace: textAt(document, 'kubernetes.namespace'),
    pod: textAt(document, 'kubernetes.pod.name'),
    container: textAt(document, 'container.name'),
    node: textAt(document, 'host.name'),
  };
}

function timesOf(document: StoredDocument) {
  return {
    requestedMs: timeAt(document, `${SESSION}.requested_at`) ?? timeAt(document, '@timestamp'),
    startedMs: timeAt(document, `${SESSION}.started_at`),
    endedMs: timeAt(document, `${SESSION}.ended_at`),
    endedBy: textAt(document, `${SESSION}.ended_by`),
    lastSeenMs: timeAt(document, `${SESSION}.last_seen_at`),
  };
}

export function detailsOf(document: StoredDocument): SessionDetails {
  const text = (field: string) => textAt(document, `${SESSION}.${field}`);
  const number = (field: string) => numberAt(document, `${SESSION}.${field}`);
  const list = (field: string) => listAt(document, `${SESSION}.${field}`);
  const commands = list('commands').map(commandOf);
  const alerts = list('alerts').map(alertOf);
  const findings = list('findings').map(findingOf);
  return {
    ...{ document, ...placeOf(document), ...timesOf(document) },
    id: text('id'),
    kind: text('kind'),
    state: text('state'),
    revision: number('revision'),
    confidence: text('confidence'),
    coverage: textsAt(document, `${SESSION}.coverage`),
    requestedCommand: text('requested_command'),
    retries: number('retries') ?? 0,
    ...{ commands, commandCount: Math.max(number('command_count') ?? 0, commands.length) },
    ...{ alerts, alertCount: Math.max(number('alert_count') ?? 0, alerts.length) },
    ...{ findings, findingCount: Math.max(number('finding_count') ?? 0, findings.length) },
    maxLevel: text('max_level'),
    files: textsAt(document, `${SESSION}.files`),
    hosts: textsAt(document, `${SESSION}.hosts`),
    attachers: list('attachers').map(attacherOf),
    user: textAt(document, 'user.name'),
  };
}
