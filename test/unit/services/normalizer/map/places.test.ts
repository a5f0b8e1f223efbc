/**
 * Where a request ran, through which cloud, with which client; and what is told of its bodies.
 */
import { describe, expect, it } from 'vitest';
import { LINE } from '../batches.ts';
import { GKE, map } from './leaves.ts';
import { changed, plain } from './trees.ts';

const POD = { resource: 'pods', namespace: 'payments', name: 'checkout-0', uid: 'u-7' };

describe('fields of ECS that Elastic’s integration gives, and more', () => {
  it('are of the request', () => {
    const document = changed({
      objectRef: { ...POD, subresource: 'exec' },
      requestURI: '/api/v1/x/exec?command=id&container=app',
      userAgent: 'kubectl/v1.33.1 (linux/amd64) kubernetes/8adc0f0',
    });
    expect(document).toMatchObject({
      client: { ip: '10.0.0.9' },
      container: { name: 'app' },
      http: { request: { method: 'GET' }, response: { status_code: 200 } },
      kubernetes: { namespace: 'payments', pod: { name: 'checkout-0', uid: 'u-7' } },
      orchestrator: { api_version: 'audit.k8s.io/v1', resource: { id: 'u-7', type: 'pods' } },
      user_agent: { name: 'kubectl', version: '1.33.1', os: { name: 'linux' } },
    });
  });

  it.each([
    ['Go-http-client/2.0', { name: 'Go-http-client', version: '2.0' }],
    ['Mozilla/5.0 (X11; Linux x86_64) Chrome/1', {}],
    ['curl', { name: 'curl' }],
    [' ', {}],
    ['a/b/c (d', { name: 'a', version: 'b' }],
    ['x/'.repeat(9000), { name: 'x', version: 'x' }],
  ])('of a client that calls itself %s', (original, parsed) => {
    expect(changed({ userAgent: original })['user_agent']).toStrictEqual({ original, ...parsed });
  });

  it.each([
    ['get', 'pods', 200, undefined, 'GET'],
    ['get', 'pods', 405, undefined, undefined],
    ['get', 'pods', 200, 'proxy', undefined],
    ['create', 'pods', 200, 'exec', 'POST'],
    ['deletecollection', 'pods', 200, undefined, 'DELETE'],
    ['head', undefined, 200, undefined, 'HEAD'],
    ['constructor', 'pods', 200, undefined, undefined],
  ])('say the method of %s %s (%s, %s): %s', (...given) => {
    const [verb, resource, code, subresource, method] = given;
    const objectRef = resource === undefined ? undefined : { resource, subresource };
    const { http } = changed({ verb, objectRef, responseStatus: { code } });
    expect(http?.['request']?.['method']).toBe(method);
  });

  it('name the node: of a node, of a pod that says it, of a binding', () => {
    const named = (change: object) => changed(change)['host'];
    expect(named({ objectRef: { resource: 'nodes', name: 'w1' } })).toStrictEqual({ name: 'w1' });
    const spec = { nodeName: 'w2' };
    expect(named({ objectRef: POD, responseObject: { spec } })).toStrictEqual({ name: 'w2' });
    const binding = { objectRef: { ...POD, subresource: 'binding' }, verb: 'create' };
    const requestObject = { target: { name: 'w3' } };
    expect(named({ ...binding, requestObject })).toStrictEqual({ name: 'w3' });
    expect(named({ objectRef: POD })).toBeUndefined();
  });

  it('name what the server named', () => {
    const responseObject = {
      kind: 'Pod',
      metadata: { name: 'web-x', ownerReferences: [{ kind: 'ReplicaSet', controller: true }] },
      status: { podIP: '10.1.2.3' },
    };
    const objectRef = { resource: 'pods', namespace: 'a' };
    expect(changed({ verb: 'create', objectRef, responseObject })).toMatchObject({
      kubernetes: { pod: { name: 'web-x' } },
      orchestrator: {
        resource: { name: 'web-x', ip: '10.1.2.3', parent: { type: 'ReplicaSet' } },
      },
    });
  });
});

describe('a managed cluster', () => {
  it('tells its cloud on AKS, under the names of Elastic’s integration', () => {
    const resourceId =
      '/SUBSCRIPTIONS/5A/RESOURCEGROUPS/RG/PROVIDERS/MICROSOFT.CONTAINERSERVICE/MANAGEDCLUSTERS/AKS1';
    const fields = { resourceId, category: 'kube-audit', operationName: 'Read', pod: 'p' };
    const envelope = { via: ['azure'], fields: { ...fields, time: '2026-11-21T06:00:00Z' } };
    expect(map('audit', LINE, { envelope }).document).toMatchObject({
      cloud: { provider: 'azure', account: { id: '5a' } },
      kubernetes: {
        audit: {
          aks_metadata: {
            ...{ category: 'kube-audit', operation_name: 'Read', resource_id: resourceId },
            ...{ pod: 'p', time: '2026-11-21T06:00:00Z' },
          },
        },
      },
      orchestrator: { cluster: { name: 'prod', id: resourceId } },
      podwitness: { cloud: { resource_group: 'rg' } },
    });
  });

  it('tells its account on EKS', () => {
    const fields = { logGroup: '/aws/eks/prod/cluster', owner: '111122223333' };
    const envelope = { via: ['cloudwatch'], fields };
    expect(map('audit', LINE, { envelope }).document['cloud']).toStrictEqual({
      ...{ provider: 'aws', account: { id: '111122223333' } },
    });
  });

  it('gives the same fields on GKE as anywhere', () => {
    const gke = map('gke', GKE).document;
    expect(gke).toMatchObject({
      cloud: { provider: 'gcp', project: { id: 'acme' } },
      event: { category: ['process', 'api'], type: ['start', 'allowed'], action: 'create' },
      kubernetes: { namespace: 'payments', pod: { name: 'checkout-0' } },
      message:
        'alice@example.com ran a command in pod payments/checkout-0 from 203.0.113.7 — started',
      podwitness: {
        actor: { kind: 'human', cloud: { provider: 'gcp', principal: 'alice@example.com' } },
        missing_reason: ['source'],
      },
    });
  });
});

