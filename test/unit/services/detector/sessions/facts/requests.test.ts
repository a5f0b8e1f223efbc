/** Which requests open a session, what kind it is, where it leads, and how far it has come. */
import { describe, expect, it } from 'vitest';
import type { RequestFact } from '../../../../../../services/detector/sessions/facts/model.ts';
import { eventsOf } from '../../../normalizer/batches.ts';
import { ADMISSION, GKE, UID } from '../../../normalizer/map/leaves.ts';
import { factOf } from '../../../../../../services/detector/sessions/facts/fact-of.ts';
import { documentOf, execEvent, factOfRecord, podWrite, proxyEvent } from './facts.ts';

function requestOf(record: object): RequestFact {
  const fact = factOfRecord(record);
  if (fact?.kind !== 'request') throw new Error(`No request: ${JSON.stringify(fact)}`);
  return fact;
}

const kindOf = (record: object): string => {
  const fact = factOfRecord(record);
  return fact?.kind === 'request' ? fact.sessionKind : (fact?.kind ?? 'none');
};

describe('the state', () => {
  it.each([
    ['RequestReceived', undefined, 'asked'],
    ['ResponseStarted', 101, 'started'],
    ['ResponseStarted', 200, 'started'],
    ['ResponseStarted', 401, 'refused'],
    ['ResponseStarted', 500, 'refused'],
    ['ResponseComplete', 101, 'ended'],
    ['ResponseComplete', undefined, 'ended'],
    ['ResponseComplete', 400, 'refused'],
    ['ResponseComplete', 403, 'refused'],
    ['Panic', 500, 'ended'],
    ['Panic', undefined, 'ended'],
    [undefined, undefined, 'asked'],
    [undefined, 101, 'started'],
    [undefined, 403, 'refused'],
    ['Else', 101, 'started'],
  ])('of an exec at %s with %s is %s', (stage, code, state) => {
    const responseStatus = code === undefined ? undefined : { code };
    expect(requestOf(execEvent({ stage, responseStatus })).state).toBe(state);
  });

  it.each([
    ['RequestReceived', undefined, 'asked'],
    ['ResponseComplete', 200, 'changed'],
    ['ResponseComplete', 403, 'refused'],
    ['ResponseStarted', 401, 'refused'],
    ['Panic', 500, 'refused'],
  ])('of a debug container at %s with %s is %s', (stage, code, state) => {
    const responseStatus = code === undefined ? undefined : { code };
    const record = podWrite('patch', 'ephemeralcontainers', { stage, responseStatus });
    expect(requestOf(record).state).toBe(state);
  });

  it('of a refusal without a code is that of the authorizer', () => {
    const annotations = { 'authorization.k8s.io/decision': 'forbid' };
    const record = execEvent({ stage: 'ResponseComplete', responseStatus: undefined, annotations });
    expect(requestOf(record).state).toBe('refused');
  });
});

describe('the session', () => {
  it('has one id at all stages, and another one for another request', () => {
    const id = (more: object = {}) => requestOf(execEvent(more)).session;
    const stages = [
      { stage: 'RequestReceived', responseStatus: undefined, annotations: undefined },
      { stage: 'ResponseComplete', stageTimestamp: '2026-11-21T09:00:00Z' },
      { stage: 'Panic', impersonatedUser: { username: 'bob' } },
    ];
    for (const stage of stages) expect(id(stage)).toBe(id());
    const others = [
      { auditID: 'other' },
      { requestReceivedTimestamp: '2026-11-21T06:10:00.029957Z' },
      { user: { username: 'bob' } },
      { verb: 'create' },
      { requestURI: '/api/v1/namespaces/payments/pods/checkout-0/exec?command=ls' },
    ];
    const ids = others.map((other) => id(other));
    expect(new Set([id(), ...ids]).size).toBe(others.length + 1);
  });

  it('has the times of stage and receipt, in whole ms; without one it is that of the event', () => {
    expect(requestOf(execEvent())).toMatchObject({
      receivedMs: Date.parse('2026-11-21T06:10:00.029Z'),
      timeMs: Date.parse('2026-11-21T06:10:00.031Z'),
    });
    const bad = execEvent({ requestReceivedTimestamp: '2026-02-30T25:00:00Z' });
    expect(requestOf(bad).receivedMs).toBe(Date.parse('2026-11-21T06:10:00.031Z'));
  });

  it('is of whoever it counts as', () => {
    expect(requestOf(execEvent()).userName).toBe('alice');
    const as = execEvent({ impersonatedUser: { username: 'root', groups: ['system:masters'] } });
    expect(requestOf(as)).toMatchObject({
      userName: 'root',
      who: { user: { name: 'alice', effective: { name: 'root' } } },
    });
    const nobody = requestOf(execEvent({ user: {}, responseStatus: { code: 401 } }));
    expect(nobody).not.toHaveProperty('userName');
    expect(nobody.state).toBe('refused');
  });
});

