/**
 * Owns: a session as it is told, out of its cell. Pure: the same cell is the same view.
 *
 * Parts of the cell: `record`, `stages`, `ids` (sessions.ts), `lies/…` (lies.ts), and `flags`, what
 * time has brought; `settled`, what was around it when it was judged.
 */
import type { Cell } from '../../../../shared/pipeline/keyed/model.ts';
import type { Circumstances, CoverageFacts, Seen } from '../evasion/circumstances.ts';
import { coverageOf } from '../evasion/coverage-of.ts';
import type { Place, RequestFact } from '../facts/model.ts';
import type { Command, SessionAlert, SessionView } from '../model.ts';
import { sessionConfidence } from './confidence.ts';
import { allLies, countOf, type Lies, moreOf } from './lies.ts';
import { mergedFindings, notOfRequest, type Stages, wholeRequest } from './stages.ts';
import type { Kept } from './session-state.ts';
import { withoutReused } from './stale.ts';

const MAX_FINDINGS = 500;
const MAX_EVENT_IDS = 64;

/** What passing time has brought. */
interface Flags {
  /** The end that it was closed by. */
  readonly closedEndMs?: number;
  /** It was held, or waited for its answer, for long enough. */
  readonly isDue?: boolean;
}

export interface Settled {
  readonly untilMs: number;
  readonly nodeReported: Circumstances['nodeReported'];
  readonly clusterReported: boolean;
  readonly marksInUse: boolean;
  /** Of the node that other lines of the pod were told of. */
  readonly node?: string;
}

const UNSETTLED: Settled = {
  ...{ untilMs: -Infinity, nodeReported: 'unknown', clusterReported: false, marksInUse: false },
};

export function flagsOf(cell: Cell): Flags {
  return cell.get<Flags>('flags') ?? {};
}

/**
 * A session that was answered; or asked, for so long that no answer comes; but an attach only when
 * who made what it attached to has had time to come. What was told once is told further on.
 */
export function isShown(cell: Cell): boolean {
  const kept = cell.get<Kept>('record');
  if (kept === undefined) return false;
  if (cell.get('told') !== undefined) return true;
  const { derived, life } = kept;
  if (life.answer === 'refused' || derived.absorbedBy !== undefined) return false;
  const isSure = life.answer === 'answered' && life.kind !== 'attach';
  return isSure || flagsOf(cell).isDue === true;
}

export interface Sight {
  readonly seen: Seen;
  readonly around: Circumstances;
  readonly coverage: SessionView['coverage'];
}

/** Undefined where there is nothing of it. At most `maxCommands` are listed. */
export function sightOf(cell: Cell, maxCommands: number): Sight | undefined {
  const kept = cell.get<Kept>('record');
  const request = wholeRequest(cell.get<Stages>('stages') ?? {});
  if (kept === undefined || request === undefined) return undefined;
  const lies = allLies(cell);
  const around = aroundOf(cell, kept);
  const seen = seenOf(cell, { kept, request, lies }, maxCommands);
  return { seen, around, coverage: coverageOf(seen, factsOf(cell, kept, lies, around)) };
}

function aroundOf(cell: Cell, { derived }: Kept): Circumstances {
  const { clusterReported, marksInUse, nodeReported, untilMs } = settledOf(cell);
  return {
    ...{ settledUntilMs: untilMs, nodeReported, clusterReported, marksInUse },
    ...(derived.privileged === undefined ? {} : { privileged: derived.privileged }),
    ...(derived.unconfined === undefined ? {} : { unconfined: derived.unconfined }),
  };
}

export function settledOf(cell: Cell): Settled {
  return cell.get<Settled>('settled') ?? UNSETTLED;
}

