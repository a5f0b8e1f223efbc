/**
 * Owns: audit events that nobody hoped for, made from a seed: fields of another type than they have,
 * bodies of every shape that a client may send, keys that stores refuse.
 * Does not own: bodies as bytes (test/fuzz).
 */
import { choicesFrom } from './odd-json.ts';

type Choose = () => number;

function pick<T>(choose: Choose, from: readonly T[]): T {
  return from[Math.floor(choose() * from.length)] as T;
}

function nest(depth: number, leaf: unknown): unknown {
  let value = leaf;
  for (let i = 0; i < depth; i++) value = i % 3 === 2 ? [value] : { [`k${i % 7}`]: value };
  return value;
}

/** Values that some field somewhere does not take. */
const ODD: readonly ((choose: Choose) => unknown)[] = [
  ...[null, true, '', ' ', 'maybe', -1, 0.5, 1e30, 2 ** 53, [], {}, [[]], [{}], [null]].map(
    (value) => () => value,
  ),
  ...['a\u0000b', '\ud83d', '\u202e', 'localhost', '2026-13-45T00:00:00Z', '10.0.0.1%eth0'].map(
    (value) => () => value,
  ),
  (choose) => 'x'.repeat(Math.floor(choose() * 40_000)),
  (choose) => '日'.repeat(Math.floor(choose() * 20_000)),
  (choose) => nest(Math.floor(choose() * 60), 'leaf'),
  (choose) => Array.from({ length: Math.floor(choose() * 300) }, (_, i) => `v${i}`),
  () => [1, 'x', null, true, { a: 1 }, [2, [3]]],
  (choose) =>
    Object.fromEntries(Array.from({ length: 50 }, (_, i) => [`k${i}.${choose()}`, i] as const)),
];

const KEYS = [
  ...['a..b', '.x', 'y.', '.', ' ', '', 'a\u0000b', '__proto__', 'constructor', 'toString'],
  ...['metadata', 'spec', 'data', 'x'.repeat(9_000), '日'.repeat(12_000), 'ключ', 'a.b.c'],
];

function oddObject(choose: Choose, depth = 0): Record<string, unknown> {
  const members = Array.from({ length: 1 + Math.floor(choose() * 6) }, () => {
    const key = choose() < 0.4 ? pick(choose, KEYS) : `f${Math.floor(choose() * 40)}`;
    const value = depth < 3 && choose() < 0.3 ? oddObject(choose, depth + 1) : odd(choose);
    return [key, value] as const;
  });
  return Object.fromEntries(members);
}

function odd(choose: Choose): unknown {
  return pick(choose, ODD)(choose);
}

const CONTAINER = {
  name: 'app',
  image: 'registry.example.com/app:1',
  command: ['sh', '-c', 'sleep 1'],
  securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN'] }, runAsUser: 0 },
  volumeMounts: [{ name: 'v', mountPath: '/host' }],
};
const POD = {
  kind: 'Pod',
  metadata: { name: 'p', labels: { app: 'x' } },
  spec: {
    ...{ hostPID: true, hostNetwork: false, serviceAccountName: 'web', nodeName: 'n1' },
    containers: [CONTAINER],
    initContainers: [CONTAINER],
    volumes: [{ name: 'v', hostPath: { path: '/', type: 'Directory' } }],
    securityContext: { runAsUser: 0, runAsNonRoot: false },
  },
};
const BODIES: readonly unknown[] = [
  POD,
  { kind: 'Deployment', spec: { template: { spec: POD.spec } } },
  { kind: 'Role', rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['*'] }] },
  {
    kind: 'ClusterRoleBinding',
    roleRef: { kind: 'ClusterRole', name: 'cluster-admin', apiGroup: 'rbac.authorization.k8s.io' },
    subjects: [{ kind: 'User', name: 'alice' }],
  },
  { kind: 'Service', spec: { type: 'NodePort', ports: [{ port: 80, nodePort: 30_000 }] } },
  { kind: 'Secret', data: { password: 'aHVudGVyMg==' } },
  [{ op: 'add', path: '/spec/template/spec/containers/0/securityContext/privileged', value: true }],
  { spec: { replicas: 2 } },
  { kind: 'Status', status: 'Failure', message: 'no', code: 403 },
];

/** Another value somewhere inside; the outer shape mostly stays. */
function bent(choose: Choose, value: unknown, depth = 0): unknown {
  if (choose() < 0.04 * depth) return odd(choose);
  if (Array.isArray(value)) return value.map((each: unknown) => bent(choose, each, depth + 1));
  if (typeof value !== 'object' || value === null) return value;
  const members = Object.entries(value).map(
    ([key, each]) => [key, bent(choose, each, depth + 1)] as const,
  );
  return Object.fromEntries(members);
}

const EVENT = {
  ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'RequestResponse' },
  ...{ stage: 'ResponseComplete', verb: 'create', userAgent: 'kubectl/v1.33.1' },
  requestURI: '/api/v1/namespaces/payments/pods?dryRun=All&fieldManager=x',
  user: {
    ...{ username: 'alice', uid: 'u', groups: ['dev'] },
    extra: { 'authentication.kubernetes.io/credential-id': ['X509SHA256=ab'] },
  },
  impersonatedUser: { username: 'bob', groups: ['ops'] },
  sourceIPs: ['203.0.113.7', '10.0.0.9'],
  objectRef: { resource: 'pods', namespace: 'payments', name: 'p', apiVersion: 'v1' },
  responseStatus: { code: 201, metadata: {} },
  requestReceivedTimestamp: '2026-11-21T06:00:00.123456Z',
  stageTimestamp: '2026-11-21T06:00:00.223456Z',
  annotations: {
    'authorization.k8s.io/decision': 'allow',
    'authorization.k8s.io/reason':
      'RBAC: allowed by ClusterRoleBinding "x" of ClusterRole "y" to Group "z"',
  },
};

/** The same for the same number. */
export function oddEvent(seed: number): unknown {
  const choose = choicesFrom(seed * 2_654_435_761 + 97);
  for (let i = 0; i < 4; i++) choose();
  const bodyOf = () => (choose() < 0.3 ? oddObject(choose) : pick(choose, BODIES));
  const event = {
    ...EVENT,
    ...{ auditID: `odd-${seed}`, requestObject: bodyOf(), responseObject: bodyOf() },
  };
  const changed = bent(choose, event) as Record<string, unknown>;
  return choose() < 0.2 ? { ...changed, ...oddObject(choose) } : changed;
}
