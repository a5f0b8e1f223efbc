/**
 * Owns: what of a session others at its site have to know: when and where it was, whose it is, and
 * what follows for it from the pod and from other sessions there. Plain JSON, kept in cells.
 * Does not own: how that follows (derive.ts), its request in full (request.ts).
 */
import { contentId } from '../../../../shared/domain/ids.ts';
import { type JsonObject, textMember } from '../../../../shared/domain/json.ts';
import type { Place, SessionKind } from '../facts/model.ts';
import type { Attacher } from '../model.ts';
import type { Span } from './attribute.ts';
import { type Site, timeOf } from './cells.ts';
import { type Stages, wholeRequest } from './stages.ts';

/** What tells whether one request is another tried again. */
export interface Try {
  readonly id: string;
  readonly answer: 'asked' | 'answered' | 'refused';
  /** It was refused as a client is that asked over the wrong protocol. */
  readonly isHandshake: boolean;
  readonly receivedMs: number;
  readonly eventIds: readonly string[];
}

/** As the request itself says. Times in ms. */
export interface Life extends Try {
  readonly cluster: string;
  readonly kind: SessionKind;
  /** It made something and was done at once; what it made lives on. */
  readonly isChange: boolean;
  readonly startedMs?: number;
  readonly endedMs?: number;
  /** It was too old to wait for its end, which then counts as this. */
  readonly agedMs?: number;
  readonly userName?: string;
  readonly sourceIp?: string;
  readonly place: Place;
  readonly containers?: readonly string[];
  readonly requestUid?: string;
  /** Of two with one of these the second may be the first tried again. */
  readonly tryKey: string;
}

/** As it follows from what else is known at its site. */
export interface Derived {
  readonly kind: SessionKind;
  readonly endedMs?: number;
  readonly endedBy?: 'response' | 'pod_deleted' | 'age';
  readonly node?: string;
  readonly privileged?: boolean;
  readonly unconfined?: boolean;
  /** The debug session that it only attached to. */
  readonly absorbedBy?: string;
  readonly creatorMissing: boolean;
  readonly attachers: readonly Attacher[];
  /** Event ids of the tries before it. */
  readonly tries: readonly (readonly string[])[];
}

export interface SiteSession {
  readonly life: Life;
  readonly derived: Derived;
}

/** What a client takes for `not over this protocol`. */
const RETRIED_CODES: ReadonlySet<number> = new Set([400, 403]);
/** With where it is listed. */
export interface Kept extends SiteSession {
  readonly site: Site;
}

const DEBUG: ReadonlySet<SessionKind> = new Set<SessionKind>([
  ...(['ephemeral', 'debug-pod', 'debug-node'] as const),
]);

export function isDebug(kind: SessionKind): boolean {
  return DEBUG.has(kind);
}

function startOf(stages: Stages): number | undefined {
  const { changed, ended, started } = stages;
  return started?.timeMs ?? changed?.timeMs ?? ended?.receivedMs;
}

/** Undefined where there is no stage of it. */
export function lifeOf(
  cluster: string,
  stages: Stages,
  eventIds: readonly string[],
  agedMs?: number,
): Life | undefined {
  const request = wholeRequest(stages);
  if (request === undefined) return undefined;
  const { changed, ended, refused, started } = stages;
  const isAnswered = (started ?? ended ?? changed) !== undefined;
  const unanswered = refused === undefined ? 'asked' : 'refused';
  const startedMs = startOf(stages);
  // What is refused after it began ends with that.
  const endedMs = ended?.timeMs ?? (started === undefined ? undefined : refused?.timeMs);
  const { containers, place, requestUid, userName } = request;
  const sourceIp = textMember(request.who['source'], 'ip');
  return {
    ...{ id: request.session, cluster, kind: request.sessionKind, eventIds, place },
    answer: isAnswered ? 'answered' : unanswered,
    isChange: changed !== undefined && started === undefined && ended === undefined,
    receivedMs: timeOf(request.receivedMs),
    tryKey: tryKeyOf(request),
    isHandshake: request.code === undefined || RETRIED_CODES.has(request.code),
    ...(startedMs === undefined ? {} : { startedMs: timeOf(startedMs) }),
    ...(endedMs === undefined ? {} : { endedMs: timeOf(endedMs) }),
    ...(agedMs === undefined ? {} : { agedMs }),
    ...(userName === undefined ? {} : { userName }),
    ...(sourceIp === undefined ? {} : { sourceIp }),
    ...(containers === undefined ? {} : { containers }),
    ...(requestUid === undefined ? {} : { requestUid }),
  };
}

interface Tried {
  readonly sessionKind: SessionKind;
  readonly userName?: string;
  readonly place: Place;
  readonly argv: readonly string[];
  readonly who: JsonObject;
}

/** Who acts as somebody else is not that somebody, and did not try before. */
function tryKeyOf({ argv, place, sessionKind, userName, who }: Tried): string {
  const actor = textMember(who['user'], 'name');
  return contentId([
    sessionKind,
    userName ?? null,
    actor ?? null,
    place.container ?? null,
    ...argv,
  ]);
}

/** A pod that is deleted may go on for so long. */
const TERMINATION_MS = 30_000;

function terminationOf({ endedBy }: Derived): number {
  return endedBy === 'pod_deleted' ? TERMINATION_MS : 0;
}

/**
 * Undefined where nothing can lie in it: it was refused, or is only an attach to what another made.
 */
export function spanOf({ derived, life }: SiteSession): Span | undefined {
  if (life.answer === 'refused' || derived.absorbedBy !== undefined) return undefined;
  const { containers, id, place, receivedMs, requestUid, startedMs, userName } = life;
  const { endedMs, kind, node } = derived;
  return {
    ...{ session: id, kind, askedMs: receivedMs, fromMs: startedMs ?? receivedMs },
    place: node === undefined ? place : { ...place, node },
    ...(userName === undefined ? {} : { userName }),
    ...(containers === undefined ? {} : { containers }),
    ...(requestUid === undefined ? {} : { requestUid }),
    ...(endedMs === undefined ? {} : { untilMs: endedMs + terminationOf(derived) }),
  };
}
