/**
 * Owns: audit events and lines of other tools that can be found again by a marker, as senders wrap
 * them.
 */

let count = 0;

/** An audit event as an API server logs it, by the user `marker`. */
export function auditEvent(marker: string): Readonly<Record<string, unknown>> {
  count++;
  const id = String(count).padStart(12, '0');
  const at = `2026-11-20T10:00:00.${String(count).padStart(6, '0')}Z`;
  return {
    kind: 'Event',
    apiVersion: 'audit.k8s.io/v1',
    level: 'Metadata',
    auditID: `00000000-0000-4000-8000-${id}`,
    stage: 'ResponseComplete',
    requestURI: '/api/v1/namespaces/prod/secrets/db',
    verb: 'get',
    user: { username: marker, groups: ['system:authenticated'] },
    sourceIPs: ['10.0.0.9'],
    userAgent: 'kubectl/v1.33.1',
    objectRef: { resource: 'secrets', namespace: 'prod', name: 'db', apiVersion: 'v1' },
    responseStatus: { metadata: {}, code: 200 },
    requestReceivedTimestamp: at,
    stageTimestamp: at,
  };
}

/** Two lines of an audit log. */
export function auditLines(marker: string): readonly string[] {
  return [auditEvent(marker), auditEvent(marker)].map((event) => JSON.stringify(event));
}

/** What the webhook posts: items without kind and apiVersion, a line end. */
export function eventList(marker: string): Buffer {
  const items = [auditEvent(marker), auditEvent(marker)].map(
    ({ apiVersion: _version, kind: _kind, ...item }) => item,
  );
  const list = { kind: 'EventList', apiVersion: 'audit.k8s.io/v1', metadata: {}, items };
  return Buffer.from(`${JSON.stringify(list)}\n`);
}

/** One line of the JSON enricher of the Security Profiles Operator, in the pod `marker`. */
export function enricherLine(marker: string): string {
  return JSON.stringify({
    auditID: '310bd7f4-b20c-4bb0-ad90-8ccb24829800',
    cmdLine: 'ls -l /tmp ',
    executable: '/bin/dash',
    gid: 0,
    node: { name: 'worker-1' },
    pid: 16037,
    requestUID: '866ee807-6843-44d3-b0bf-68efa0296aa7',
    resource: { container: 'nginx', namespace: 'prod', pod: marker },
    syscalls: ['execve'],
    timestamp: '2026-11-20T10:00:00.000Z',
    uid: 0,
    version: 'spo/v1_alpha',
  });
}

/** An alert of Falco about the pod `marker`; `fields` are added to its output fields. */
export function falcoAlert(marker: string, fields: Readonly<Record<string, string>> = {}): object {
  return {
    hostname: 'worker-1',
    output: '10:00:00.123456789: Notice A shell was spawned in a container | command=sh',
    output_fields: {
      'container.name': 'app',
      'evt.time': 1_763_632_800_123,
      'evt.type': 'execve',
      'k8s.ns.name': 'prod',
      'k8s.pod.name': marker,
      'proc.cmdline': 'sh',
      'user.name': 'root',
      ...fields,
    },
    priority: 'Notice',
    rule: 'Terminal shell in container',
    source: 'syscall',
    tags: ['T1059', 'container'],
    time: '2026-11-20T10:00:00.123456789Z',
  };
}
