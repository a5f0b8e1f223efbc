/**
 * Owns: what a session, or a command without one, shows of somebody who went around what would have
 * seen them. Pure, and told once however often it is asked: the same evasion has the same key.
 * Does not own: how it is told (finding.ts), what each rule means (rules.ts).
 */
import type { Place } from '../facts/model.ts';
import type { Evasion, SessionView } from '../model.ts';
import {
  type Circumstances,
  isMarkedKind,
  isSettled,
  type OtherMark,
  type Seen,
  type Stray,
  type StrayCircumstances,
  wasAdmitted,
} from './circumstances.ts';
import { outlivedEvidence, programOf, strippedCommand } from './marks.ts';
import { isInteractiveShell, isRuntime, isTerminalShell, startedByRuntime } from './shells.ts';

/** A command that could not be started, or did nothing, leaves no process. */
const MIN_TOLD_MS = 1000;
/** A container that is started for the first time runs its own command then, be it a shell. */
const START_OF_POD_MS = 5 * 60_000;
/** Process numbers come again after a while; one shell is told once. */
const SAME_PROCESS_MS = 10 * 60_000;

/** What a session shows; nothing while what it rests on may still come. */
export function evasionsOf(view: SessionView, around: Circumstances): readonly Evasion[] {
  const found: Evasion[] = [];
  if (isMarkMissing(view, around)) found.push(of('session_mark_not_set', view));
  const stripped = strippedCommand(view, around);
  if (stripped !== undefined) found.push(of('session_mark_stripped', view, stripped));
  const outlived = outlivedEvidence(view, around);
  if (outlived !== undefined) found.push(of('session_outlived', view, outlived));
  if (isBlindByContainer(view, around)) found.push(of('session_container_not_watched', view));
  else if (isWithoutTelemetry(view, around)) found.push(of('session_without_telemetry', view));
  return found;
}

/**
 * session_mark_not_set. What must hold: an exec, cp or debug container was let in, its event is whole
 * and has no mark; the webhook is there: it says itself that it changed nothing, or it marked another
 * session of the namespace in the day before. Not told: that it could not be asked, or that the user
 * named the mark, which have rules of their own; debug pods, which have no mark without a label.
 */
function isMarkMissing(view: SessionView, around: Circumstances): boolean {
  // Of the request: an attach to what somebody else made counts as what they made.
  const { marking, namesMark, partial, requestUid, sessionKind: kind } = view.request;
  if (requestUid !== undefined || namesMark || partial || marking === 'marked') return false;
  if (!isMarkedKind(kind) || !wasAdmitted(view) || marking === 'failed_open') return false;
  // A debug container that runs already is not changed either.
  const wasAsked = marking === 'not_mutated' && kind !== 'ephemeral';
  return wasAsked || around.marksInUse;
}

/**
 * session_without_telemetry. What must hold: somebody ran a command (not: attached, forwarded a port),
 * for a second at least; it has ended, all lines have been waited for and none came (alerts may
 * have: Falco sees what no profile records); the node told of other commands at that time, so that
 * its enricher ran.
 */
function isWithoutTelemetry(view: SessionView, around: Circumstances): boolean {
  return isSilent(view, around) && around.nodeReported === 'yes';
}

/**
 * session_container_not_watched. As above, and the container is known to be privileged or without
 * confinement, which is why nothing came. Here the node may be unknown: its name comes with lines.
 * Then the cluster must have told of commands.
 */
function isBlindByContainer(view: SessionView, around: Circumstances): boolean {
  const { nodeReported } = around;
  const isReported =
    nodeReported === 'yes' || (nodeReported === 'unknown' && around.clusterReported);
  return isReported && isUnguarded(view, around) && isSilent(view, around);
}

function isUnguarded({ request }: Seen, around: Circumstances): boolean {
  return isPrivileged(request, around) || isUnconfined(request, around);
}

interface Guard {
  readonly privileged?: boolean;
  readonly unconfined?: boolean;
}

export function isPrivileged(request: Guard, around: Guard): boolean {
  return request.privileged === true || around.privileged === true;
}

export function isUnconfined(request: Guard, around: Guard): boolean {
  return request.unconfined === true || around.unconfined === true;
}

/** Commands were to come, and none did. */
export function isUntold(view: Seen, around: Circumstances): boolean {
  const isExpected = runsCommands(view) && wasAdmitted(view) && isSettled(view, around);
  return isExpected && view.commandCount === 0;
}

