/**
 * Owns: what follows for a session from the pod it is in and from other sessions there: its end, its
 * node, who attached to it, whether it is but an attach to what another made, which tries came before
 * it. Pure: of what is known, in whatever order that came.
 */
import type { SessionKind } from '../facts/model.ts';
import type { Attacher } from '../model.ts';
import { deletedAfter, type PodHistory, podAt } from './pod.ts';
import { type Derived, isDebug, type Life, type Try } from './session-state.ts';

/** A client that changes the protocol does so at once. */
export const RETRY_MS = 10_000;
const MAX_ATTACHERS = 100;
const DEBUG_CONTAINER = 'debugger-';
/** `oc debug node/NODE` names them so (pkg/cli/debug of openshift/oc). */
const OC_NODE_CONTAINER = 'container-00';
const OC_NODE_DEBUGGER = /^(.+)-debug(?:-[a-z0-9]{5})?$/;
const NODE_DEBUGGER = /^node-debugger-(.+)-[a-z0-9]{5}$/;

/** What else is known at the site. */
interface Neighbours {
  readonly pod: PodHistory;
  /** Sessions that made a debug pod or container, and those that attached to anything there. */
  readonly creators: readonly Life[];
  readonly attaches: readonly Life[];
  /** Sessions, refused ones too, with the same try key, from RETRY_MS before to RETRY_MS after. */
  readonly tries: readonly Try[];
  readonly clockSkewMs: number;
}

export function derive(life: Life, around: Neighbours): Derived {
  const creator = life.kind === 'attach' ? creatorOf(life, around) : undefined;
  const hinted = creator === undefined ? hintedKind(life) : undefined;
  const attaches = isDebug(life.kind) ? attachesOf(life, around) : [];
  return {
    kind: hinted ?? life.kind,
    ...endOf(life, around.pod, attaches),
    ...placeOf(life, around),
    ...(creator === undefined ? {} : { absorbedBy: creator.id }),
    creatorMissing: hinted !== undefined,
    attachers: attaches.slice(0, MAX_ATTACHERS).map((one) => attacherOf(one, around.pod)),
    tries: triesOf(life, around.tries),
  };
}

type End = Pick<Derived, 'endedMs' | 'endedBy'>;

function endOf(life: Life, pod: PodHistory, attaches: readonly Life[]): End {
  if (life.endedMs !== undefined) return { endedMs: life.endedMs, endedBy: 'response' };
  const ends: End[] = [];
  const left = lastLeft(attaches);
  if (life.isChange && left !== undefined) ends.push({ endedMs: left, endedBy: 'response' });
  const deleted = deletedAfter(pod, life.receivedMs);
  if (deleted !== undefined) ends.push({ endedMs: deleted, endedBy: 'pod_deleted' });
  if (life.agedMs !== undefined) ends.push({ endedMs: life.agedMs, endedBy: 'age' });
  return ends.reduce<End>((least, end) => (isBefore(end, least) ? end : least), {});
}

function isBefore({ endedMs = Infinity }: End, least: End): boolean {
  return endedMs < (least.endedMs ?? Infinity);
}

/** When the last one left; undefined where somebody may be there, or nobody ever came. */
function lastLeft(attaches: readonly Life[]): number | undefined {
  if (attaches.length === 0) return undefined;
  const last = attaches.reduce((ms, { endedMs }) => Math.max(ms, endedMs ?? Infinity), 0);
  return Number.isFinite(last) ? last : undefined;
}

function placeOf(life: Life, { clockSkewMs, pod }: Neighbours) {
  const then = podAt(pod, life.receivedMs, clockSkewMs);
  const node = life.place.node ?? then.node ?? nodeOfName(life);
  return {
    ...(node === undefined ? {} : { node }),
    ...(then.privileged === undefined ? {} : { privileged: then.privileged }),
    ...(then.unconfined === undefined ? {} : { unconfined: then.unconfined }),
  };
}