function factsOf(
  cell: Cell,
  { derived, life }: Kept,
  lies: readonly Lies[],
  around: Circumstances,
): CoverageFacts {
  const isShared = ({ alert, command, conflict }: Lies) => {
    const one = command ?? alert;
    if (one === undefined || conflict !== undefined || one.outlived) return false;
    const isOwn = one.requestUid !== undefined && one.requestUid === life.requestUid;
    return one.confidence === 'ambiguous' || (isOwn && one.confidence === 'inferred');
  };
  return {
    ...around,
    othersInPod: lies.some(isShared),
    markElsewhere:
      lies.some(({ conflict }) => conflict === 'other_pod') ||
      cell.entries('elsewhere/').length > 0,
    creatorMissing: derived.creatorMissing,
  };
}

function refsOf({ command, refs }: Lies, request: RequestFact): Lies['refs'] {
  return command?.isSessionStart === true ? notOfRequest(refs, request) : refs;
}

interface Parts {
  readonly kept: Kept;
  readonly request: RequestFact;
  readonly lies: readonly Lies[];
}

function seenOf(cell: Cell, { kept, lies, request }: Parts, maxCommands: number): Seen {
  const { derived, life } = kept;
  const commands = withoutReused(lies);
  const alerts = lies.flatMap(({ alert }) => alert ?? []);
  const count = countOf(cell);
  const more = moreOf(cell);
  const ids = cell.get<readonly string[]>('ids') ?? [];
  return {
    ...{ id: life.id, cluster: life.cluster, kind: derived.kind, state: stateOf(cell, kept) },
    confidence: sessionConfidence([
      ...commands.map(({ confidence }) => confidence),
      ...alerts.map(({ confidence }) => confidence),
      ...more.confidences,
    ]),
    ...timesOf(kept, request, [...commands, ...alerts]),
    request,
    eventIds: [...new Set([...derived.tries.flat(), ...ids])].sort().slice(0, MAX_EVENT_IDS),
    retries: derived.tries.length,
    place: placeOf(kept, commands, settledOf(cell).node),
    attachers: derived.attachers,
    commands: commands.slice(0, maxCommands),
    commandCount: count.commands + more.commands,
    alerts: alerts.slice(0, maxCommands),
    alertCount: count.alerts + more.alerts,
    findings: mergedFindings([request.findings, ...lies.map((lie) => refsOf(lie, request))]).slice(
      0,
      MAX_FINDINGS,
    ),
  };
}

function stateOf(cell: Cell, { derived, life }: Kept): SessionView['state'] {
  const { closedEndMs } = flagsOf(cell);
  const isOver = derived.endedMs !== undefined && closedEndMs === derived.endedMs;
  // What was told before it turned out to be none.
  const isNone = life.answer === 'refused' || derived.absorbedBy !== undefined;
  return isOver || isNone ? 'closed' : 'open';
}

function timesOf(
  { derived, life }: Kept,
  request: RequestFact,
  lying: readonly (Command | SessionAlert)[],
) {
  const { receivedMs, startedMs } = life;
  const { attachers, endedBy, endedMs } = derived;
  const ends = attachers.map((one) => one.endedMs ?? one.startedMs);
  const known = [receivedMs, request.timeMs, startedMs ?? 0, endedMs ?? 0, ...ends];
  const lastSeenMs = lying.reduce((last, { timeMs }) => Math.max(last, timeMs), Math.max(...known));
  return {
    ...{ requestedMs: receivedMs, lastSeenMs },
    ...(startedMs === undefined ? {} : { startedMs }),
    ...(endedMs === undefined ? {} : { endedMs }),
    ...(endedBy === undefined ? {} : { endedBy }),
  };
}

/** The node is known from the request, else from the pod, else from what ran there. */
function placeOf({ derived, life }: Kept, commands: readonly Command[], other?: string): Place {
  const told = commands.find(
    ({ confidence, node }) => confidence !== 'conflict' && node !== undefined,
  );
  const node = derived.node ?? told?.node ?? other;
  const [made] = life.containers ?? [];
  const container = life.place.container ?? (life.containers?.length === 1 ? made : undefined);
  return {
    ...life.place,
    ...(container === undefined ? {} : { container }),
    ...(node === undefined ? {} : { node }),
  };
}
