/**
 * Owns: containers and pods that are made to debug: who makes them, who attaches, what is typed.
 */
import {
  allowed,
  EXEC_WEBHOOK,
  markAnnotations,
  markAt,
  NODE_WEBHOOK,
  patchAnnotations,
  plainRequest,
} from '../apiserver/session-requests.ts';
import type { Kind, Machine, Mark, Pod, TrueSession, User } from '../model.ts';
import { SECOND } from '../moments.ts';
import { getPod, plantUnmarked } from './exec.ts';
import { firstContainer, type Scene, type Spot, spawn, spotOf, use } from './scene.ts';
import { type Shell, typeFor } from './typing.ts';
import { type Asked, addSession, attachedTo, attachRequest, placeOf, type Span } from './ways.ts';

interface Debugged {
  readonly session: TrueSession;
  readonly shell: Shell;
}

/** Somebody, not always who made it, attaches and types. */
function attachAndType(scene: Scene, session: TrueSession, spot: Spot, span: Asked): Debugged {
  const { random, site } = scene;
  if (session.kind !== 'attach') {
    const other = random.chance(0.2) ? random.pick(site.users) : session.user;
    const place = { ...session.pod, container: session.container };
    const request = attachRequest(scene, other, place, span);
    session.attachers.push({ user: other, request });
    scene.requests.push(request);
  }
  const mark = session.mark.how === 'set' ? session.mark.uid : undefined;
  const process = spawn(scene, spot, {
    execs: [
      {
        at: span.at - random.between(0.4, 1.5) * SECOND,
        argv: span.argv,
        caller: site.runtime,
        ...(mark === undefined ? {} : { mark }),
      },
    ],
    ...{ end: span.until, origin: 'session', session, hasTerminal: true },
  });
  const shell: Shell = { spot, process, image: '/bin/sh', session, mark };
  typeFor(scene, shell, span.at + 200, span.until);
  return { session, shell };
}

/** `kubectl debug -it POD --image busybox`. */
export function debugContainer(scene: Scene, user: User, pod: Pod, span: Span): Debugged {
  const { random, site } = scene;
  const container = `debugger-${random.suffix(5)}`;
  const { name, namespace } = pod;
  const mark = markAt(site, span.at, namespace, random);
  const spec = { name: container, image: 'busybox:1.36', command: ['sh'], stdin: true, tty: true };
  const value = [{ name: 'SPO_EXEC_REQUEST_UID', value: mark.how === 'set' ? mark.uid : '' }];
  const path = '/spec/ephemeralContainers/0/env';
  getPod(scene, user, pod, span.at - 20);
  const request = plainRequest({
    ...{ auditID: random.uuid(), verb: 'patch', user, received: span.at, completed: span.at + 17 },
    uri: `/api/v1/namespaces/${namespace}/pods/${name}/ephemeralcontainers`,
    ref: {
      resource: 'pods',
      namespace,
      name,
      apiVersion: 'v1',
      subresource: 'ephemeralcontainers',
    },
    annotations: { ...allowed(user, namespace), ...markAnnotations(mark, EXEC_WEBHOOK) },
    patchAnnotations: patchAnnotations(mark, EXEC_WEBHOOK, { op: 'add', path, value }),
    requestObject: {
      spec: { ephemeralContainers: [{ ...spec, targetContainerName: firstContainer(pod).name }] },
    },
    isSession: true,
  });
  const session = addSession(
    scene,
    {
      ...{ kind: 'ephemeral', user, pod: placeOf(pod), container, argv: ['sh'], mark },
    },
    request,
    { ended: span.until },
  );
  if (mark.how === 'failed-open') plantUnmarked(scene, session, 'failed-open');
  use(scene, pod, { from: span.at, to: span.until });
  const spot = { ...spotOf(scene, pod, firstContainer(pod)), container, uid: 0 };
  return attachAndType(scene, session, spot, {
    at: span.at + random.between(2, 9) * SECOND,
    until: span.until,
    argv: ['sh'],
  });
}

interface DebugPod {
  readonly kind: Kind;
  readonly namespace: string;
  readonly name: string;
  readonly node: Machine;
  readonly container: string;
  readonly argv: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  readonly isPrivileged: boolean;
  readonly isMarked: boolean;
}

