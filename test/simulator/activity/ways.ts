/**
 * Owns: the ways into a pod or a node that are no exec: attach, port-forward, the kubelet's own API
 * behind the API server's proxy.
 */
import { allowed, streamRequest, type Way } from '../apiserver/session-requests.ts';
import type { Machine, Pod, Process, Request, TrueSession, User } from '../model.ts';
import { SECOND } from '../moments.ts';
import { getPod, sessionId } from './exec.ts';
import { firstContainer, type Scene, spawn, spotOf, use } from './scene.ts';
import { type Shell, typeFor } from './typing.ts';

interface Place {
  readonly namespace: string;
  readonly name: string;
  readonly node: Machine;
  readonly until: number;
}

export function placeOf({ deleted: until, name, namespace, node }: Pod): Place {
  return { name, namespace, node, until };
}

export interface Span {
  readonly at: number;
  readonly until: number;
}

/** With what is run. */
export interface Asked extends Span {
  readonly argv: readonly string[];
}

/** Adds a session that one request opens. */
export function addSession(
  scene: Scene,
  made: Pick<TrueSession, 'kind' | 'user' | 'pod' | 'container' | 'argv' | 'mark'>,
  request: Request,
  more?: Partial<TrueSession>,
): TrueSession {
  const session: TrueSession = {
    ...{ id: sessionId(scene), site: scene.site.name, ...made, namesContainer: true },
    ...{ requests: [request], attachers: [], requested: request.received },
    ...{ started: request.started ?? request.completed, ended: request.completed },
    ...{ isRefused: false, retries: 0, tolerated: [], ...more },
  };
  scene.sessions.push(session);
  scene.requests.push(request);
  return session;
}

export function attachRequest(
  scene: Scene,
  user: User,
  place: Place & { container: string },
  span: Span,
): Request {
  const way: Way = {
    ...{ subresource: 'attach', user, namespace: place.namespace, pod: place.name },
    ...{ container: place.container, argv: [], isTerminal: true, isInput: true },
  };
  const times = {
    received: span.at,
    started: span.at + scene.random.between(2, 25),
    completed: span.until,
  };
  return streamRequest(way, times, { how: 'absent' }, { auditID: scene.random.uuid() });
}

/** The session of somebody who attaches to what nobody made for it. */
export function attachedTo(
  scene: Scene,
  user: User,
  place: Place & { readonly container: string },
  span: Span,
): TrueSession {
  const request = attachRequest(scene, user, place, span);
  const { container, ...pod } = place;
  const mark = { how: 'absent' } as const;
  const session = addSession(
    scene,
    { kind: 'attach', user, pod, container, argv: [], mark },
    request,
  );
  const { at: from, until: to } = span;
  scene.planted.push({ evasion: 'attach', site: scene.site.name, session, from, to });
  return session;
}

/** To what runs in the container; where that is a shell, commands can be typed into it. */
export function attach(scene: Scene, user: User, pod: Pod, span: Span): TrueSession {
  getPod(scene, user, pod, span.at - 9);
  const container = firstContainer(pod).name;
  const session = attachedTo(scene, user, { ...placeOf(pod), container }, span);
  use(scene, pod, { from: span.at - 2 * SECOND, to: span.until });
  return session;
}

/** Commands that go into the shell of a toolbox: of nobody's exec, and without a mark. */
export function typeIntoMain(scene: Scene, session: TrueSession, pod: Pod, main: Process): void {
  const container = firstContainer(pod);
  const shell: Shell = {
    ...{ spot: spotOf(scene, pod, container), process: main, image: container.shell },
    ...{ session, mark: undefined },
  };
  typeFor(scene, shell, session.started, session.ended);
}

export function portForward(scene: Scene, user: User, pod: Pod, span: Span): void {
  const way: Way = {
    ...{ subresource: 'portforward', user, namespace: pod.namespace, pod: pod.name },
    ...{ argv: [], isTerminal: false, isInput: false },
  };
  const times = { received: span.at, started: span.at + 4, completed: span.until };
  const request = streamRequest(way, times, { how: 'absent' }, { auditID: scene.random.uuid() });
  getPod(scene, user, pod, span.at - 300);
  const session = addSession(
    scene,
    {
      ...{ kind: 'port-forward', user, pod: placeOf(pod), container: '', argv: [] },
      mark: { how: 'absent' },
    },
    request,
    { namesContainer: false },
  );
  scene.planted.push({
    evasion: 'port_forward',
    site: session.site,
    session,
    from: span.at,
    to: span.until,
  });
}

/** A command by the kubelet's own API, which no admission sees. */
export function nodeProxy(scene: Scene, user: User, pod: Pod, span: Asked): TrueSession {
  const { argv } = span;
  const { random, site } = scene;
  const isRun = random.chance(0.5);
  const { name: container } = firstContainer(pod);
  const query = new URLSearchParams();
  if (isRun) query.append('cmd', argv.join(' '));
  else for (const arg of argv) query.append('command', arg);
  if (!isRun) query.append('output', '1');
  const path = `${isRun ? 'run' : 'exec'}/${pod.namespace}/${pod.name}/${container}`;
  const request: Request = {
    ...{ auditID: random.uuid(), verb: isRun ? 'create' : 'get', user },
    uri: `/api/v1/nodes/${pod.node.name}/proxy/${path}?${query.toString()}`,
    ref: { resource: 'nodes', name: pod.node.name, apiVersion: 'v1', subresource: 'proxy' },
    ...{ received: span.at, started: span.at + 5, completed: span.until },
    ...{ code: isRun ? 200 : 101, annotations: allowed(user), isSession: true },
  };
  const session = addSession(
    scene,
    {
      ...{ kind: 'node-proxy', user, pod: placeOf(pod), container, argv, mark: { how: 'absent' } },
    },
    request,
  );
  const spot = spotOf(scene, pod, firstContainer(pod));
  const at = span.at + random.between(8, 40);
  spawn(scene, spot, {
    execs: [{ at, argv, caller: site.runtime }],
    ...{ end: span.until, origin: 'session', session },
  });
  use(scene, pod, { from: span.at, to: span.until }, true);
  scene.planted.push({
    evasion: 'node_proxy',
    site: site.name,
    session,
    from: span.at,
    to: span.until,
  });
  return session;
}
