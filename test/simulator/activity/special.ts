/**
 * Owns: places of their own kind: a toolbox whose main process is a shell, a privileged pod that
 * somebody makes for himself.
 */
import { bound, deleted, podObject, violation } from '../apiserver/pod-events.ts';
import { allowed, plainRequest } from '../apiserver/session-requests.ts';
import type { Pod, Workload } from '../model.ts';
import { MINUTE, SECOND } from '../moments.ts';
import { usersWithAllRights } from '../world/site.ts';
import { type Mains, mainKey } from './background.ts';
import { openExec } from './exec.ts';
import { firstContainer, isFree, podsDuring, type Scene, somebody } from './scene.ts';
import { shellOf, typeFor } from './typing.ts';
import { attach, typeIntoMain } from './ways.ts';

/** Into the shell that a toolbox runs as its main process. */
export function useToolbox(scene: Scene, mains: Mains, at: number): void {
  const span = { at, until: at + scene.random.between(2, 9) * MINUTE };
  const fit = podsDuring(scene, { from: at, to: span.until }).filter(
    (pod) =>
      pod.workload.name === 'toolbox' && isFree(scene, pod, { from: at, to: span.until }, true),
  );
  if (fit.length === 0) return;
  const pod = scene.random.pick(fit);
  const main = mains.of.get(mainKey(pod, firstContainer(pod).name));
  if (main === undefined) return;
  typeIntoMain(scene, attach(scene, somebody(scene), pod, span), pod, main);
}

/** An administrator makes a privileged pod, which no profile binds, and goes into it. */
export function usePrivileged(scene: Scene, at: number): void {
  const { random, site } = scene;
  const [user] = usersWithAllRights(site);
  const node = site.nodes.find(({ enricher }) => enricher !== undefined);
  if (user === undefined || node === undefined) return;
  const name = `rescue-${random.suffix(4)}`;
  const own = {
    name: 'rescue',
    image: 'busybox:1.36',
    entrypoint: ['sleep', '86400'],
    main: '/bin/sleep',
    shell: '/bin/busybox',
    uid: 0,
  };
  const workload: Workload = {
    kind: 'StatefulSet',
    namespace: 'ci',
    name,
    replicas: 1,
    containers: [own],
    habits: [],
    isWatched: true,
    isPrivileged: true,
  };
  const pod: Pod = {
    name,
    uid: random.uuid(),
    namespace: 'ci',
    workload,
    node,
    created: at,
    bound: at + 30,
    ready: at + 4 * SECOND,
    deleted: at + 12 * MINUTE,
  };
  const request = plainRequest({
    ...{
      auditID: random.uuid(),
      verb: 'create',
      user,
      received: at,
      uri: '/api/v1/namespaces/ci/pods',
    },
    ref: { resource: 'pods', namespace: 'ci', name, apiVersion: 'v1' },
    ...{ namedByAnswer: true, requestObject: podObject(pod, true) },
    annotations: { ...allowed(user, 'ci'), ...violation(pod) },
  });
  scene.requests.push(request, bound(scene, pod), deleted(scene, pod, pod.deleted, user));
  const end = at + 8 * MINUTE;
  const opened = openExec(scene, {
    user,
    pod,
    container: own,
    argv: ['sh'],
    at: at + MINUTE,
    until: end,
    isTerminal: true,
    isExclusive: true,
  });
  typeFor(scene, shellOf(scene, { pod, container: own }, opened), at + MINUTE + SECOND, end);
  if (site.watchesPrivileged) return;
  const { session } = opened;
  scene.planted.push({ evasion: 'not_watched', site: site.name, session, from: at, to: end });
}
