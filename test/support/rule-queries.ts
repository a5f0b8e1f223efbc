/**
 * Owns: what Elastic's prebuilt rules ask of our documents: for each field that those rules name
 * (detection.md §3.1) and each of the semantics that they rely on, a query of Elasticsearch, and which
 * of some events it finds. Held against Elasticsearch itself, and against the rule engine.
 */

const ALLOW = { 'authorization.k8s.io/decision': 'allow' };
/** What all events have that do not say otherwise. */
const COMMON = {
  ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'RequestResponse' },
  ...{ stage: 'ResponseComplete', userAgent: 'kubectl/v1.33.1', sourceIPs: ['10.0.0.9'] },
  user: { username: 'alice', groups: ['dev', 'system:authenticated'] },
  ...{ responseStatus: { code: 201 }, annotations: ALLOW },
  requestReceivedTimestamp: '2026-11-21T06:00:00.100000Z',
  stageTimestamp: '2026-11-21T06:00:00.200000Z',
};

const EVENTS: Readonly<Record<string, object>> = {
  pod: {
    ...{ verb: 'create', requestURI: '/api/v1/namespaces/payments/pods?dryRun=All' },
    objectRef: { resource: 'pods', namespace: 'payments', name: 'p1', apiVersion: 'v1' },
    userAgent: 'curl/8.5.0',
    sourceIPs: ['198.51.100.1', '203.0.113.7'],
    user: {
      username: 'system:serviceaccount:payments:web',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:payments'],
      extra: { 'authentication.kubernetes.io/pod-name': ['web-0'] },
    },
    requestObject: {
      spec: {
        ...{ hostIPC: true, hostNetwork: true, hostPID: true, serviceAccountName: 'tiller' },
        containers: [
          { image: 'docker.io/library/alpine:3' },
          {
            image: 'quay.io/calico/node:v3',
            securityContext: { privileged: true, capabilities: { add: ['SYS_ADMIN', 'BPF'] } },
          },
        ],
        volumes: [{ hostPath: { path: '/var/run/docker.sock' } }, { emptyDir: {} }],
      },
    },
  },
  role: {
    ...{ verb: 'create', requestURI: '/apis/rbac.authorization.k8s.io/v1/clusterroles' },
    objectRef: { resource: 'clusterroles', name: 'everything' },
    requestObject: { rules: [{ resources: ['secrets', '*'], verbs: ['get', '*'] }] },
    responseObject: { rules: [{ resources: ['secrets', '*'], verbs: ['get', '*'] }] },
  },
  binding: {
    ...{ verb: 'create', requestURI: '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings' },
    objectRef: { resource: 'clusterrolebindings', name: 'b1' },
    impersonatedUser: { username: 'bob', groups: ['system:masters'] },
    requestObject: { roleRef: { kind: 'ClusterRole', name: 'cluster-admin' } },
  },
  service: {
    ...{ verb: 'create', requestURI: '/api/v1/namespaces/default/services', level: 'Request' },
    objectRef: { resource: 'services', namespace: 'default', name: 's1' },
    requestObject: { spec: { type: 'NodePort' } },
  },
  exec: {
    ...{ verb: 'get', stage: 'ResponseStarted', level: 'Request' },
    requestURI: '/api/v1/namespaces/payments/pods/p1/exec?command=cat&command=%2Fetc%2Fshadow',
    objectRef: { resource: 'pods', subresource: 'exec', namespace: 'payments', name: 'p1' },
    responseStatus: { code: 101 },
  },
  denied: {
    ...{ verb: 'list', requestURI: '/api/v1/secrets', level: 'Metadata' },
    objectRef: { resource: 'secrets', apiVersion: 'v1' },
    user: { username: 'system:anonymous', groups: ['system:unauthenticated'] },
    responseStatus: { code: 403, message: 'secrets is forbidden: User "system:anonymous"' },
    annotations: { 'authorization.k8s.io/decision': 'forbid' },
  },
};

/** Names of the events; each is the event's audit id. */
export const NAMES = Object.keys(EVENTS);

/** An EventList as an API server would post it. */
export const BODY = Buffer.from(
  JSON.stringify({
    kind: 'EventList',
    items: NAMES.map((name) => ({ ...COMMON, ...EVENTS[name], auditID: name })),
  }),
);

const K = 'kubernetes.audit';

/** What it asks, in words; the query; the events that it finds. */
export type Case = readonly [what: string, query: object, found: readonly string[]];

