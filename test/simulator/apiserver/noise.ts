/**
 * Owns: what API servers do all day: leases, lists, gets, watches, logs, scrapes. None of it opens a
 * session.
 */
import type { Scene } from '../activity/scene.ts';
import type { Request } from '../model.ts';
import { MINUTE } from '../moments.ts';
import { system } from './pod-events.ts';
import { plainRequest } from './session-requests.ts';

type Noise = (
  scene: Scene,
  at: number,
) => Partial<Request> & Pick<Request, 'verb' | 'uri' | 'user' | 'ref'>;

function ref(resource: string, more: Readonly<Record<string, string>> = {}) {
  return { resource, ...more, apiVersion: 'v1' };
}

function somePod({ random, site }: Scene): { namespace: string; name: string } {
  return random.pick(site.pods);
}

const NOISE: readonly Noise[] = [
  (scene) => {
    const { name } = scene.random.pick(scene.site.nodes);
    const user = system(`system:node:${name}`, 'kubelet/v1.33.1 (linux/amd64) kubernetes/8adc0f0', [
      'system:nodes',
    ]);
    const uri = `/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/${name}?timeout=10s`;
    return {
      verb: 'update',
      uri,
      user,
      ref: ref('leases', { namespace: 'kube-node-lease', name, apiGroup: 'coordination.k8s.io' }),
    };
  },
  (scene) => {
    const { namespace } = somePod(scene);
    const uri = `/api/v1/namespaces/${namespace}/pods?limit=500`;
    return {
      verb: 'list',
      uri,
      user: scene.random.pick(scene.site.users),
      ref: ref('pods', { namespace }),
    };
  },
  (scene) => {
    const { name, namespace } = somePod(scene);
    const uri = `/api/v1/namespaces/${namespace}/pods/${name}`;
    return {
      verb: 'get',
      uri,
      user: scene.random.pick(scene.site.users),
      ref: ref('pods', { namespace, name }),
    };
  },
  (scene, at) => {
    const { name, namespace } = somePod(scene);
    const uri = `/api/v1/namespaces/${namespace}/pods/${name}/log?container=app&follow=true`;
    const times = { started: at + 3, completed: at + scene.random.between(1, 400) * 1000 };
    return {
      verb: 'get',
      uri,
      user: scene.random.pick(scene.site.users),
      ...times,
      ref: ref('pods', { namespace, name, subresource: 'log' }),
    };
  },
  (_scene, at) => {
    const uri = '/api/v1/configmaps?allowWatchBookmarks=true&timeoutSeconds=420&watch=true';
    const user = system('system:kube-controller-manager', 'kube-controller-manager/v1.33.1');
    return {
      verb: 'watch',
      uri,
      user,
      started: at + 1,
      completed: at + 7 * MINUTE,
      ref: ref('configmaps'),
    };
  },
  (scene, at) => {
    const { name } = scene.random.pick(scene.site.nodes);
    const user = system('system:serviceaccount:monitoring:prometheus', 'Prometheus/3.5.0', [
      'system:serviceaccounts',
    ]);
    const path = scene.random.pick([
      'metrics/cadvisor',
      'metrics',
      'stats/summary',
      'pods',
      'healthz',
    ]);
    return {
      verb: 'get',
      uri: `/api/v1/nodes/${name}/proxy/${path}`,
      user,
      started: at + 2,
      completed: at + 20,
      ref: ref('nodes', { name, subresource: 'proxy' }),
    };
  },
  (scene, at) => {
    const { name, namespace } = somePod(scene);
    const uri = `/api/v1/namespaces/${namespace}/pods/${name}:8080/proxy/exec?command=x`;
    return {
      verb: 'get',
      uri,
      user: scene.random.pick(scene.site.users),
      started: at + 2,
      completed: at + 9,
      ref: ref('pods', { namespace, name: `${name}:8080`, subresource: 'proxy' }),
    };
  },
  (scene) => {
    const user = system(
      'system:serviceaccount:kube-system:deployment-controller',
      'kube-controller-manager/v1.33.1',
    );
    const { namespace } = somePod(scene);
    const uri = `/apis/apps/v1/namespaces/${namespace}/deployments/checkout/status`;
    return {
      verb: 'update',
      uri,
      user,
      code: 200,
      ref: ref('deployments', {
        namespace,
        name: 'checkout',
        apiGroup: 'apps',
        subresource: 'status',
      }),
    };
  },
  (scene) => {
    const user = scene.random.pick(scene.site.users);
    const { name, namespace } = somePod(scene);
    const refused = { code: 403, reason: 'Forbidden', message: `pods "${name}" is forbidden` };
    const annotations = {
      'authorization.k8s.io/decision': 'forbid',
      'authorization.k8s.io/reason': '',
    };
    return {
      verb: 'get',
      uri: `/api/v1/namespaces/${namespace}/pods/${name}`,
      user,
      ...refused,
      annotations,
      ref: ref('pods', { namespace, name }),
    };
  },
];

/** `perMinute` requests on average. */
export function noise(scene: Scene, perMinute: number): readonly Request[] {
  const { random, span } = scene;
  const requests: Request[] = [];
  if (perMinute <= 0) return requests;
  for (let at = span.from; at < span.to; at += random.wait(MINUTE / perMinute)) {
    const made = random.pick(NOISE)(scene, at);
    requests.push(plainRequest({ auditID: random.uuid(), received: at, ...made }));
  }
  return requests;
}
