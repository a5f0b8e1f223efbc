/**
 * Owns: exec sessions: requests, retried handshakes, and the first process in the container.
 */
import {
  markAt,
  plainRequest,
  streamRequest,
  type Times,
  type Way,
} from '../apiserver/session-requests.ts';
import type {
  ContainerSpec,
  Kind,
  Mark,
  Pod,
  Process,
  Request,
  TrueSession,
  User,
} from '../model.ts';
import { SECOND } from '../moments.ts';
import { type Scene, spawn, spotOf, use } from './scene.ts';

export interface ExecPlan {
  readonly user: User;
  readonly pod: Pod;
  readonly container: ContainerSpec;
  readonly argv: readonly string[];
  readonly at: number;
  readonly until: number;
  readonly kind?: Kind;
  readonly isTerminal?: boolean;
  readonly mark?: Mark;
  /** The client's own id for the request. */
  readonly auditID?: string;
  readonly isUnheard?: boolean;
  readonly isExclusive?: boolean;
  /** The user named the variable: the webhook rewrites that argument, and adds none. */
  readonly rewritten?: (uid: string) => readonly string[];
}

export interface Opened {
  readonly session: TrueSession;
  /** The first process, what becomes of it, and its mark. */
  readonly first: Process;
  readonly mark: string | undefined;
}

export function getPod(
  scene: Scene,
  user: User,
  pod: { namespace: string; name: string },
  at: number,
) {
  const { name, namespace } = pod;
  const uri = `/api/v1/namespaces/${namespace}/pods/${name}`;
  const ref = { resource: 'pods', namespace, name, apiVersion: 'v1' };
  const auditID = scene.random.uuid();
  scene.requests.push(plainRequest({ auditID, verb: 'get', uri, user, ref, received: at }));
}

function timesOf(scene: Scene, at: number, until: number): Times {
  return { received: at, started: at + scene.random.between(2, 30), completed: until };
}

/** Some clients try WebSocket, are refused by a proxy or a role, and take SPDY. */
function retriedRequests(scene: Scene, way: Way, plan: ExecPlan, mark: Mark): Request[] {
  const { random } = scene;
  const firstMark: Mark = mark.how === 'set' ? { how: 'set', uid: random.uuid() } : mark;
  const isForbidden = random.chance(0.5);
  const refusedAt = plan.at;
  const refused = streamRequest(
    { ...way, user: { ...plan.user, transport: 'websocket' } },
    { received: refusedAt, started: refusedAt + 1.4, completed: refusedAt + 1.6 },
    isForbidden ? { how: 'absent' } : firstMark,
    {
      auditID: random.uuid(),
      code: isForbidden ? 403 : 400,
      reason: isForbidden ? 'Forbidden' : 'BadRequest',
      message: isForbidden ? 'pods is forbidden' : 'unable to upgrade: missing websocket protocol',
    },
  );
  if (isForbidden) {
    Object.assign(refused, {
      annotations: { 'authorization.k8s.io/decision': 'forbid', 'authorization.k8s.io/reason': '' },
    });
  }
  const times = timesOf(scene, plan.at + random.between(4, 900), plan.until);
  const user: User = { ...plan.user, transport: 'spdy' };
  const made = streamRequest({ ...way, user }, times, mark, { auditID: random.uuid() });
  return [refused, made];
}

function requestsOf(scene: Scene, plan: ExecPlan, mark: Mark, namesContainer: boolean): Request[] {
  const { random } = scene;
  const isTerminal = plan.isTerminal ?? false;
  const way: Way = {
    ...{ subresource: 'exec', user: plan.user, namespace: plan.pod.namespace, pod: plan.pod.name },
    ...(namesContainer ? { container: plan.container.name } : {}),
    ...{ argv: plan.argv, isTerminal, isInput: isTerminal },
  };
  const mayRetry = plan.user.transport === 'websocket' && plan.auditID === undefined;
  if (mayRetry && random.chance(0.06)) return retriedRequests(scene, way, plan, mark);
  const auditID = plan.auditID ?? random.uuid();
  return [streamRequest(way, timesOf(scene, plan.at, plan.until), mark, { auditID })];
}

