/**
 * Owns: what is around sessions, lines and alerts in the tests of evasion: all that is needed for any
 * of the findings, so that a test takes one thing away.
 */
import type {
  Circumstances,
  CoverageFacts,
  OtherMark,
  StrayCircumstances,
} from '../../../../../../services/detector/sessions/evasion/circumstances.ts';
import type {
  AlertFact,
  LineFact,
  RequestFact,
} from '../../../../../../services/detector/sessions/facts/model.ts';
import type { Command, SessionView } from '../../../../../../services/detector/sessions/model.ts';
import { command, request, REQUESTED_MS, view } from '../record/views.ts';

export const UID = '866ee807-6843-44d3-b0bf-68efa0296aa7';
export const OTHER_UID = 'aec3e0e1-0000-4000-8000-a7c58241f1a9';
export const STARTED_MS = REQUESTED_MS + 21;

/** `without`: members that are not there. */
export function omit<T extends object>(value: T, ...without: readonly (keyof T & string)[]): T {
  const kept = Object.entries(value).filter(([key]) => !without.some((name) => name === key));
  return Object.fromEntries(kept) as T;
}

/** A node that tells of others, marks in use, all waited for. */
export function around(changes: Partial<Circumstances> = {}): Circumstances {
  return {
    settledUntilMs: Infinity,
    nodeReported: 'yes',
    clusterReported: true,
    marksInUse: true,
    ...changes,
  };
}

export function facts(changes: Partial<CoverageFacts> = {}): CoverageFacts {
  return {
    ...around(),
    othersInPod: false,
    markElsewhere: false,
    creatorMissing: false,
    ...changes,
  };
}

/** An hour after the pod was made, no session near, and the audit log is there. */
export function strayAround(changes: Partial<StrayCircumstances> = {}): StrayCircumstances {
  return {
    cluster: 'prod-eu',
    isSettled: true,
    auditReported: true,
    isWorkloads: false,
    isNearSession: false,
    podCreatedMs: STARTED_MS - 3_600_000,
    ...changes,
  };
}

const PLACE = { namespace: 'payments', pod: 'pay-1', container: 'app', node: 'worker-1' };

export function otherMark(changes: Partial<OtherMark> = {}): OtherMark {
  return {
    cluster: 'prod-eu',
    owner: {
      session: 'a-session',
      userName: 'alice',
      place: { namespace: 'payments', pod: 'pay-0', container: 'app' },
    },
    isStale: false,
    ...changes,
  };
}

export function line(changes: Partial<LineFact> = {}): LineFact {
  return {
    kind: 'line',
    eventId: 'a-line',
    timeMs: STARTED_MS + 5000,
    isWholeSecond: true,
    place: PLACE,
    scope: 'container',
    pid: 4242,
    userId: '0',
    groupId: '0',
    executable: '/usr/bin/runc',
    commandLine: '/bin/bash',
    isSessionStart: false,
    partial: false,
    findings: [],
    ...changes,
  };
}

export function alertFact(changes: Partial<AlertFact> = {}): AlertFact {
  return {
    kind: 'alert',
    eventId: 'an-alert',
    timeMs: STARTED_MS + 5000,
    place: PLACE,
    rule: 'Terminal shell in container',
    priority: 'Notice',
    message: 'A shell was spawned in a container with an attached terminal',
    pid: 4242,
    commandLine: 'bash',
    processName: 'bash',
    parentName: 'containerd-shim',
    hasTerminal: true,
    partial: false,
    findings: [],
    ...changes,
  };
}

/** At second `at` of the session. */
export function marked(at: number, commandLine: string, executable = '/bin/bash'): Command {
  return command({
    ...{ eventId: `marked-${at}`, timeMs: STARTED_MS + at * 1000, pid: 1000 + at },
    ...{ commandLine, executable, requestUid: UID },
  });
}

export function unmarked(at: number, commandLine: string, changes: Partial<Command> = {}): Command {
  const told = command({
    ...{ eventId: `unmarked-${at}`, timeMs: STARTED_MS + at * 1000, pid: 1000 + at },
    ...{ commandLine, executable: '/bin/bash', confidence: 'inferred' },
    ...changes,
  });
  return changes.requestUid === undefined ? omit(told, 'requestUid') : told;
}

/** A session without a mark. */
export function notMarked(
  changes: Partial<SessionView> = {},
  requested: Partial<RequestFact> = {},
): SessionView {
  const plain = omit(request({ marking: 'unsaid' }), 'requestUid');
  return view({ commands: [], request: { ...plain, ...requested }, ...changes });
}
