import { describe, expect, it } from 'vitest';
import {
  audit,
  controller,
  createWorld,
  exec,
  kubelet,
  podBody,
  WEB_POD,
  webPod,
} from './story.ts';

const WEB = {
  workload_kind: 'Deployment',
  workload: 'web',
  service_account: 'checkout',
  node: 'worker-1',
  images: ['registry.example/app:1.4.2', 'registry.example/envoy:1.30'],
};

describe('an event on a pod', () => {
  it('is told its workload, node, account and image', () => {
    const world = createWorld();
    world.feed(webPod());
    const [document] = world.feed([exec(60)]).documents;
    expect(document?.['podwitness']?.['pod']).toStrictEqual(WEB);
    expect(document?.['kubernetes']).toMatchObject({
      deployment: { name: 'web' },
      replicaset: { name: 'web-7d4b9c6f5' },
      node: { name: 'worker-1' },
      pod: { uid: 'uid-1' },
    });
    expect(document).toMatchObject({
      host: { name: 'worker-1' },
      container: { image: { name: 'registry.example/app:1.4.2' } },
    });
  });

  it('is told so in the batch that taught it', () => {
    const { documents } = createWorld().feed([...webPod(), exec(60)]);
    expect(documents.at(-1)?.['podwitness']?.['pod']).toStrictEqual(WEB);
  });

  it('is told of the pod that had the name then', () => {
    const world = createWorld();
    const create = (seconds: number, node: string) =>
      audit(seconds, ['create', 'pods', 'shop', 'db-0'], {
        requestObject: podBody('StatefulSet/db', { spec: { nodeName: node, containers: [] } }),
      });
    world.feed([create(0, 'worker-1')]);
    world.feed([audit(100, ['delete', 'pods', 'shop', 'db-0']), create(110, 'worker-2')]);
    const nodes = world
      .feed([exec(50, 'db-0'), exec(105, 'db-0'), exec(120, 'db-0')])
      .documents.map((document) => document['podwitness']?.['pod']?.['node']);
    expect(nodes).toStrictEqual(['worker-1', 'worker-1', 'worker-2']);
  });

  it('is told nothing of a pod in another cluster or namespace', () => {
    const world = createWorld();
    world.feed(webPod());
    const other = audit(60, ['get', 'pods', 'other', WEB_POD]);
    const [document] = world.feed([other]).documents;
    expect(document?.['podwitness']?.['pod']).toBeUndefined();
  });

  it('names no images where not all are known', () => {
    const world = createWorld();
    const patch = { spec: { ephemeralContainers: [{ name: 'dbg', image: 'busybox' }] } };
    world.feed([
      audit(0, ['patch', 'pods', 'shop', 'old', 'ephemeralcontainers'], { requestObject: patch }),
    ]);
    const [document] = world.feed([exec(1, 'old', 'dbg')]).documents;
    expect(document?.['podwitness']?.['pod']).toBeUndefined();
    expect(document).toMatchObject({ container: { image: { name: 'busybox' } } });
  });
});

describe('at level Metadata', () => {
  const metadata = { level: 'Metadata' };

  it('the owner follows from the controller and the name, and is said to be inferred', () => {
    const world = createWorld();
    world.feed([
      audit(0, ['create', 'replicasets', 'shop', 'web-7d4b9c6f5'], {
        ...metadata,
        ...controller('deployment-controller'),
      }),
      audit(1, ['create', 'pods', 'shop', WEB_POD], {
        ...metadata,
        ...controller('replicaset-controller'),
      }),
      audit(9, ['patch', 'pods', 'shop', WEB_POD, 'status'], {
        ...metadata,
        ...kubelet('worker-3'),
      }),
    ]);
    const [document] = world.feed([exec(60)]).documents;
    expect(document?.['podwitness']?.['pod']).toStrictEqual({
      workload_kind: 'Deployment',
      workload: 'web',
      workload_inferred: true,
      node: 'worker-3',
    });
  });

  it.each([
    ['statefulset-controller', 'db-12', 'StatefulSet', 'db'],
    ['daemon-set-controller', 'agent-8xk2p', 'DaemonSet', 'agent'],
    ['job-controller', 'backup-29382910-b7xk2', 'Job', 'backup-29382910'],
  ])('of %s', (user, pod, kind, workload) => {
    const world = createWorld();
    world.feed([audit(0, ['create', 'pods', 'shop', pod], { ...metadata, ...controller(user) })]);
    const [document] = world.feed([exec(60, pod)]).documents;
    expect(document?.['podwitness']?.['pod']).toMatchObject({ workload_kind: kind, workload });
  });

  it('a name alone is no proof: a person may call a pod what she wants', () => {
    const world = createWorld();
    world.feed([audit(0, ['create', 'pods', 'shop', WEB_POD], metadata)]);
    const [document] = world.feed([exec(60)]).documents;
    expect(document?.['podwitness']?.['pod']).toBeUndefined();
  });
});

describe('nothing is learnt', () => {
  const [, create = {}] = webPod();
  it.each([
    ['of what was refused', { responseStatus: { code: 403 } }],
    ['of a dry run', { requestURI: '/api/v1/namespaces/shop/pods?dryRun=All' }],
    ['before it is done', { stage: 'RequestReceived' }],
    [
      'of an object of another group',
      { objectRef: { ...(create['objectRef'] as object), apiGroup: 'x.example' } },
    ],
  ])('%s', (_, change) => {
    expect(createWorld().feed([{ ...create, ...change }]).facts).toStrictEqual([]);
  });

  it('of what comes from the future', () => {
    const world = createWorld();
    expect(world.feed([create], Date.parse('2026-11-19T00:00:00Z')).facts).toStrictEqual([]);
    expect(world.feed([create], Date.parse('2026-11-21T06:00:30Z')).facts).toHaveLength(1);
  });
});

describe('what repeats itself is written once', () => {
  const status = (seconds: number, node: string) =>
    audit(seconds, ['patch', 'pods', 'shop', WEB_POD, 'status'], kubelet(node));

  it('a kubelet that says the same every ten seconds', () => {
    const world = createWorld();
    world.feed(webPod());
    const beats = Array.from({ length: 50 }, (_, i) => status(10 * i + 5, 'worker-1'));
    expect(world.feed(beats).facts).toStrictEqual([]);
    expect(beats.flatMap((beat) => world.feed([beat]).facts)).toStrictEqual([]);
    expect(world.feed([status(1000, 'worker-2')]).facts).toHaveLength(1);
  });

  it('an event that is delivered twice', () => {
    const world = createWorld();
    const events = webPod();
    expect(world.feed([...events, ...events]).facts).toHaveLength(2);
    expect(world.feed(events).facts).toStrictEqual([]);
  });

  it('also of events that a filter takes away: they still teach', () => {
    const filters = [{ name: 'kubelet', users: ['system:node:*'], keepPercent: 0 }];
    const world = createWorld({ filters });
    const { documents, facts } = world.feed([status(5, 'worker-1')]);
    expect(documents).toStrictEqual([]);
    expect(facts).toHaveLength(1);
    const [document] = world.feed([exec(60)]).documents;
    expect(document).toMatchObject({ host: { name: 'worker-1' } });
  });
});
