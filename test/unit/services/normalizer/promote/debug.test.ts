/** What tells a debug session: labels of the pod, ephemeral containers in every form of a write. */
import { describe, expect, it } from 'vitest';
import { ownOf, write } from './events.ts';

const CONTAINER = {
  name: 'debugger-l28h6',
  image: 'busybox:1.36',
  targetContainerName: 'app',
  securityContext: { privileged: true, seccompProfile: { type: 'Unconfined' } },
};
const ADDED = {
  containers: ['debugger-l28h6'],
  images: ['busybox:1.36'],
  targets: ['app'],
  privileged: true,
  unconfined: ['seccomp'],
};
const OLD = { name: 'debugger-old', image: 'alpine' };
const POD = {
  kind: 'Pod',
  metadata: { name: 'checkout-0' },
  spec: {
    containers: [{ name: 'app', image: 'shop', securityContext: { privileged: true } }],
    ephemeralContainers: [OLD, { ...CONTAINER, securityContext: { privileged: false } }],
  },
  status: { ephemeralContainerStatuses: [{ name: 'debugger-old' }] },
};

describe('ephemeral containers', () => {
  const asked = (verb: string, body: unknown, more: object = {}) =>
    ownOf(write('pods/ephemeralcontainers', body, { verb, ...more }))['request'] ?? {};

  it.each([
    ['a strategic merge patch', { spec: { ephemeralContainers: [CONTAINER] } }],
    [
      'one that tells the order',
      {
        spec: { '$setElementOrder/ephemeralContainers': [], ephemeralContainers: [CONTAINER] },
      },
    ],
    [
      'a JSON patch of the list',
      [{ op: 'add', path: '/spec/ephemeralContainers', value: [CONTAINER] }],
    ],
    [
      'a JSON patch of its end',
      [
        { op: 'test', path: '/spec/ephemeralContainers/0', value: OLD },
        { op: 'add', path: '/spec/ephemeralContainers/-', value: CONTAINER },
      ],
    ],
    [
      'a merge patch of more',
      { metadata: { labels: {} }, spec: { ephemeralContainers: [CONTAINER] } },
    ],
  ])('by %s', (_, body) => {
    expect(asked('patch', body)).toMatchObject({ ephemeral: ADDED });
  });

  it('in a whole pod are those that the kubelet does not know yet', () => {
    const { unconfined: _unconfined, ...ephemeral } = { ...ADDED, privileged: false };
    expect(asked('update', POD)).toEqual({ ephemeral });
    // In a list that is put in place of the old one, as the answer tells.
    const patch = { spec: { ephemeralContainers: [OLD, CONTAINER] } };
    expect(asked('patch', patch, { responseObject: POD })).toMatchObject({ ephemeral: ADDED });
    expect(asked('patch', patch)).toMatchObject({
      ephemeral: {
        containers: ['debugger-old', 'debugger-l28h6'],
        images: ['alpine', 'busybox:1.36'],
      },
    });
  });

  it('had a kind of their own once', () => {
    const body = { kind: 'EphemeralContainers', ephemeralContainers: [CONTAINER] };
    expect(asked('update', body)).toMatchObject({ ephemeral: ADDED });
  });

  it('are not there where nothing of one is written', () => {
    expect(asked('patch', { metadata: { labels: { a: 'b' } } })).toEqual({ patch_type: 'merge' });
    expect(asked('get', POD)).toEqual({});
    expect(ownOf(write('pods', POD))).not.toHaveProperty('request');
    expect(asked('patch', [{ op: 'add', path: '/spec/ephemeralContainers', value: 7 }])).toEqual({
      patch_type: 'json',
    });
  });
});

describe('a pod that is made', () => {
  const made = (labels: unknown, more: object = {}) =>
    ownOf(write('pods', { kind: 'Pod', metadata: { labels }, spec: {} }, more))['request'];

  it.each([
    ['app.kubernetes.io/managed-by', 'kubectl-debug', { debug: 'kubectl' }],
    ['app_kubernetes_io/managed-by', 'kubectl-debug', { debug: 'kubectl' }],
    ['debug.openshift.io/managed-by', 'oc-debug', { debug: 'oc' }],
    ['debug_openshift_io/managed-by', 'oc-debug', { debug: 'oc' }],
    ['app.kubernetes.io/managed-by', 'Helm', undefined],
    ['managed-by', 'kubectl-debug', undefined],
  ])('with the label %s=%s', (label, value, request) => {
    expect(made({ [label]: value })).toEqual(request);
  });

  it('is told by the answer, too, and with the name that the server gave', () => {
    const labels = { 'debug.openshift.io/managed-by': 'oc-debug' };
    const responseObject = { metadata: { name: 'worker-1-debug-x2x9z', labels } };
    const requestObject = { kind: 'Pod', metadata: { generateName: 'worker-1-debug-', labels } };
    expect(ownOf(write('pods', requestObject, { responseObject }))['request']).toEqual({
      ...{ debug: 'oc', generate_name: 'worker-1-debug-', generated_name: 'worker-1-debug-x2x9z' },
    });
    expect(ownOf(write('pods', { kind: 'Pod' }, { responseObject }))['request']).toEqual({
      debug: 'oc',
    });
  });

  it('and nothing else: a label of a deployment, a patch, another group', () => {
    const labels = { 'app.kubernetes.io/managed-by': 'kubectl-debug' };
    expect(ownOf(write('deployments.apps', { metadata: { labels } }))).not.toHaveProperty(
      'request',
    );
    expect(ownOf(write('pods.example.com', { metadata: { labels } }))).not.toHaveProperty(
      'request',
    );
    expect(made(labels, { verb: 'patch' })).toEqual({ patch_type: 'merge' });
    expect(made('kubectl-debug')).toBeUndefined();
  });
});
