import { describe, expect, it } from 'vitest';
import { ownOf, write } from './events.ts';

const workloadOf = (where: string, body: unknown, rest: object = {}): unknown =>
  ownOf(write(where, body, rest))['workload'];
const pod = (spec: object, metadata: object = {}): unknown =>
  workloadOf('pods', { kind: 'Pod', metadata, spec });
const patched = (where: string, body: unknown): unknown =>
  workloadOf(where, body, { verb: 'patch' });

it('of a pod says what matters', () => {
  const spec = {
    ...{ hostNetwork: true, hostPID: false, hostIPC: 'maybe', serviceAccountName: 'robot' },
    ...{ nodeName: 'n1', automountServiceAccountToken: false, shareProcessNamespace: true },
    tolerations: [{ key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' }],
    containers: [
      {
        ...{ name: 'app', image: 'a:1', ports: [{ containerPort: 80, hostPort: 8080 }] },
        volumeMounts: [{ name: 'v' }, { name: 'w', readOnly: true }],
        securityContext: {
          ...{ privileged: true, allowPrivilegeEscalation: true, procMount: 'Unmasked' },
          ...{ runAsUser: 0, capabilities: { add: ['SYS_ADMIN', 7], drop: ['ALL'] } },
          ...{ seccompProfile: { type: 'Unconfined' }, appArmorProfile: { type: 'Unconfined' } },
        },
      },
    ],
    initContainers: [{ name: 'init', image: 'b:1' }],
    volumes: [
      { name: 'v', hostPath: { path: '/var/run/docker.sock' } },
      { name: 'w', hostPath: { path: '/etc' } },
      { name: 'x', secret: { secretName: 's' } },
    ],
  };
  const own = ownOf(write('pods', { kind: 'Pod', spec }));
  expect(own['workload']).toEqual({
    ...{ kind: 'Pod', name: 'it', source: 'object', images: ['a:1', 'b:1'] },
    ...{ containers: ['app', 'init'], host_network: true, host_pid: false },
    ...{ service_account: 'robot', node_name: 'n1', automount_token: false, run_as_root: true },
    ...{ share_process_namespace: true, control_plane: true, privileged: true },
    ...{ allow_privilege_escalation: true, proc_mounts: ['Unmasked'], runtime_socket: true },
    ...{ capabilities_added: ['SYS_ADMIN'], unconfined: ['seccomp', 'apparmor'] },
    ...{ host_paths: ['/var/run/docker.sock', '/etc'] },
    writable_host_paths: ['/var/run/docker.sock'],
  });
  expect(own['exposure']).toEqual({ host_ports: [8080] });
});

describe('what is not said', () => {
  it('stays absent', () => {
    const own = pod({ containers: [{ image: 'a' }], hostPID: null, volumes: 'no' });
    expect(own).toEqual({ kind: 'Pod', name: 'it', source: 'object', images: ['a'] });
  });

  it('by each container is no answer for all', () => {
    const not = { securityContext: { privileged: false, allowPrivilegeEscalation: false } };
    expect(pod({ containers: [not, not] })).toMatchObject({
      ...{ privileged: false, allow_privilege_escalation: false },
    });
    expect(pod({ containers: [not, { image: 'a' }] })).not.toHaveProperty('privileged');
  });

  it('of the user: a container decides before its pod', () => {
    const root = { runAsUser: 0 };
    const user = { runAsUser: 1000, runAsNonRoot: false };
    const of = (shared: object, own: object): unknown =>
      pod({ securityContext: shared, containers: [{ image: 'a', securityContext: own }] });
    expect(of(root, user)).not.toHaveProperty('run_as_root');
    expect(of(user, root)).toMatchObject({ run_as_root: true });
    expect(of(root, {})).toMatchObject({ run_as_root: true });
    expect(of({}, { runAsNonRoot: false })).toMatchObject({ run_as_root: true });
    expect(of({ runAsNonRoot: true }, {})).not.toHaveProperty('run_as_root');
  });
});

it.each([
  ...['/', '/run', '/var/run/', '/var//run/./docker.sock', '/var', '/run/containerd'],
  ...['/run/crio/crio.sock', '/run/k3s/containerd/containerd.sock'],
])('%s leads to the container runtime', (path) => {
  expect(pod({ volumes: [{ hostPath: { path } }] })).toMatchObject({ runtime_socket: true });
});

it.each(['/etc', '/var/log', '/runner', '/var/run/secrets', '/home/docker.sock.d'])(
  '%s does not',
  (path) => {
    expect(pod({ volumes: [{ hostPath: { path } }] })).not.toHaveProperty('runtime_socket');
  },
);

it('of old annotations knows profiles', () => {
  const annotations = { 'container.apparmor.security.beta.kubernetes.io/c': 'unconfined' };
  expect(pod({ containers: [] }, { annotations })).toMatchObject({ unconfined: ['apparmor'] });
});

describe('a template', () => {
  const template = { spec: { hostPID: true, containers: [{ image: 'a:1' }] } };

  it.each([
    ['deployments.apps', 'Deployment', { spec: { template } }],
    ['deployments.extensions', 'Deployment', { spec: { template } }],
    ['daemonsets.apps', 'DaemonSet', { spec: { template } }],
    ['cronjobs.batch', 'CronJob', { spec: { jobTemplate: { spec: { template } } } }],
    ['podtemplates', 'PodTemplate', { template }],
    ['replicationcontrollers', 'ReplicationController', { spec: { template } }],
    ['rollouts.argoproj.io', 'Rollout', { kind: 'Rollout', spec: { template } }],
    ['workflows.x.io', 'Workflow', { kind: 'Workflow', steps: [{ a: { template } }] }],
    ['deployments.evil.io', 'Mine', { kind: 'Mine', spec: { pod: template } }],
  ])('of %s is read', (where, kind, body) => {
    expect(workloadOf(where, body)).toEqual({
      ...{ kind, name: 'it', source: 'template', host_pid: true, images: ['a:1'] },
    });
  });

  it('is none where there are no pods', () => {
    expect(
      workloadOf('things.x.io', { spec: { containers: ['a'], hostPID: true } }),
    ).toBeUndefined();
    expect(workloadOf('networkpolicies.networking.k8s.io', { spec: { template } })).toBeUndefined();
    expect(workloadOf('deployments.apps/scale', { spec: { replicas: 2 } })).toBeUndefined();
    expect(workloadOf('pods/status', { spec: template.spec })).toBeUndefined();
  });
});

describe('a patch', () => {
  it('says only what it holds', () => {
    const spec = { containers: [{ name: 'web', securityContext: { privileged: true } }] };
    expect(patched('deployments.apps', { spec: { template: { spec } } })).toEqual({
      ...{ kind: 'Deployment', name: 'it', source: 'patch', containers: ['web'], privileged: true },
    });
    expect(patched('deployments.apps', { spec: { replicas: 3 } })).toBeUndefined();
    expect(patched('pods', { spec: { $setElementOrder: [], hostIPC: null } })).toBeUndefined();
  });

  it.each([
    ['/spec/template/spec/containers/0/securityContext/privileged', true],
    ['/spec/template/spec/containers/-', { securityContext: { privileged: true } }],
    ['/spec/template/spec', { initContainers: [{ securityContext: { privileged: true } }] }],
    ['/spec', { template: { spec: { containers: [{ securityContext: { privileged: true } }] } } }],
  ])('of operations: %s', (path, value) => {
    const found = { privileged: true, source: 'patch' };
    expect(patched('deployments.apps', [{ op: 'add', path, value }])).toMatchObject(found);
    expect(patched('rollouts.argoproj.io', [{ op: 'replace', path, value }])).toMatchObject(found);
    for (const op of ['test', 'remove', 'Add']) {
      expect(patched('deployments.apps', [{ op, path, value }])).toBeUndefined();
    }
  });

  it('can not hide a value where it is moved from', () => {
    const stash = { op: 'add', path: '/metadata/a~1b', value: { x: [{ privileged: true }] } };
    const path = '/spec/template/spec/containers/0/securityContext';
    for (const op of ['move', 'copy']) {
      const take = { op, from: '/metadata/a~1b/x/0', path };
      expect(patched('deployments.apps', [stash, take])).toMatchObject({ privileged: true });
    }
    const parts = [
      { op: 'add', path: '/x/0/privileged', value: true },
      { op: 'move', from: '/x/1', path },
    ];
    expect(patched('deployments.apps', parts)).toMatchObject({ privileged: true });
    expect(patched('deployments.apps', [stash])).toBeUndefined();
  });

  it('of ten thousand moves comes to an end', () => {
    const moves = Array.from({ length: 10_000 }, (_, i) => ({
      op: 'copy',
      from: '',
      path: `/${i}`,
    }));
    const first = { op: 'add', path: '/spec/hostPID', value: true };
    expect(patched('pods', [first, ...moves])).toMatchObject({ host_pid: true });
  });
});

it('of a volume that names a path of a node is told, too', () => {
  const own = workloadOf('persistentvolumes', { spec: { hostPath: { path: '/' } } });
  expect(own).toMatchObject({ kind: 'PersistentVolume', host_paths: ['/'] });
});
