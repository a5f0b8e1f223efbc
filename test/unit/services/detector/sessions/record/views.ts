/**
 * Owns: session views for tests of what is made of them: a shell of alice in payments/pay-0.
 */
import type {
  FindingRef,
  RequestFact,
} from '../../../../../../services/detector/sessions/facts/model.ts';
import type {
  Command,
  SessionAlert,
  SessionView,
} from '../../../../../../services/detector/sessions/model.ts';

export const REQUESTED_MS = Date.parse('2026-11-21T06:10:00.029Z');
const STARTED_MS = REQUESTED_MS + 21;
const ENDED_MS = STARTED_MS + 192_000;
const REQUEST_UID = '866ee807-6843-44d3-b0bf-68efa0296aa7';
const PLACE = { namespace: 'payments', pod: 'pay-0', container: 'app', node: 'worker-1' };

/** The command line is that of the arguments. */
export function request(changes: Partial<RequestFact> = {}): RequestFact {
  const { argv = ['sh'] } = changes;
  return {
    kind: 'request',
    session: 'a-session',
    sessionKind: 'exec',
    eventId: 'complete',
    auditId: '5e1b8c0a-d8a2-44c9-9183-ee6d7c4caef8',
    stage: 'ResponseComplete',
    timeMs: ENDED_MS,
    receivedMs: REQUESTED_MS,
    code: 101,
    state: 'ended',
    place: PLACE,
    userName: 'alice',
    argv,
    ...(argv.length === 0 ? {} : { commandLine: argv.join(' ') }),
    tty: true,
    stdin: true,
    requestUid: REQUEST_UID,
    marking: 'marked',
    namesMark: false,
    who: {
      user: { name: 'alice', id: 'u-alice', roles: ['dev'] },
      source: { ip: '192.0.2.7', address: '192.0.2.7' },
      client: { ip: '192.0.2.7' },
      user_agent: { original: 'kubectl/v1.33.1 (linux/amd64)', name: 'kubectl' },
      podwitness: { actor: { kind: 'human', name: 'alice' } },
    },
    context: {
      podwitness: {
        environment: 'production',
        team: 'payments-sre',
        pod: { workload_kind: 'StatefulSet', workload: 'pay', images: ['registry.example/pay:4'] },
      },
    },
    partial: false,
    findings: [],
    ...changes,
  };
}

export function command(changes: Partial<Command> = {}): Command {
  return {
    eventId: 'command',
    timeMs: STARTED_MS + 1000,
    isWholeSecond: true,
    confidence: 'exact',
    others: [],
    container: 'app',
    node: 'worker-1',
    pid: 16_037,
    commandLine: 'ls -l /tmp',
    executable: '/bin/dash',
    requestUid: REQUEST_UID,
    outlived: false,
    userId: '0',
    groupId: '0',
    isSessionStart: false,
    ...changes,
  };
}

export function alert(changes: Partial<SessionAlert> = {}): SessionAlert {
  return {
    eventId: 'alert',
    timeMs: STARTED_MS + 1500,
    confidence: 'inferred',
    others: [],
    container: 'app',
    outlived: false,
    rule: 'Terminal shell in container',
    priority: 'Notice',
    message: 'A shell was spawned in a container with an attached terminal',
    ...changes,
  };
}

export function finding(changes: Partial<FindingRef> = {}): FindingRef {
  return {
    id: 'a-finding',
    ruleId: 'exec_shell',
    ruleName: 'A shell was opened in a pod',
    level: 'medium',
    mode: 'active',
    timeMs: REQUESTED_MS,
    message: 'alice opened a shell in pod payments/pay-0 (container app)',
    ...changes,
  };
}

export function view(changes: Partial<SessionView> = {}): SessionView {
  const commands = changes.commands ?? [];
  const alerts = changes.alerts ?? [];
  return {
    id: 'a-session',
    cluster: 'prod-eu',
    kind: 'exec',
    state: 'closed',
    revision: 3,
    confidence: commands.length === 0 ? 'none' : 'exact',
    coverage: [],
    requestedMs: REQUESTED_MS,
    startedMs: STARTED_MS,
    endedMs: ENDED_MS,
    endedBy: 'response',
    lastSeenMs: ENDED_MS,
    request: request(),
    eventIds: ['started', 'complete'],
    retries: 0,
    place: PLACE,
    attachers: [],
    commands,
    commandCount: commands.length,
    alerts,
    alertCount: alerts.length,
    findings: [],
    ...changes,
  };
}