describe('the kind', () => {
  const on = (subresource: string, query = '') => ({
    requestURI: `/api/v1/namespaces/payments/pods/checkout-0/${subresource}?${query}`,
    objectRef: { ...execEvent().objectRef, subresource },
  });

  it.each([
    ['exec', execEvent()],
    ['exec', execEvent({ verb: 'create' })],
    ['cp', execEvent(on('exec', 'command=tar&command=xmf&command=-&command=-C&command=%2Ftmp'))],
    ['attach', execEvent(on('attach', 'container=app'))],
    ['port-forward', execEvent(on('portforward', 'ports=8080'))],
    ['ephemeral', podWrite('patch', 'ephemeralcontainers')],
    ['ephemeral', podWrite('update', 'ephemeralcontainers')],
    ['none', podWrite('get', 'ephemeralcontainers')],
    ['none', execEvent(on('log', 'container=app'))],
    ['none', execEvent(on('proxy'))],
    ['none', execEvent(on('eviction'))],
    ['none', podWrite('patch', undefined)],
    ['none', podWrite('get', undefined, { responseStatus: { code: 200 } })],
    ['none', podWrite('patch', 'ephemeralcontainers', { requestURI: '/x?dryRun=All' })],
    ['none', execEvent({ objectRef: { ...execEvent().objectRef, apiGroup: 'example.com' } })],
    ['none', execEvent({ objectRef: { ...execEvent().objectRef, resource: 'services' } })],
    ['none', execEvent({ objectRef: undefined })],
  ])('%s', (kind, record) => {
    expect(kindOf(record)).toBe(kind);
  });

  it('has what it leads to', () => {
    expect(requestOf(execEvent(on('portforward', 'ports=8080,5432&ports=9'))).ports).toEqual([
      8080, 5432,
    ]);
    expect(requestOf(execEvent(on('attach', 'container=app&tty=true&stdin=1')))).toMatchObject({
      ...{ tty: true, stdin: true, argv: [] },
      place: { namespace: 'payments', pod: 'checkout-0', container: 'app' },
    });
  });
});

describe('a debug container', () => {
  it('has its name, image and rights, not those of its pod', () => {
    const requestObject = {
      spec: {
        containers: [{ name: 'app', securityContext: { privileged: true } }],
        ephemeralContainers: [
          {
            name: 'dbg',
            image: 'busybox',
            targetContainerName: 'app',
            securityContext: { privileged: false },
          },
        ],
      },
    };
    const fact = requestOf(podWrite('update', 'ephemeralcontainers', { requestObject }));
    expect(fact).toMatchObject({ containers: ['dbg'], images: ['busybox'], privileged: false });
    expect(fact).not.toHaveProperty('unconfined');
  });

  it('is marked by the webhook, as an exec is', () => {
    const annotations = { 'execmetadata.spo.io/SPO_EXEC_REQUEST_UID': UID };
    expect(requestOf(podWrite('patch', 'ephemeralcontainers', { annotations }))).toMatchObject({
      ...{ requestUid: UID, marking: 'marked', sessionKind: 'ephemeral' },
    });
  });
});