describe('bodies', () => {
  const WRITE = { verb: 'create', level: 'RequestResponse', objectRef: POD };

  it('are there whole, beside their typed copies', () => {
    const security = { privileged: true, runAsUser: 0, capabilities: { add: ['ALL'], drop: [] } };
    const spec = {
      ...{ hostPID: 'maybe', hostNetwork: true, nodeName: 'w1', restartPolicy: 'Never' },
      containers: [{ name: 'c', image: 'i', command: ['sh', 1], securityContext: security }, 7],
      initContainers: [{ image: 'j', volumeMounts: [{ mountPath: '/h', name: 'v' }] }],
      volumes: [{ hostPath: { path: '/', type: '' } }, { emptyDir: {} }],
      more: { 'a.b': [1] },
    };
    const document = changed({ ...WRITE, requestObject: { spec }, responseObject: { spec: 'x' } });
    expect(document['podwitness']).toMatchObject({
      request_object: { spec },
      response_object: { spec: 'x' },
    });
    expect(document['podwitness']).not.toHaveProperty('missing');
    expect(document['kubernetes']?.['audit']?.['requestObject']).toStrictEqual({
      spec: {
        ...{ hostNetwork: true, nodeName: 'w1', restartPolicy: 'Never' },
        containers: [
          {
            ...{ name: 'c', image: 'i', command: ['sh', '1'] },
            securityContext: {
              ...{ privileged: true, runAsUser: 0, capabilities: { add: ['ALL'] } },
            },
          },
        ],
        initContainers: [{ image: 'j', volumeMounts: [{ mountPath: '/h', name: 'v' }] }],
        volumes: [{ hostPath: { path: '/', type: '' } }],
      },
    });
    expect(document['kubernetes']?.['audit']).not.toHaveProperty('responseObject');
  });

  it('of RBAC have all that the templates map', () => {
    const rules = [{ verbs: ['*'], nonResourceURLs: ['/x'], resourceNames: ['y'] }, {}, 'no rule'];
    const subjects = [{ kind: 'User', name: 'mallory', apiGroup: 'g', namespace: 'n' }];
    const roleRef = { apiGroup: 'g', kind: 'ClusterRole', name: 'cluster-admin' };
    const { kubernetes } = changed({ ...WRITE, requestObject: { rules, subjects, roleRef } });
    expect(kubernetes?.['audit']?.['requestObject']).toStrictEqual({
      ...{ rules: rules.slice(0, 1), subjects, roleRef },
    });
  });

  const missing = (change: object) => {
    const own = changed(change)['podwitness'];
    return plain([own?.['missing'], own?.['missing_reason'], own?.['body_cut']]);
  };

  it.each([
    ['a write at Metadata', { level: 'Metadata' }, ['requestObject', 'responseObject'], ['level']],
    ['a write at Request', { level: 'Request', requestObject: {} }, ['responseObject'], ['level']],
    ['a write with both', { requestObject: {}, responseObject: {} }, null, null],
    ['a read at Metadata', { level: 'Metadata', verb: 'get' }, null, null],
    ['a write that came in', { level: 'Metadata', stage: 'RequestReceived' }, null, null],
    ['an exec', { level: 'Metadata', objectRef: { ...POD, subresource: 'exec' } }, null, null],
  ])('that are not there are told, with the reason: %s', (_, change, names, reasons) => {
    expect(missing({ ...WRITE, ...change })).toStrictEqual([names, reasons, null]);
  });

  it('that were cut are told, with the reason', () => {
    const requestObject = { data: { x: Array.from({ length: 9999 }, (_, i) => `value ${i}`) } };
    expect(missing({ ...WRITE, requestObject, responseObject: {} })).toStrictEqual([
      ...[['requestObject'], ['size'], ['requestObject']],
    ]);
    const list = { kind: 'Table', rows: [{}, {}, {}] };
    expect(changed({ ...WRITE, responseObject: list })['podwitness']).toMatchObject({
      ...{ response_items: 3, response_object: list },
    });
  });

  it('that are patches are objects, too', () => {
    const patch = [{ op: 'add', path: '/x', value: 1 }];
    const { podwitness } = changed({ ...WRITE, verb: 'patch', requestObject: patch });
    expect(podwitness?.['request_object']).toStrictEqual({ patch });
  });

  it('are told to be cut when the whole document is too large', () => {
    const options = { maxDocumentBytes: 3000 };
    const requestObject = { spec: { x: 'y'.repeat(4000) } };
    const { document, event } = map('audit', { ...LINE, ...WRITE, requestObject }, { options });
    expect(event.partial).toBe(true);
    expect(document['podwitness']).toMatchObject({ partial: true, body_cut: ['requestObject'] });
    expect(document['podwitness']).not.toHaveProperty('request_object');
  });
});
