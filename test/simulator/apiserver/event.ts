/**
 * Owns: audit events as kube-apiserver writes them: one for each stage of a request, with what is
 * known at that stage and level.
 */
import { micro } from '../moments.ts';
import type { Request, Site, User } from '../model.ts';

/** Resources that a usual policy records with their bodies. */
const WITH_BODIES = /^(pods|deployments|statefulsets|daemonsets)$/;
const SLOW = 500;

export interface AuditLine {
  readonly request: Request;
  readonly stage: string;
  readonly at: number;
  readonly text: string;
}

/** Go's JSON escapes these. */
export function goJson(value: unknown): string {
  return JSON.stringify(value).replace(/[<>&]/g, (letter) => {
    return `\\u00${letter.charCodeAt(0).toString(16).padStart(2, '0')}`;
  });
}

function userOf({ extra, groups, name, uid }: User): object {
  return {
    username: name,
    ...(uid === undefined ? {} : { uid }),
    groups,
    ...(extra === undefined ? {} : { extra }),
  };
}

function levelOf(site: Site, { ref, verb }: Request): string {
  const isWrite = verb !== 'list' && verb !== 'watch' && (verb !== 'get' || 'subresource' in ref);
  return site.level === 'Request' && isWrite && WITH_BODIES.test(ref['resource'] ?? '')
    ? 'Request'
    : 'Metadata';
}

function statusOf({ code, message, reason }: Request): object {
  if (code < 400) return { metadata: {}, code };
  const why = reason === undefined ? {} : { reason };
  return { metadata: {}, status: 'Failure', message: message ?? 'refused', ...why, code };
}

function dedotted(annotations: Readonly<Record<string, string>>, site: Site) {
  if (!site.isDedotted) return annotations;
  return Object.fromEntries(
    Object.entries(annotations).map(([key, value]) => [key.replaceAll('.', '_'), value]),
  );
}

function answered(site: Site, request: Request, at: number): object {
  const level = levelOf(site, request);
  const took = at - request.received;
  const slow =
    took > SLOW ? { 'apiserver.latency.k8s.io/total': `${(took / 1000).toFixed(9)}s` } : {};
  const patch = level === 'Request' ? request.patchAnnotations : {};
  const annotations = dedotted({ ...slow, ...request.annotations, ...patch }, site);
  return Object.keys(annotations).length === 0 ? {} : { annotations };
}

function refAt({ namedByAnswer, ref }: Request, isAnswer: boolean): object {
  if (namedByAnswer !== true || isAnswer) return ref;
  const { name: _unknown, ...rest } = ref;
  return rest;
}

function lineOf(site: Site, request: Request, stage: string, at: number): AuditLine {
  const { agent, actsAs, ips } = request.user;
  const isAnswer = stage !== 'RequestReceived';
  const level = levelOf(site, request);
  const isComplete = stage === 'ResponseComplete';
  const body = level === 'Request' && isComplete ? request.requestObject : undefined;
  const text = goJson({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level, auditID: request.auditID, stage },
    ...{ requestURI: request.uri, verb: request.verb, user: userOf(request.user) },
    ...(actsAs === undefined
      ? {}
      : {
          impersonatedUser: {
            username: actsAs.name,
            groups: [...actsAs.groups, 'system:authenticated'],
          },
        }),
    ...{ sourceIPs: ips, userAgent: agent, objectRef: refAt(request, isAnswer) },
    ...(isAnswer ? { responseStatus: statusOf(request) } : {}),
    ...(body === undefined ? {} : { requestObject: body }),
    ...{ requestReceivedTimestamp: micro(request.received), stageTimestamp: micro(at) },
    ...(isAnswer ? answered(site, request, at) : {}),
  });
  return { request, stage, at, text };
}

/** All events of a request until `now`. */
export function eventsOf(site: Site, request: Request, now: number): readonly AuditLine[] {
  const { completed, received, started } = request;
  const stages: [string, number][] = [
    ...(site.omitsReceived ? [] : [['RequestReceived', received] as [string, number]]),
    ...(started === undefined ? [] : [['ResponseStarted', started] as [string, number]]),
    ['ResponseComplete', completed],
  ];
  return stages
    .filter(([, at]) => at <= now)
    .map(([stage, at]) => lineOf(site, request, stage, at));
}