describe('a pod to debug with', () => {
  const HOST = {
    nodeName: 'worker-1',
    hostPID: true,
    containers: [{ name: 'debugger', image: 'busybox', securityContext: { privileged: true } }],
    volumes: [{ name: 'host', hostPath: { path: '/' } }],
  };
  const PLAIN = { containers: [{ name: 'debugger', image: 'busybox' }] };
  const label = (name: string, value: string) => ({ labels: { [name]: value } });
  const KUBECTL = label('app.kubernetes.io/managed-by', 'kubectl-debug');
  const OC = label('debug.openshift.io/managed-by', 'oc-debug');
  const made = (
    name: string | undefined,
    spec?: object,
    metadata: object = {},
    more: object = {},
  ) =>
    podWrite('create', undefined, {
      objectRef: { resource: 'pods', namespace: 'default', name, apiVersion: 'v1' },
      requestObject: spec && { kind: 'Pod', metadata: { name, ...metadata }, spec },
      ...more,
    });
  const marked = (webhook: string) => ({
    annotations: { [`${webhook}/SPO_EXEC_REQUEST_UID`]: UID },
  });
  const FAILED = {
    annotations: {
      'failed-open.mutation.webhook.admission.k8s.io/round_0_index_1': 'nodedebuggingpod.spo.io',
    },
  };

  it.each([
    ['debug-node', 'by the name that kubectl gives', made('node-debugger-worker-1-x2x9z', HOST)],
    [
      'debug-node',
      'by that name alone, where there is no body',
      made('node-debugger-worker-1-x2x9z'),
    ],
    ['debug-node', 'by oc, with a name of its own', made('worker-1-debug', HOST, OC)],
    ['debug-node', 'by kubectl, with a label', made('anything', HOST, KUBECTL)],
    [
      'debug-pod',
      'of that name, on no node and with no access',
      made('node-debugger-x-x2x9z', PLAIN),
    ],
    ['debug-pod', 'a copy of a pod, by kubectl', made('checkout-dbg', PLAIN, KUBECTL)],
    [
      'debug-pod',
      'on a node, and with no access to it',
      made('copy', { ...PLAIN, nodeName: 'worker-1' }, KUBECTL),
    ],
    ['debug-pod', 'a copy of a pod, by oc', made('checkout-0-debug', PLAIN, OC)],
    [
      'debug-pod',
      'as the webhook knows it',
      made('checkout-dbg', undefined, {}, marked('nodedebuggingpod.spo.io')),
    ],
    ['debug-pod', 'as the webhook would know it', made('checkout-dbg', undefined, {}, FAILED)],
    ['pod', 'no debug pod: on a node, with access', made('node-exporter-1', HOST)],
    ['pod', 'no debug pod at all', made('web-0', PLAIN)],
  ])('is a %s: %s', (kind, _, record) => {
    expect(kindOf(record)).toBe(kind);
  });

  it('is on the node that it names, else on the one that its name tells', () => {
    expect(requestOf(made('node-debugger-other-x2x9z', HOST))).toMatchObject({
      place: { namespace: 'default', pod: 'node-debugger-other-x2x9z', node: 'worker-1' },
      ...{ containers: ['debugger'], images: ['busybox'], privileged: true, state: 'changed' },
    });
    const node = (name: string) => requestOf(made(name)).place.node;
    expect(node('node-debugger-worker-1-x2x9z')).toBe('worker-1');
    expect(node('node-debugger-ip-10-0-0-1.ec2.internal-abcde')).toBe('ip-10-0-0-1.ec2.internal');
    expect(node('node-debugger-worker-1')).toBeUndefined();
    expect(node('node-debugger--abcde')).toBeUndefined();
  });

  it('has the name that the server gave, where that was recorded', () => {
    const responseObject = { kind: 'Pod', metadata: { name: 'worker-1-debug-x2x9z' } };
    const generated = made(undefined, HOST, { ...OC, generateName: 'worker-1-debug-' });
    expect(requestOf({ ...generated, responseObject }).place.pod).toBe('worker-1-debug-x2x9z');
    expect(requestOf(generated).place).toEqual({ namespace: 'default', node: 'worker-1' });
  });

  it('was not made by a trial or where it was refused', () => {
    expect(kindOf(made('node-debugger-a-x2x9z', HOST, {}, { requestURI: '/p?dryRun=All' }))).toBe(
      'none',
    );
    const refused = made('node-debugger-a-x2x9z', HOST, {}, { responseStatus: { code: 403 } });
    expect(requestOf(refused).state).toBe('refused');
  });
});