const is = (field: string, value: unknown, found: readonly string[]): Case => [
  `${field} is ${JSON.stringify(value)}`,
  { term: { [field]: value } },
  found,
];
const like = (field: string, value: string, found: readonly string[]): Case => [
  `${field} is like ${value}`,
  { wildcard: { [field]: { value } } },
  found,
];
const oneOf = (field: string, values: readonly string[], found: readonly string[]): Case => [
  `${field} is one of ${values.join(', ')}`,
  { terms: { [field]: values } },
  found,
];
const has = (field: string, found: readonly string[]): Case => [
  `${field} is there`,
  { exists: { field } },
  found,
];

const CREATED = ['pod', 'role', 'binding', 'service'];
const range = (field: string, bounds: object): object => ({ range: { [field]: bounds } });

export const CASES: readonly Case[] = [
  ...['data_stream.dataset', 'event.dataset'].map((f) => is(f, 'kubernetes.audit_logs', NAMES)),
  has('data_stream.namespace', NAMES),
  is(`${K}.objectRef.resource`, 'clusterroles', ['role']),
  like(`${K}.objectRef.resource`, 'cluster*', ['role', 'binding']),
  oneOf(`${K}.objectRef.resource`, ['secrets', 'services'], ['service', 'denied']),
  is(`${K}.objectRef.namespace`, 'payments', ['pod', 'exec']),
  has(`${K}.objectRef.namespace`, ['pod', 'service', 'exec']),
  is(`${K}.objectRef.name`, 'p1', ['pod', 'exec']),
  like(`${K}.objectRef.name`, '*1', ['pod', 'binding', 'service', 'exec']),
  has(`${K}.objectRef.name`, ['pod', 'role', 'binding', 'service', 'exec']),
  is(`${K}.objectRef.subresource`, 'exec', ['exec']),
  has(`${K}.objectRef.subresource`, ['exec']),
  is(`${K}.annotations.authorization_k8s_io/decision`, 'forbid', ['denied']),
  is(
    `${K}.annotations.authorization_k8s_io/decision`,
    'allow',
    NAMES.filter((name) => name !== 'denied'),
  ),
  is(`${K}.verb`, 'list', ['denied']),
  oneOf(`${K}.verb`, ['get', 'list', 'watch'], ['exec', 'denied']),
  is('event.action', 'list', ['denied']),
  is(`${K}.stage`, 'ResponseStarted', ['exec']),
  is(`${K}.level`, 'Request', ['service', 'exec']),
  is('user.name', 'system:anonymous', ['denied']),
  like('user.name', 'system:serviceaccount:*', ['pod']),
  is(`${K}.user.username`, 'system:anonymous', ['denied']),
  like(`${K}.user.username`, 'system:serviceaccount:*:web', ['pod']),
  is(`${K}.user.groups`, 'system:serviceaccounts', ['pod']),
  like(`${K}.user.groups`, 'system:serviceaccounts:*', ['pod']),
  oneOf(`${K}.user.groups`, ['system:unauthenticated', 'system:nodes'], ['denied']),
  is(`${K}.user.extra.authentication.kubernetes.io/pod-name`, 'web-0', ['pod']),
  has(`${K}.user.extra.authentication.kubernetes.io/pod-name`, ['pod']),
  is(`${K}.impersonatedUser.username`, 'bob', ['binding']),
  has(`${K}.impersonatedUser.username`, ['binding']),
  is(`${K}.impersonatedUser.groups`, 'system:masters', ['binding']),
  is('user_agent.original', 'curl/8.5.0', ['pod']),
  like('user_agent.original', 'curl/*', ['pod']),
  like(`${K}.userAgent`, 'curl*', ['pod']),
  is('source.ip', '203.0.113.7', ['pod']),
  is('source.ip', '203.0.113.0/24', ['pod']),
  is(
    'source.ip',
    '10.0.0.0/8',
    NAMES.filter((name) => name !== 'pod'),
  ),
  is('client.ip', '203.0.113.7', ['pod']),
  is(`${K}.sourceIPs`, '198.51.100.1', ['pod']),
  like(`${K}.sourceIPs`, '10.*', ['role', 'binding', 'service', 'exec', 'denied']),
  is(`${K}.responseStatus.code`, 403, ['denied']),
  ['a range of codes', { range: { [`${K}.responseStatus.code`]: { gte: 400 } } }, ['denied']],
  like(`${K}.responseStatus.message`, 'secrets is forbidden:*', ['denied']),
  has(`${K}.responseStatus.message`, ['denied']),
  like(`${K}.requestURI`, '*/exec?command=*%2Fetc%2Fshadow*', ['exec']),
  like(`${K}.requestURI`, '/apis/rbac.authorization.k8s.io/*', ['role', 'binding']),
  is(`${K}.requestObject.spec.containers.image`, 'quay.io/calico/node:v3', ['pod']),
  like(`${K}.requestObject.spec.containers.image`, 'quay.io/calico*', ['pod']),
  has(`${K}.requestObject.spec.containers.image`, ['pod']),
  is(`${K}.requestObject.spec.containers.securityContext.privileged`, true, ['pod']),
  is(`${K}.requestObject.spec.containers.securityContext.capabilities.add`, 'BPF', ['pod']),
  ...['hostIPC', 'hostNetwork', 'hostPID'].map((f) =>
    is(`${K}.requestObject.spec.${f}`, true, ['pod']),
  ),
  is(`${K}.requestObject.spec.serviceAccountName`, 'tiller', ['pod']),
  is(`${K}.requestObject.spec.type`, 'NodePort', ['service']),
  is(`${K}.requestObject.spec.volumes.hostPath.path`, '/var/run/docker.sock', ['pod']),
  like(`${K}.requestObject.spec.volumes.hostPath.path`, '/var/run/*', ['pod']),
  is(`${K}.requestObject.roleRef.name`, 'cluster-admin', ['binding']),
  ...['requestObject', 'responseObject'].flatMap((body) => [
    is(`${K}.${body}.rules.verbs`, '*', ['role']),
    is(`${K}.${body}.rules.resources`, 'secrets', ['role']),
  ]),
  [
    // Not nested: verbs and resources of one object meet, as the rules expect.
    'two members of one list at a time',
    {
      bool: {
        must: [
          { term: { [`${K}.requestObject.rules.resources`]: 'secrets' } },
          { term: { [`${K}.requestObject.rules.verbs`]: 'get' } },
        ],
      },
    },
    ['role'],
  ],
  [
    'a time',
    { range: { '@timestamp': { gte: '2026-11-21T06:00:00.200Z', lt: '2026-11-21T06:00:01Z' } } },
    NAMES,
  ],
  has(`${K}.requestObject.spec`, ['pod', 'service']),
  has(`${K}.requestObject`, ['pod', 'role', 'binding', 'service']),
  is('podwitness.request_object.spec.type', 'NodePort', ['service']),
  ['an order of names', range(`${K}.objectRef.name`, { gte: 'p' }), ['pod', 'service', 'exec']],
  ['an order of codes', range(`${K}.responseStatus.code`, { gt: 101, lt: 403 }), CREATED],
  ['an order of addresses', range('source.ip', { gte: '200.0.0.0' }), ['pod']],
  ['after a day', range('@timestamp', { gt: '2026-11-21' }), []],
  ['from a day on', range('@timestamp', { gte: '2026-11-21' }), NAMES],
  ['up to a day', range('@timestamp', { lte: '2026-11-21' }), NAMES],
  ['before a day', range('@timestamp', { lt: '2026-11-21' }), []],
  ['within a day', { term: { '@timestamp': '2026-11-21' } }, NAMES],
  ['the case of a keyword', { term: { [`${K}.verb`]: 'LIST' } }, []],
  ['no case', { term: { [`${K}.verb`]: { value: 'LIST', case_insensitive: true } } }, ['denied']],
  ['any word, without case', { match: { 'user_agent.original.text': 'CURL wget' } }, ['pod']],
  ['words in a row', { match_phrase: { 'user_agent.original.text': 'Curl 8.5.0' } }, ['pod']],
  ['not words apart', { match_phrase: { 'user_agent.original.text': '8.5.0 curl' } }, []],
  ['a part of a number', { match: { 'user_agent.original.text': '8.5' } }, []],
  ['a word of an address', { match: { [`${K}.requestURI.text`]: 'shadow 2Fshadow' } }, ['exec']],
  [
    'a message',
    { match_phrase: { [`${K}.responseStatus.message.text`]: 'user system:anonymous' } },
    ['denied'],
  ],
  ['not what is a keyword', { match: { [`${K}.responseStatus.message`]: 'forbidden' } }, []],
];