/** A pod that is made to debug, attached to, and mostly deleted afterwards. */
function debugPod(scene: Scene, user: User, made: DebugPod, span: Span): Debugged {
  const { random, site } = scene;
  const { container, name, namespace, node } = made;
  const mark: Mark = made.isMarked ? markAt(site, span.at, namespace, random) : { how: 'absent' };
  const spec = {
    containers: [
      {
        name: container,
        image: 'busybox:1.36',
        command: made.argv,
        stdin: true,
        tty: true,
        ...(made.isPrivileged ? { securityContext: { privileged: true } } : {}),
      },
    ],
    nodeName: node.name,
    ...(made.isPrivileged ? { hostPID: true, hostNetwork: true, hostIPC: true } : {}),
  };
  const request = plainRequest({
    ...{ auditID: random.uuid(), verb: 'create', user, received: span.at, code: 201 },
    uri: `/api/v1/namespaces/${namespace}/pods`,
    ref: { resource: 'pods', namespace, name, apiVersion: 'v1' },
    ...{ namedByAnswer: true, isSession: true },
    annotations: { ...allowed(user, namespace), ...markAnnotations(mark, NODE_WEBHOOK) },
    patchAnnotations: patchAnnotations(mark, NODE_WEBHOOK, {
      op: 'add',
      path: '/spec/containers/0/env',
      value: [],
    }),
    requestObject: {
      ...{ kind: 'Pod', apiVersion: 'v1' },
      metadata: { name, namespace, labels: made.labels, annotations: made.annotations },
      spec,
    },
  });
  const until = span.until + random.between(1, 20) * SECOND;
  const pod = { namespace, name, node, until };
  const then = { at: span.at + random.between(2, 9) * SECOND, until: span.until, argv: made.argv };
  const about = { kind: made.kind, user, pod, container, argv: made.argv, mark };
  // Without a mark and without the object nothing says that it is made to debug: people make pods.
  const isPlain = made.kind === 'debug-pod' && mark.how === 'absent' && site.level === 'Metadata';
  const session = isPlain
    ? attachedTo(scene, user, { ...pod, container }, then)
    : addSession(scene, about, request, { ended: span.until });
  if (isPlain) scene.requests.push(request);
  if (mark.how === 'failed-open') plantUnmarked(scene, session, 'failed-open');
  scene.requests.push(
    plainRequest({
      ...{ auditID: random.uuid(), verb: 'delete', user, received: until, code: 200 },
      uri: `/api/v1/namespaces/${namespace}/pods/${name}`,
      ref: { resource: 'pods', namespace, name, apiVersion: 'v1' },
    }),
  );
  const isUnheard = made.isPrivileged && !site.watchesPrivileged;
  const spot: Spot = { node, pod: { namespace, name }, container, uid: 0, isUnheard };
  return attachAndType(scene, session, spot, then);
}

const MANAGED = { 'app.kubernetes.io/managed-by': 'kubectl-debug' };

/** `kubectl debug node/NODE`, or `oc debug node/NODE`. */
export function debugNode(scene: Scene, user: User, node: Machine, span: Span): Debugged {
  const suffix = scene.random.suffix(5);
  const isOc = user.agent.startsWith('oc/');
  return debugPod(
    scene,
    user,
    {
      ...{ kind: 'debug-node', node, isPrivileged: true, isMarked: !isOc },
      namespace: isOc ? 'openshift-debug' : 'default',
      name: isOc ? `${node.name}-debug-${suffix}` : `node-debugger-${node.name}-${suffix}`,
      container: isOc ? 'container-00' : 'debugger',
      argv: isOc ? ['/bin/sh'] : ['bash'],
      labels: isOc ? { 'debug.openshift.io/managed-by': 'oc-debug' } : MANAGED,
      annotations: isOc
        ? {
            'debug.openshift.io/source-container': 'container-00',
            'debug.openshift.io/source-resource': `/v1, Resource=nodes/${node.name}`,
          }
        : {},
    },
    span,
  );
}

/** `kubectl debug POD --copy-to NAME`, with a client that labels what it makes. */
export function debugCopy(scene: Scene, user: User, pod: Pod, span: Span): Debugged {
  return debugPod(
    scene,
    user,
    {
      ...{
        kind: 'debug-pod',
        namespace: pod.namespace,
        name: `${pod.name}-dbg-${scene.random.suffix(3)}`,
      },
      ...{ node: pod.node, container: firstContainer(pod).name, argv: ['sh'], labels: MANAGED },
      ...{ annotations: {}, isPrivileged: false, isMarked: true },
    },
    span,
  );
}