/** `kubectl debug node/NODE` and `oc debug node/NODE` say it in the pod's name. */
function nodeOfName({ kind, place }: Life): string | undefined {
  if (kind !== 'attach' && kind !== 'debug-node') return undefined;
  const { container, pod = '' } = place;
  const oc = container === OC_NODE_CONTAINER ? OC_NODE_DEBUGGER.exec(pod) : null;
  return (NODE_DEBUGGER.exec(pod) ?? oc)?.[1];
}

/** What was attached to looks like a debug pod or container, made by somebody who was not seen. */
function hintedKind({ kind, place }: Life): SessionKind | undefined {
  if (kind !== 'attach') return undefined;
  if (place.pod?.startsWith('node-debugger-') === true || isOcNodeDebugger(place)) {
    return 'debug-node';
  }
  return place.container?.startsWith(DEBUG_CONTAINER) === true ? 'ephemeral' : undefined;
}

function isOcNodeDebugger({ container, pod = '' }: Life['place']): boolean {
  return container === OC_NODE_CONTAINER && OC_NODE_DEBUGGER.test(pod);
}

function creatorOf(attach: Life, { clockSkewMs, creators, pod }: Neighbours): Life | undefined {
  return creators
    .filter(({ answer }) => answer === 'answered')
    .filter((one) => isAttached(attach, one) && one.receivedMs <= attach.receivedMs + clockSkewMs)
    .filter((one) => (deletedAfter(pod, one.receivedMs) ?? Infinity) >= attach.receivedMs)
    .reduce<Life | undefined>((last, one) => (isLater(one, last) ? one : last), undefined);
}

/**
 * To a container that the other made, or to any in a pod that it made. At level Metadata nothing says
 * which container it was, and kubectl's own names of them must do.
 */
function isAttached(attach: Life, { containers = [], kind, place }: Life): boolean {
  if (kind !== 'ephemeral') return true;
  const { container } = attach.place;
  if (containers.length === 0 && place.container === undefined) {
    return container?.startsWith(DEBUG_CONTAINER) === true;
  }
  return (
    container !== undefined && (containers.includes(container) || place.container === container)
  );
}

function isLater(life: Life, other: Life | undefined): boolean {
  return other === undefined || compareLives(life, other) > 0;
}

function compareLives(a: Try, b: Try): number {
  if (a.receivedMs !== b.receivedMs) return a.receivedMs - b.receivedMs;
  return a.id < b.id ? -1 : Number(a.id > b.id);
}

function attachesOf(life: Life, around: Neighbours): readonly Life[] {
  return around.attaches
    .filter(({ answer }) => answer !== 'refused')
    .filter((one) => creatorOf(one, around)?.id === life.id)
    .sort(compareLives);
}

function attacherOf(attach: Life, pod: PodHistory): Attacher {
  const { id, receivedMs, sourceIp, startedMs, userName } = attach;
  const { endedMs } = endOf(attach, pod, []);
  return {
    ...{ session: id, startedMs: startedMs ?? receivedMs },
    ...(userName === undefined ? {} : { userName }),
    ...(sourceIp === undefined ? {} : { sourceIp }),
    ...(endedMs === undefined ? {} : { endedMs }),
  };
}

function isRefusedTry({ answer, isHandshake }: Try): boolean {
  return answer === 'refused' && isHandshake;
}

/** Refused tries right before, of which no other session was the next one. */
function triesOf(life: Life, tries: readonly Try[]): readonly (readonly string[])[] {
  if (life.answer === 'refused' || life.userName === undefined) return [];
  const all = [...tries].sort(compareLives);
  const next = (refused: Try) =>
    all.find((one) => one.answer !== 'refused' && compareLives(one, refused) > 0);
  return all
    .filter((one) => isRefusedTry(one) && next(one)?.id === life.id)
    .filter((one) => life.receivedMs - one.receivedMs <= RETRY_MS)
    .map(({ eventIds }) => eventIds);
}
