/**
 * Owns: a cluster: nodes, workloads, users, and how pods come and go on it.
 */
import type { Machine, Pod, Site, User, Workload } from '../model.ts';
import { HOUR, type Interval, MINUTE, SECOND } from '../moments.ts';
import type { Random } from '../random.ts';
import { makeUsers } from './users.ts';
import { makeWorkloads } from './workloads.ts';

export interface Sizes {
  readonly users: number;
  readonly pods: number;
  /** Start and end of what is simulated. */
  readonly span: Interval;
  /** Largest offset of a node's clock, ms. */
  readonly skew: number;
}

function intervals(span: Interval, count: number, length: [number, number], random: Random) {
  return Array.from({ length: count }, () => {
    const from = random.between(span.from + 10 * MINUTE, span.to - 20 * MINUTE);
    return { from, to: from + random.between(...length) };
  }).sort((a, b) => a.from - b.from);
}

function makeNode(i: number, count: number, sizes: Sizes, random: Random): Machine {
  const days = (sizes.span.to - sizes.span.from) / (24 * HOUR);
  const isBlind = count > 3 && i === count - 1;
  const gaps = intervals(
    sizes.span,
    Math.max(1, Math.round(2 * days)),
    [15 * SECOND, 90 * SECOND],
    random,
  );
  return {
    name: `worker-${i + 1}`,
    ...(isBlind ? {} : { enricher: i % 2 === 0 ? 'whole' : 'ms' }),
    gaps: isBlind ? [] : gaps,
    isCri: i % 3 === 1,
    falco: i % 3 === 2 ? 'none' : i % 3 === 0 ? 'with-uid' : 'plain',
    pidMax: i % 2 === 0 ? 32_768 : 4_194_304,
    skew: random.between(-sizes.skew, sizes.skew),
  };
}

/** One pod after the other in the same place: rolled out, evicted, or failed. */
function lives(workload: Workload, place: number, nodes: readonly Machine[], world: Living): Pod[] {
  const { random, span } = world;
  const pods: Pod[] = [];
  const hash = random.hex(9);
  let from = span.from - random.between(HOUR, 24 * HOUR);
  for (;;) {
    const life =
      workload.kind === 'DaemonSet'
        ? Number.POSITIVE_INFINITY
        : random.wait(20 * HOUR) + 15 * MINUTE;
    const isLast = pods.length > 0 ? from + life > span.to : false;
    const until = Math.max(from, span.from) + life;
    const node = workload.kind === 'DaemonSet' ? nodes[place] : random.pick(nodes);
    if (node === undefined) return pods;
    const name = {
      StatefulSet: `${workload.name}-${place}`,
      Deployment: `${workload.name}-${hash}-${random.suffix(5)}`,
      DaemonSet: `${workload.name}-${random.suffix(5)}`,
    }[workload.kind];
    pods.push({
      ...{ name, uid: random.uuid(), namespace: workload.namespace, workload, node },
      ...{
        created: from,
        bound: from + random.between(5, 80),
        ready: from + random.between(2, 15) * SECOND,
      },
      deleted: isLast || until > span.to ? Number.POSITIVE_INFINITY : until,
    });
    if (isLast || until > span.to) return pods;
    // A StatefulSet's next pod has the same name, hence comes after; a Deployment's comes before.
    from =
      until +
      (workload.kind === 'StatefulSet'
        ? random.between(3, 40) * SECOND
        : -random.between(1, 20) * SECOND);
  }
}

interface Living {
  readonly span: Interval;
  readonly random: Random;
}

function makePods(
  nodes: readonly Machine[],
  workloads: readonly Workload[],
  world: Living,
): readonly Pod[] {
  return workloads.flatMap((workload) => {
    const places = workload.kind === 'DaemonSet' ? nodes.length : workload.replicas;
    return Array.from({ length: places }, (_, place) =>
      lives(workload, place, nodes, world),
    ).flat();
  });
}

function admins(users: readonly User[]): readonly User[] {
  return users.filter(({ groups }) => groups.some((g) => /admins$/.test(g)));
}

export function usersWithAllRights(site: Site): readonly User[] {
  return admins(site.users);
}

/** `i`: clusters differ in runtime, audit policy, webhook and how their events are sent. */
export function makeSite(i: number, sizes: Sizes, random: Random): Site {
  const workloads = makeWorkloads(sizes.pods, random.fork('workloads'));
  const count = Math.max(4, Math.ceil(sizes.pods / 8));
  const ofNodes = random.fork('nodes');
  const nodes = Array.from({ length: count }, (_, n) => makeNode(n, count, sizes, ofNodes));
  const days = (sizes.span.to - sizes.span.from) / (24 * HOUR);
  const outages = Math.max(1, Math.round(2 * days));
  return {
    name: `cluster-${i + 1}`,
    runtime: (['/usr/bin/runc', '/usr/bin/crun', '/'] as const)[i % 3] ?? '/',
    nodes,
    workloads,
    pods: makePods(nodes, workloads, { span: sizes.span, random: random.fork('pods') }),
    users: makeUsers(sizes.users, random.fork('users')),
    level: i % 2 === 0 ? 'Request' : 'Metadata',
    omitsReceived: i % 3 === 2,
    isDedotted: i % 3 === 1,
    hasWebhook: i % 4 !== 3,
    unmarkedNamespaces: ['legacy', 'kube-system'],
    webhookDown: intervals(sizes.span, outages, [5 * MINUTE, 12 * MINUTE], random.fork('webhook')),
    watchesPrivileged: i % 3 === 1,
  };
}
