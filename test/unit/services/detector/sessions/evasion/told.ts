/**
 * Owns: one evasion of each rule, and findings on commands and alerts in whatever way they lie in
 * sessions, for tests of what is told of them.
 */
import {
  evasionsOf,
  markOfOtherPod,
  pastApiServer,
} from '../../../../../../services/detector/sessions/evasion/evasions-of.ts';
import type { HeldFinding } from '../../../../../../services/detector/sessions/facts/model.ts';
import type {
  Evasion,
  SessionRuleId,
  SessionsOut,
  SessionView,
} from '../../../../../../services/detector/sessions/model.ts';
import { command, request, view } from '../record/views.ts';
import {
  around,
  line,
  marked,
  notMarked,
  otherMark,
  STARTED_MS,
  strayAround,
  UID,
  unmarked,
} from './around.ts';

const TOLD = [marked(0, 'bash', '/usr/bin/crun'), marked(1, 'ls -l /tmp')];

function only(found: Evasion | undefined): Evasion {
  if (found === undefined) throw new Error('nothing was found');
  return found;
}

function first(session: SessionView, changes = around()): Evasion {
  return only(evasionsOf(session, changes)[0]);
}

const CRITICAL = request({
  context: { podwitness: { environment: 'production', criticality: 'critical', team: 'payments' } },
});

export const EVASIONS: Readonly<Record<SessionRuleId, Evasion>> = {
  session_mark_of_other_pod: only(
    markOfOtherPod(
      line({ requestUid: UID, commandLine: 'curl http://203.0.113.9/x', executable: '/bin/bash' }),
      otherMark({
        here: view({
          id: 'session-of-bob',
          place: { namespace: 'payments', pod: 'pay-1', container: 'app', node: 'worker-1' },
          request: request({
            userName: 'bob',
            who: { user: { name: 'bob' }, source: { ip: '192.0.2.8' } },
            requestUid: 'aec3e0e1-0000-4000-8000-a7c58241f1a9',
          }),
        }),
      }),
    ),
  ),
  session_mark_not_set: first(notMarked({ coverage: ['mark_not_set'], confidence: 'inferred' })),
  session_mark_stripped: first(
    view({
      ...{ coverage: ['mark_stripped'], confidence: 'inferred', request: CRITICAL },
      commands: [...TOLD, unmarked(5, 'env -i bash'), unmarked(6, 'rm -rf /data')],
    }),
  ),
  session_without_telemetry: first(view({ coverage: ['no_telemetry'] })),
  session_past_api_server: only(pastApiServer(line(), strayAround())),
  session_outlived: first(
    view({
      coverage: ['process_outlived'],
      commands: [
        ...TOLD,
        command({
          ...{ eventId: 'late', timeMs: STARTED_MS + 900_000, pid: 2000, outlived: true },
          ...{ commandLine: './miner -o pool.example', executable: '/bin/bash' },
        }),
      ],
    }),
  ),
  session_container_not_watched: first(
    view({ coverage: ['no_telemetry', 'privileged_container'] }),
    around({ privileged: true }),
  ),
};

/** As the matching stage makes it of a line of the node. */
export function held(changes: Partial<HeldFinding> = {}): HeldFinding {
  const message = 'Command in payments/pay-0 (app): rm -f /etc/pay/config.yaml';
  const about = {
    ...{ ruleId: 'a8f2a2f1', ruleName: 'Critical Path Deleted', mode: 'active', message },
  };
  return {
    ...{ ...about, id: 'the-finding', level: 'high', timeMs: STARTED_MS + 5000 },
    record: {
      ...{ ...about, id: 'the-finding', cluster: 'prod-eu', time: STARTED_MS + 5000 },
      ...{ level: 'HIGH', events: ['a-line'], userName: null },
    },
    document: {
      '@timestamp': '2026-11-21T06:10:05.000Z',
      message,
      event: { id: 'the-finding', kind: 'alert', action: 'process-started', severity: 73 },
      data_stream: { type: 'logs', dataset: 'podwitness.findings', namespace: 'default' },
      rule: { id: 'a8f2a2f1', name: 'Critical Path Deleted' },
      podwitness: {
        ...{ request_uid: UID, environment: 'production' },
        finding: { level: 'high', mode: 'active', events: ['a-line'] },
      },
      kubernetes: {
        ...{ namespace: 'payments', pod: { name: 'pay-0' }, container: { name: 'app' } },
        node: { name: 'worker-1' },
      },
      process: { pid: 4242, command_line: 'rm -f /etc/pay/config.yaml', executable: '/bin/bash' },
      container: { name: 'app' },
      host: { name: 'worker-1' },
      user: { id: '0' },
      related: { hosts: ['worker-1'] },
    },
    ...changes,
  };
}

/** As the matching stage makes it of an alert of Falco. */
export function heldAlert(): HeldFinding {
  const message = 'A shell was spawned in a container with an attached terminal';
  const { document, record } = held();
  return held({
    message,
    record: { ...record, message },
    document: {
      ...document,
      message,
      event: { id: 'the-finding', kind: 'alert', action: 'Terminal shell in container' },
      user: { id: '0', name: 'root' },
      related: { hosts: ['worker-1'], user: ['root'] },
    },
  });
}

type HeldOut = Extract<SessionsOut, { readonly kind: 'held' }>;

const session = view({ commands: TOLD });

export const HELD: Readonly<Record<string, HeldOut>> = {
  'held-exact': { kind: 'held', finding: held(), session, confidence: 'exact', candidates: [] },
  'held-inferred-alert': {
    ...{ kind: 'held', finding: heldAlert(), session, confidence: 'inferred', candidates: [] },
  },
  'held-ambiguous': {
    ...{ kind: 'held', finding: held(), confidence: 'ambiguous' },
    candidates: ['a-session', 'session-of-bob'],
  },
  'held-conflict': {
    ...{ kind: 'held', finding: held(), session, confidence: 'conflict', candidates: [] },
  },
  'held-none': { kind: 'held', finding: held(), candidates: [] },
};
