/**
 * Owns: requests by which pods come and go: controllers, the scheduler, kubelets, people.
 */
import type { Scene } from '../activity/scene.ts';
import type { Pod, Request, User } from '../model.ts';
import { allowed, plainRequest } from './session-requests.ts';

export function system(name: string, agent: string, groups: readonly string[] = []): User {
  return {
    ...{ name, groups: [...groups, 'system:authenticated'], ips: ['10.0.0.2'], agent },
    transport: 'spdy',
  };
}

const SCHEDULER = system(
  'system:kube-scheduler',
  'kube-scheduler/v1.33.1 (linux/amd64) kubernetes/8adc0f0/scheduler',
);

function controllerOf({ workload }: Pod): User {
  const name = { Deployment: 'replicaset', StatefulSet: 'statefulset', DaemonSet: 'daemon-set' }[
    workload.kind
  ];
  const groups = ['system:serviceaccounts', 'system:serviceaccounts:kube-system'];
  const account = `system:serviceaccount:kube-system:${name}-controller`;
  return system(
    account,
    `kube-controller-manager/v1.33.1 (linux/amd64) kubernetes/8adc0f0/${account}`,
    groups,
  );
}

export function podObject(pod: Pod, isNamed: boolean): object {
  const { name, namespace, workload } = pod;
  const stem = name.slice(0, name.lastIndexOf('-') + 1);
  return {
    ...{ kind: 'Pod', apiVersion: 'v1' },
    metadata: {
      ...(isNamed ? { name } : { generateName: stem }),
      namespace,
      labels: { app: workload.name },
    },
    spec: {
      containers: workload.containers.map((container) => ({
        ...{ name: container.name, image: container.image, command: container.entrypoint },
        ...(workload.isPrivileged ? { securityContext: { privileged: true } } : {}),
      })),
    },
  };
}

export function violation(pod: Pod): Readonly<Record<string, string>> {
  if (!pod.workload.isPrivileged) return {};
  const container = pod.workload.containers[0]?.name ?? '';
  return {
    'pod-security.kubernetes.io/enforce-policy': 'privileged:latest',
    'pod-security.kubernetes.io/audit-violations': `would violate PodSecurity "baseline:latest": privileged (container "${container}" must not set securityContext.privileged=true)`,
  };
}

function created(scene: Scene, pod: Pod): Request {
  const user = controllerOf(pod);
  const isNamed = pod.workload.kind === 'StatefulSet';
  const name = isNamed ? { name: pod.name } : {};
  return plainRequest({
    ...{ auditID: scene.random.uuid(), verb: 'create', user, received: pod.created },
    uri: `/api/v1/namespaces/${pod.namespace}/pods`,
    ref: { resource: 'pods', namespace: pod.namespace, ...name, apiVersion: 'v1' },
    namedByAnswer: true,
    annotations: { ...allowed(user, pod.namespace), ...violation(pod) },
    requestObject: podObject(pod, isNamed),
  });
}

export function bound(
  scene: Scene,
  pod: Pick<Pod, 'name' | 'namespace' | 'uid' | 'bound' | 'node'>,
): Request {
  const { name, namespace, uid } = pod;
  return plainRequest({
    ...{ auditID: scene.random.uuid(), verb: 'create', user: SCHEDULER, received: pod.bound },
    uri: `/api/v1/namespaces/${namespace}/pods/${name}/binding`,
    ref: { resource: 'pods', namespace, name, uid, apiVersion: 'v1', subresource: 'binding' },
    requestObject: {
      ...{ kind: 'Binding', apiVersion: 'v1', metadata: { name, namespace, uid } },
      target: { kind: 'Node', name: pod.node.name },
    },
  });
}

export function deleted(
  scene: Scene,
  pod: Pick<Pod, 'name' | 'namespace'>,
  at: number,
  user: User,
): Request {
  const { name, namespace } = pod;
  return plainRequest({
    ...{ auditID: scene.random.uuid(), verb: 'delete', user, received: at },
    uri: `/api/v1/namespaces/${namespace}/pods/${name}`,
    ref: { resource: 'pods', namespace, name, apiVersion: 'v1' },
  });
}

/** The requests about all pods, as far as they lie in the time that is simulated. */
export function podRequests(scene: Scene): readonly Request[] {
  return scene.site.pods.flatMap((pod) => {
    const all = [created(scene, pod), bound(scene, pod)];
    if (Number.isFinite(pod.deleted)) all.push(deleted(scene, pod, pod.deleted, controllerOf(pod)));
    return all.filter(({ received }) => received >= scene.span.from);
  });
}