describe('the proxy of a node', () => {
  it.each([
    ['exec/payments/checkout-0/app?command=id&input=1&tty=1', 'payments', 'checkout-0', 'app'],
    ['run/payments/checkout-0/app?cmd=id', 'payments', 'checkout-0', 'app'],
    ['attach/payments/checkout-0/u-u-i-d/app', 'payments', 'checkout-0', 'app'],
    ['portForward/payments/checkout-0', 'payments', 'checkout-0', undefined],
    ['cri/exec/TOKEN', undefined, undefined, undefined],
  ])('to the kubelet’s %s', (path, namespace, pod, container) => {
    const { place, sessionKind } = requestOf(proxyEvent(path));
    expect(sessionKind).toBe('node-proxy');
    expect({ ...place }).toEqual(
      JSON.parse(JSON.stringify({ namespace, pod, container, node: 'worker-1' })),
    );
  });

  it('has its command and its node, whatever port is asked', () => {
    const path = 'exec/payments/checkout-0/app?command=sh&command=-c&command=id&input=1&tty=1';
    expect(requestOf(proxyEvent(path))).toMatchObject({
      ...{ argv: ['sh', '-c', 'id'], commandLine: 'sh -c id', tty: true, stdin: true },
      state: 'started',
    });
    const objectRef = { resource: 'nodes', name: 'https:worker-1:10250', subresource: 'proxy' };
    const requestURI =
      '/api/v1/nodes/https:worker-1:10250/proxy/run/payments/checkout-0/app?cmd=id';
    expect(requestOf(proxyEvent('', { objectRef, requestURI })).place.node).toBe('worker-1');
  });

  it.each([
    'metrics',
    'containerLogs/payments/checkout-0/app',
    'logs/',
    'pods',
    'stats/summary',
    '',
  ])('to %j only reads', (path) => {
    expect(kindOf(proxyEvent(path))).toBe('none');
  });
});

describe('the mark', () => {
  const mutation = (webhook: string, mutated: boolean) => ({
    'mutation.webhook.admission.k8s.io/round_0_index_1': JSON.stringify({
      ...{ configuration: 'spo-mutating-webhook-configuration', webhook, mutated },
    }),
  });
  const failed = (webhook: string) => ({
    'failed-open.mutation.webhook.admission.k8s.io/round_0_index_1': webhook,
  });
  const KEY = 'execmetadata.spo.io/SPO_EXEC_REQUEST_UID';

  it.each([
    ['marked', { [KEY]: UID, ...mutation('execmetadata.spo.io', true) }],
    ['marked', { [KEY.replaceAll('.', '_')]: UID }],
    ['marked', { [KEY]: UID, ...failed('execmetadata.spo.io') }],
    ['failed_open', failed('execmetadata.spo.io')],
    ['unsaid', failed('sidecar.example.com')],
    ['not_mutated', mutation('execmetadata.spo.io', false)],
    ['unsaid', mutation('sidecar.example.com', false)],
    ['unsaid', {}],
  ])('%s: %j', (marking, annotations) => {
    const fact = requestOf(execEvent({ annotations }));
    expect(fact.marking).toBe(marking);
    expect(fact.requestUid).toBe(marking === 'marked' ? UID : undefined);
    expect(fact.namesMark).toBe(false);
  });

  it('is named by whoever wants none', () => {
    const requestURI =
      '/api/v1/namespaces/payments/pods/checkout-0/exec?command=sh&command=SPO_EXEC_REQUEST_UID%3Dx';
    expect(requestOf(execEvent({ requestURI })).namesMark).toBe(true);
  });
});

describe('other formats', () => {
  it('Google’s: it has begun, and nothing more is said', () => {
    const fact = requestOf(GKE);
    expect(fact).toMatchObject({
      ...{ sessionKind: 'exec', state: 'started', stage: 'ResponseStarted', code: 101 },
      ...{ requestUid: UID, marking: 'marked', userName: 'alice@example.com' },
      place: { namespace: 'payments', pod: 'checkout-0' },
    });
    expect(fact.receivedMs).toBe(fact.timeMs);
    const refused = { ...GKE, protoPayload: { ...GKE.protoPayload, status: { code: 7 } } };
    expect(requestOf(refused).state).toBe('refused');
  });

  it('an admission review: it was asked for, and nothing is known of the answer', () => {
    const request = {
      ...{ ...ADMISSION.request, operation: 'CONNECT', name: 'checkout-0', subResource: 'exec' },
      resource: { group: '', version: 'v1', resource: 'pods' },
      object: { kind: 'PodExecOptions', command: ['sh'], container: 'app' },
    };
    expect(requestOf({ ...ADMISSION, request })).toMatchObject({
      ...{ state: 'asked', argv: ['sh'], place: { pod: 'checkout-0', container: 'app' } },
    });
  });

  it('what was learnt of a pod tells its node', () => {
    const [event] = eventsOf(JSON.stringify(execEvent()));
    if (event === undefined) throw new Error('no event');
    const known = { ...documentOf(event), kubernetes: { node: { name: 'worker-7' } } };
    expect(factOf(event, known, [])?.place.node).toBe('worker-7');
    const pod = { ...documentOf(event), podwitness: { pod: { node: 'worker-8' } } };
    expect(factOf(event, pod, [])?.place.node).toBe('worker-8');
  });
});