/** Something ran in it for long enough to be told, and nothing was. */
function isSilent(view: Seen, around: Circumstances): boolean {
  const lastedMs = (view.endedMs ?? 0) - (view.startedMs ?? view.requestedMs);
  return isUntold(view, around) && lastedMs >= MIN_TOLD_MS;
}

/** In a debug pod or container that nobody came to nothing is typed. */
function runsCommands({ attachers, kind, request }: Seen): boolean {
  switch (kind) {
    case 'exec':
    case 'cp':
      return true;
    case 'ephemeral':
    case 'debug-pod':
    case 'debug-node':
      return attachers.length > 0 || request.argv.length > 0;
    case 'attach':
    case 'port-forward':
    case 'node-proxy':
      return false;
  }
}

/**
 * session_past_api_server. What must hold: a shell that waits for what is typed started in a pod,
 * with no mark, by a runtime (or who started it is not known), on a terminal where an alert says so;
 * the workload does not run such shells; the pod is not new; no session was near, and the audit log
 * was there before and after and has been waited for.
 */
export function pastApiServer(stray: Stray, around: StrayCircumstances): Evasion | undefined {
  const { namespace, pod } = stray.place;
  if (pod === undefined || stray.requestUid !== undefined) return undefined;
  if (!around.isSettled || !around.auditReported) return undefined;
  if (around.isWorkloads || around.isNearSession || !isFirstShell(stray)) return undefined;
  const ageMs = stray.timeMs - (around.podCreatedMs ?? Number.NEGATIVE_INFINITY);
  if (!(ageMs >= START_OF_POD_MS)) return undefined;
  const process =
    stray.pid === undefined
      ? stray.eventId
      : `${stray.pid} ${Math.floor(stray.timeMs / SAME_PROCESS_MS)}`;
  return {
    ...{ rule: 'session_past_api_server', cluster: around.cluster },
    key: JSON.stringify([namespace ?? '', pod, stray.place.container ?? '', process]),
    ...lying(stray),
  };
}

/** A shell that waits, and that a runtime started, as far as the record tells who did. */
function isFirstShell(stray: Stray): boolean {
  if (stray.kind === 'alert') {
    const { parentName } = stray;
    return isTerminalShell(stray) && (parentName === undefined || isRuntime(parentName));
  }
  if (stray.scope === 'node' || !isInteractiveShell(stray)) return false;
  const starter = programOf(stray.executable);
  // A later record of the same process names its own program.
  const isSame = starter !== undefined && starter === programOf(stray.commandLine);
  return starter === undefined || isSame || startedByRuntime(stray);
}

/**
 * session_mark_of_other_pod. What must hold: the mark is that of a session that is known, both pods
 * are known and not the same, and the mark can't have been left over from a process of the owner.
 */
export function markOfOtherPod(stray: Stray, around: OtherMark): Evasion | undefined {
  const { cluster, here, isStale, owner } = around;
  const isInContainer = stray.kind === 'alert' || stray.scope === 'container';
  if (stray.requestUid === undefined || isStale || !isInContainer) return undefined;
  if (!isOtherPod(stray.place, owner.place)) return undefined;
  const { namespace = '', pod = '' } = stray.place;
  return {
    ...{ rule: 'session_mark_of_other_pod', cluster, owner },
    key: JSON.stringify([owner.session, namespace, pod]),
    ...{ ...lying(stray), requestUid: stray.requestUid },
    ...(here === undefined ? {} : { session: here }),
  };
}

function isOtherPod(place: Place, other: Place): boolean {
  if (place.pod === undefined || other.pod === undefined) return false;
  return place.pod !== other.pod || (place.namespace ?? '') !== (other.namespace ?? '');
}

type Told = Pick<Stray, 'commandLine' | 'eventId' | 'executable' | 'pid' | 'timeMs'>;

function of(rule: Evasion['rule'], view: SessionView, told?: Told): Evasion {
  const start = { timeMs: view.startedMs ?? view.requestedMs, eventIds: view.eventIds };
  const about = { rule, cluster: view.cluster, key: view.id, session: view, place: view.place };
  if (told === undefined) return { ...about, ...start };
  return { ...about, ...evidenceOf(told), eventIds: [...view.eventIds, told.eventId] };
}

function lying(stray: Stray) {
  return { ...evidenceOf(stray), place: stray.place, eventIds: [stray.eventId] };
}

function evidenceOf({ commandLine, executable, pid, timeMs }: Told) {
  return {
    timeMs,
    ...(commandLine === undefined ? {} : { commandLine }),
    ...(executable === undefined ? {} : { executable }),
    ...(pid === undefined ? {} : { pid }),
  };
}
