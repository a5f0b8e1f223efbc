/**
 * Owns: which workloads a cluster has, and what each runs by itself.
 */
import type { ContainerSpec, Habit, Workload } from '../model.ts';
import { MINUTE, SECOND } from '../moments.ts';
import type { Random } from '../random.ts';

function container(name: string, image: string, entrypoint: readonly string[], more?: object) {
  const own = { main: '/usr/bin/app', shell: '/bin/sh', uid: 1000, ...more };
  return { name, image, entrypoint, ...own } satisfies ContainerSpec;
}

const JAVA = container(
  'app',
  'registry.example/pay:3.4',
  ['sh', '-c', 'exec java $JAVA_OPTS -jar /app/pay.jar'],
  {
    ...{ main: '/opt/java/bin/java', shell: '/bin/bash' },
  },
);
const NODE = container(
  'app',
  'registry.example/shop:7.1',
  ['docker-entrypoint.sh', 'node', 'server.js'],
  {
    ...{ main: '/usr/local/bin/node', shell: '/bin/dash' },
  },
);
const PROXY = container(
  'sidecar',
  'registry.example/proxy:1.22',
  ['/usr/local/bin/proxy', '--config', '/etc/proxy.yaml'],
  {
    ...{ main: '/usr/local/bin/proxy', shell: '/bin/busybox', uid: 1337 },
  },
);
const POSTGRES = container(
  'postgres',
  'docker.io/library/postgres:16',
  ['/bin/bash', '/usr/local/bin/docker-entrypoint.sh', 'postgres'],
  {
    ...{ main: '/usr/lib/postgresql/16/bin/postgres', shell: '/usr/bin/bash', uid: 999 },
  },
);
const NGINX = container(
  'nginx',
  'docker.io/library/nginx:1.27',
  ['/bin/sh', '/docker-entrypoint.sh', 'nginx', '-g', 'daemon off;'],
  {
    ...{ main: '/usr/sbin/nginx', shell: '/bin/dash', uid: 0 },
  },
);
const BATCH = container(
  'worker',
  'registry.example/batch:0.9',
  ['sh', '-c', 'crond && exec /usr/bin/worker --queue default'],
  {
    ...{ main: '/usr/sbin/crond', shell: '/bin/busybox', uid: 0 },
  },
);
const AGENT = container('agent', 'registry.example/agent:2.0', ['/agent', 'run'], {
  ...{ main: '/agent', shell: '/bin/bash', uid: 0 },
});
const TOOLBOX = container('shell', 'registry.example/toolbox:1', ['bash'], {
  ...{ main: '/bin/bash', shell: '/bin/bash', uid: 0 },
});

type Made = Pick<Workload, 'kind' | 'name' | 'containers' | 'habits'> & Partial<Workload>;

function habit(container: string, kind: Habit['kind'], every: number, program: string): Habit {
  return { container, kind, every, program };
}

const PROBED = habit('app', 'probe', 75 * SECOND, 'probe-http');
const CATALOGUE: readonly Made[] = [
  {
    kind: 'Deployment',
    name: 'checkout',
    containers: [JAVA, PROXY],
    habits: [PROBED, habit('app', 'child', 7 * MINUTE, 'jcmd')],
  },
  {
    kind: 'StatefulSet',
    name: 'ledger',
    containers: [JAVA],
    habits: [habit('app', 'child', 11 * MINUTE, 'report')],
  },
  {
    kind: 'StatefulSet',
    name: 'db',
    containers: [POSTGRES],
    habits: [
      habit('postgres', 'probe', 90 * SECOND, 'pg-isready'),
      habit('postgres', 'child', 10 * MINUTE, 'archive-wal'),
    ],
  },
  {
    kind: 'Deployment',
    name: 'shop',
    containers: [NODE],
    habits: [habit('app', 'child', 9 * MINUTE, 'thumbnail')],
  },
  {
    kind: 'Deployment',
    name: 'frontend',
    containers: [NGINX, PROXY],
    habits: [habit('nginx', 'probe', 120 * SECOND, 'nginx-test')],
  },
  {
    kind: 'Deployment',
    name: 'batch',
    containers: [BATCH],
    habits: [
      habit('worker', 'cron', 5 * MINUTE, 'rotate'),
      habit('worker', 'child', 13 * MINUTE, 'tick'),
    ],
  },
  { kind: 'StatefulSet', name: 'toolbox', containers: [TOOLBOX], habits: [] },
];

const NAMESPACES = ['payments', 'production', 'web', 'data', 'ci'] as const;

function deployed(made: Made, namespace: string, replicas: number): Workload {
  return { isWatched: true, isPrivileged: false, ...made, namespace, replicas };
}

/** About `pods` pods in all, without those of the DaemonSets. */
export function makeWorkloads(pods: number, random: Random): readonly Workload[] {
  const workloads: Workload[] = [
    deployed(
      {
        kind: 'DaemonSet',
        name: 'node-agent',
        containers: [AGENT],
        habits: [],
        isPrivileged: true,
      },
      'kube-system',
      1,
    ),
    deployed(
      {
        kind: 'Deployment',
        name: 'old-app',
        containers: [NODE],
        habits: [habit('app', 'child', 15 * MINUTE, 'thumbnail')],
      },
      'legacy',
      2,
    ),
    deployed(
      { kind: 'Deployment', name: 'unprofiled', containers: [NGINX], habits: [], isWatched: false },
      'web',
      1,
    ),
  ];
  let made = 3;
  for (let i = 0; made < pods; i++) {
    const kind = CATALOGUE[i % CATALOGUE.length];
    if (kind === undefined) break;
    const round = Math.floor(i / CATALOGUE.length);
    const replicas = kind.name === 'toolbox' ? 1 : random.int(1, 4);
    const name = round === 0 ? kind.name : `${kind.name}-${round}`;
    workloads.push(
      deployed(
        { ...kind, name },
        kind.name === 'toolbox' ? 'ci' : random.pick(NAMESPACES),
        replicas,
      ),
    );
    made += replicas;
  }
  return workloads;
}