/** The runtime's wrapper sets the mark and becomes what was asked for. */
function firstProcess(scene: Scene, plan: ExecPlan, session: TrueSession, mark: Mark): Process {
  const { random, site } = scene;
  const at = session.started + random.between(30, 250);
  const uid = mark.how === 'set' ? mark.uid : undefined;
  const asked = { caller: site.runtime, at };
  const execs =
    uid === undefined
      ? [{ ...asked, argv: plan.argv }]
      : plan.rewritten !== undefined
        ? [{ ...asked, argv: plan.rewritten(uid) }]
        : [
            { ...asked, argv: ['env', `SPO_EXEC_REQUEST_UID=${uid}`, ...plan.argv], mark: uid },
            { at: at + random.between(0.8, 3), argv: plan.argv, caller: '/usr/bin/env', mark: uid },
          ];
  return spawn(scene, spotOf(scene, plan.pod, plan.container), {
    ...{ execs, end: Math.max(plan.until, at + 3), origin: 'session', session },
    hasTerminal: plan.isTerminal ?? false,
    isUnheard: plan.isUnheard ?? false,
  });
}

export function sessionId(scene: Scene): string {
  return `${scene.site.name}/s${scene.sessions.length + 1}`;
}

export function openExec(scene: Scene, plan: ExecPlan): Opened {
  const { pod, random = scene.random } = { pod: plan.pod, random: scene.random };
  const mark = plan.mark ?? markAt(scene.site, plan.at, pod.namespace, random);
  // kubectl takes the first container where none is named, and says so in the request; others do not.
  const isFirst = plan.container === pod.workload.containers[0];
  const namesContainer = !isFirst || random.chance(0.75);
  const requests = requestsOf(scene, plan, mark, namesContainer);
  const [tried] = requests;
  const last = requests.at(-1);
  if (tried === undefined || last === undefined) throw new Error('A session has a request');
  const { deleted: until, name, namespace, node } = pod;
  const session: TrueSession = {
    ...{ id: sessionId(scene), site: scene.site.name, kind: plan.kind ?? 'exec', user: plan.user },
    ...{ pod: { namespace, name, node, until }, container: plan.container.name, namesContainer },
    ...{ argv: plan.argv, mark, requests, attachers: [], isRefused: false },
    ...{ requested: tried.received, started: last.started ?? last.received, ended: plan.until },
    ...{ retries: requests.length - 1, tolerated: [] },
  };
  scene.sessions.push(session);
  getPod(scene, plan.user, pod, plan.at - 12);
  scene.requests.push(...requests);
  use(scene, pod, { from: plan.at - 2 * SECOND, to: plan.until }, plan.isExclusive ?? false);
  if (mark.how === 'failed-open' || mark.how === 'not-mutated')
    plantUnmarked(scene, session, mark.how);
  const first = firstProcess(scene, plan, session, mark);
  return { session, first, mark: mark.how === 'set' ? mark.uid : undefined };
}

export function plantUnmarked(
  scene: Scene,
  session: TrueSession,
  how: 'failed-open' | 'not-mutated',
) {
  scene.planted.push({
    ...{
      evasion: how === 'failed-open' ? 'failed_open' : 'not_mutated',
      site: session.site,
      session,
    },
    ...{ from: session.requested, to: session.ended },
  });
}

/** An exec that is refused for good: no session. */
export function refusedExec(scene: Scene, user: User, pod: Pod, at: number): void {
  const container = 'nosuch';
  const way: Way = {
    ...{ subresource: 'exec', user, namespace: pod.namespace, pod: pod.name, container },
    ...{ argv: ['id'], isTerminal: false, isInput: false },
  };
  const mark = markAt(scene.site, at, pod.namespace, scene.random);
  const message = `container ${container} is not valid for pod ${pod.name}`;
  for (const [i, transport] of (['websocket', 'spdy'] as const).entries()) {
    const received = at + i * 5;
    const times = { received, started: received + 1.2, completed: received + 1.3 };
    scene.requests.push(
      streamRequest({ ...way, user: { ...user, transport } }, times, mark, {
        ...{ auditID: scene.random.uuid(), code: 400, reason: 'BadRequest', message },
      }),
    );
  }
}
