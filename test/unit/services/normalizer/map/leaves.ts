/**
 * Owns: records of each format as senders write them, and what becomes of one, for the mappers' tests.
 */
import { createRedact } from '../../../../../shared/domain/redaction/redact.ts';
import type { AuditEvent, RawBatch } from '../../../../../schemas/generated/avro.ts';
import { rawBatch } from '../../../../../schemas/raw-batch.ts';
import { type MapOptions, toEvent } from '../../../../../services/normalizer/map/to-event.ts';
import type {
  Envelope,
  Format,
  JsonObject,
  Leaf,
} from '../../../../../services/normalizer/read/leaf.ts';
import { RECEIVED_MS } from '../batches.ts';

export const UID = '866ee807-6843-44d3-b0bf-68efa0296aa7';

/** Any part of a document. */
export type Tree = { readonly [name: string]: Tree };

export interface Mapped {
  readonly event: AuditEvent;
  readonly document: Tree;
}

interface Around {
  readonly isCut?: boolean;
  readonly envelope?: Partial<Envelope>;
  readonly batch?: Partial<RawBatch>;
  readonly options?: Partial<MapOptions>;
}

export function leafOf(format: Format, value: JsonObject, around: Around = {}): Leaf {
  const { envelope = {}, isCut = false } = around;
  const bytes = () => Buffer.from(JSON.stringify(value));
  return {
    kind: 'leaf',
    format,
    value,
    isCut,
    bytes,
    envelope: { via: [], fields: {}, ...envelope },
  };
}

export function map(format: Format, value: JsonObject, around: Around = {}): Mapped {
  const batch = rawBatch({
    ...{ source: 'logs', cluster: 'prod', receivedAt: RECEIVED_MS, body: Buffer.alloc(0) },
    ...around.batch,
  });
  const redact = createRedact({});
  const options = { dataStreamNamespace: 'default', redact, ...around.options };
  const event = toEvent(leafOf(format, value, around), batch, options);
  return { event, document: JSON.parse(event.document.toString('utf8')) as Tree };
}

/** A line of SPO 1.0.0. */
export const SPO = {
  auditID: '310bd7f4-b20c-4bb0-ad90-8ccb2482989f',
  cmdLine: 'ls -l /tmp ',
  executable: '/bin/dash',
  gid: 0,
  node: { name: 'worker-1' },
  pid: 16037,
  requestUID: UID,
  resource: { container: 'app', namespace: 'payments', pod: 'checkout-0' },
  syscalls: ['execve'],
  timestamp: '2026-11-18T14:45:33.000Z',
  uid: 0,
  version: 'spo/v1_alpha',
};

export const FALCO = {
  hostname: 'worker-1',
  output: '10:01:02.123456789: Notice A shell was spawned',
  output_fields: {
    'container.id': '3ad7b26ded6d',
    'container.image.repository': 'docker.io/library/nginx',
    'container.name': 'app',
    'evt.time': '1763460062123456789',
    'k8s.ns.name': 'payments',
    'k8s.pod.name': 'checkout-0',
    'proc.cmdline': 'sh -c id',
    'proc.exepath': '/bin/dash',
    'proc.pid': 48211,
    'proc.tty': 34816,
    'user.name': 'root',
    'user.uid': 0,
  },
  priority: 'Notice',
  rule: 'Terminal shell in container',
  source: 'syscall',
  tags: ['T1059', 'shell'],
  time: '2025-11-18T10:01:02.123456789Z',
};

export const GKE = {
  protoPayload: {
    '@type': 'type.googleapis.com/google.cloud.audit.AuditLog',
    authenticationInfo: { principalEmail: 'alice@example.com' },
    authorizationInfo: [{ granted: true, permission: 'io.k8s.core.v1.pods.exec.create' }],
    methodName: 'io.k8s.core.v1.pods.exec.create',
    requestMetadata: { callerIp: '203.0.113.7', callerSuppliedUserAgent: 'kubectl/v1.33.1' },
    resourceName: 'core/v1/namespaces/payments/pods/checkout-0/exec',
    serviceName: 'k8s.io',
    status: {},
  },
  insertId: '4d434cd4-0000-4000-8000-2d9aa46292ce',
  resource: { type: 'k8s_cluster', labels: { cluster_name: 'prod-eu', project_id: 'acme' } },
  labels: {
    'authorization.k8s.io/decision': 'allow',
    'execmetadata.spo.io/SPO_EXEC_REQUEST_UID': UID,
  },
  logName: 'projects/acme/logs/cloudaudit.googleapis.com%2Factivity',
  timestamp: '2026-11-18T10:11:12.123456Z',
  receiveTimestamp: '2026-11-18T10:11:13.654321Z',
};

export const ADMISSION = {
  kind: 'AdmissionReview',
  apiVersion: 'admission.k8s.io/v1',
  request: {
    uid: '705ab4f5-6393-11e8-b7cc-42010a800002',
    resource: { group: 'apps', version: 'v1', resource: 'deployments' },
    name: 'web',
    namespace: 'shop',
    operation: 'UPDATE',
    userInfo: { username: 'alice', groups: ['dev'] },
    object: { kind: 'Deployment' },
    dryRun: true,
  },
  requestReceivedTimestamp: '2026-11-18T10:20:30.123456789Z',
};
