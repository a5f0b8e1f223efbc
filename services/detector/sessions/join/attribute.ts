/**
 * Owns: which session a command or alert is of, and how sure that is (docs/adr/0033). Pure: it is
 * decided again from the start whenever something around it changes.
 * Does not own: what is open when and where (windows.ts), what a workload runs (baseline.ts).
 */
import type { Place, SessionKind } from '../facts/model.ts';
import type { Confidence } from '../model.ts';
import * as windows from './windows.ts';

/** When and where a session was open. Times in ms; one that is not known is NaN. */
export interface Span {
  readonly session: string;
  readonly kind: SessionKind;
  readonly userName?: string;
  readonly place: Place;
  /** Containers that a debug session made. */
  readonly containers?: readonly string[];
  readonly requestUid?: string;
  /** When its request was received, where that is before its start. */
  readonly askedMs?: number;
  readonly fromMs: number;
  readonly untilMs?: number;
}

export interface Evidence {
  readonly timeMs: number;
  readonly isWholeSecond: boolean;
  readonly place: Place;
  readonly scope: 'container' | 'node';
  readonly requestUid?: string;
  /** Its command and request UID are those of an earlier process of that number (stale.ts). */
  readonly isStale?: boolean;
}

export interface Around {
  /** Sessions of the pod, whenever they were; for what has no pod, debug sessions on its node. */
  readonly spans: readonly Span[];
  /** The session that the evidence's request UID is of, wherever it is. */
  readonly owner?: Span;
  /** The workload runs such a command by itself, also when nobody is in the pod. */
  readonly isWorkloads: boolean;
}

export interface Tolerance {
  readonly graceMs: number;
  readonly clockSkewMs: number;
}

export interface Attribution {
  readonly confidence: Confidence;
  /**
   * The sessions that it is or may be of; several where it is ambiguous; none where nothing is known.
   * By id; the owner of its request UID comes first where it is one of them.
   */
  readonly sessions: readonly string[];
  readonly outlived: boolean;
  /** What its request UID and its place or time do not agree in. */
  readonly conflict?: 'other_pod' | 'other_container' | 'before_start' | 'unknown_mark';
  /** It has no request UID, though the one session that it lies in set one. */
  readonly isUnmarked: boolean;
}

const NOTHING: Attribution = {
  ...{ confidence: 'none', sessions: [] },
  ...{ outlived: false, isUnmarked: false },
};

function idsOf(spans: readonly Span[]): readonly string[] {
  return [...new Set(spans.map(({ session }) => session))].sort();
}

/** Commands run in it; through a forwarded port they don't. */
function canRun({ kind }: Span): boolean {
  return kind !== 'port-forward';
}

/** Sessions that were open then and there, as far as nothing but time and place says so. */
function openThere(evidence: Evidence, { spans }: Around): readonly Span[] {
  const { place } = evidence;
  const isThere = windows.isNodeLevel(evidence)
    ? (span: Span) => span.kind === 'debug-node' && !windows.differ(span.place.node, place.node)
    : (span: Span) =>
        canRun(span) &&
        windows.agree(span.place.pod, place.pod) &&
        !windows.isOtherPod(span.place, place) &&
        !windows.isOtherContainer(span, place.container);
  return spans.filter((span) => isThere(span) && windows.isOpen(span, evidence));
}

function conflictOf(
  evidence: Evidence,
  owner: Span,
  tolerance: Tolerance,
): Attribution['conflict'] | undefined {
  const { place } = evidence;
  const isElsewhere = windows.isNodeLevel(evidence)
    ? windows.differ(owner.place.node, place.node)
    : windows.isOtherPod(owner.place, place);
  if (isElsewhere) return 'other_pod';
  if (!windows.isNodeLevel(evidence) && windows.isOtherContainer(owner, place.container)) {
    return 'other_container';
  }
  return windows.isBefore(owner, evidence, tolerance) ? 'before_start' : undefined;
}

/** Its place was compared, not only not contradicted. */
function isPlaced(evidence: Evidence, owner: Span): boolean {
  const { place } = evidence;
  if (windows.isNodeLevel(evidence)) {
    return owner.kind === 'debug-node' && windows.agree(owner.place.node, place.node);
  }
  return windows.isSamePod(owner.place, place) && !windows.differ(owner.place.node, place.node);
}

/**
 * Whether somebody else may have been there, who could have set the same request UID: in whatever
 * container, as long as clocks allow, and also where nothing says when.
 */
function mayBeOthers(evidence: Evidence, owner: Span, around: Around, slack: Tolerance): boolean {
  return around.spans.some(
    (span) =>
      span.session !== owner.session &&
      canRun(span) &&
      !(windows.isBefore(span, evidence, slack) || windows.isAfter(span, evidence, slack)) &&
      !(windows.isNodeLevel(evidence)
        ? windows.differ(span.place.node, evidence.place.node)
        : windows.isOtherPod(span.place, evidence.place)),
  );
}

/** Of whom a request UID is that says otherwise than the place or the time. */
function contradicted(
  conflict: NonNullable<Attribution['conflict']>,
  owner: Span,
  open: readonly Span[],
): Attribution {
  const others = idsOf(open).filter((session) => session !== owner.session);
  const sessions = {
    other_pod: others,
    other_container: [owner.session, ...others],
    // Nobody can know a request UID before it is given: a clock is wrong.
    before_start: [owner.session],
    unknown_mark: others,
  }[conflict];
  return { ...NOTHING, confidence: 'conflict', sessions, conflict };
}

function byOwner(
  evidence: Evidence,
  owner: Span,
  around: Around,
  tolerance: Tolerance,
): Attribution {
  const conflict = conflictOf(evidence, owner, tolerance);
  if (conflict !== undefined) return contradicted(conflict, owner, openThere(evidence, around));
  const sure =
    isPlaced(evidence, owner) &&
    windows.isWithin(owner, evidence, tolerance) &&
    !mayBeOthers(evidence, owner, around, tolerance);
  return {
    ...NOTHING,
    confidence: sure ? 'exact' : 'inferred',
    sessions: [owner.session],
    outlived: windows.isAfter(owner, evidence, tolerance),
  };
}

/** Its request was not seen, or somebody made the request UID up. */
function byUnknownMark(open: readonly Span[]): Attribution {
  const sessions = idsOf(open);
  if (sessions.length === 0) return NOTHING;
  if (sessions.length > 1) return { ...NOTHING, confidence: 'ambiguous', sessions };
  return open.some(({ requestUid }) => requestUid !== undefined)
    ? { ...NOTHING, confidence: 'conflict', sessions, conflict: 'unknown_mark' }
    : { ...NOTHING, confidence: 'inferred', sessions };
}

/**
 * Whether a process of the session has its request UID, unless it was taken away: of a debug pod only
 * the first container's have.
 */
function marks({ containers = [], kind, requestUid }: Span, container?: string): boolean {
  if (requestUid === undefined) return false;
  if (kind !== 'debug-pod' && kind !== 'debug-node') return true;
  return containers.length < 2 || (container !== undefined && container === containers[0]);
}

function byPlace(evidence: Evidence, around: Around): Attribution {
  if (around.isWorkloads) return NOTHING;
  const open = openThere(evidence, around);
  const sessions = idsOf(open);
  if (sessions.length === 0) return NOTHING;
  if (sessions.length > 1) return { ...NOTHING, confidence: 'ambiguous', sessions };
  const isUnmarked =
    !windows.isNodeLevel(evidence) && open.some((span) => marks(span, evidence.place.container));
  return { ...NOTHING, confidence: 'inferred', sessions, isUnmarked };
}

/** The same whatever the order of `around.spans`. Never throws. */
export function attribute(evidence: Evidence, around: Around, tolerance: Tolerance): Attribution {
  if (evidence.isStale === true) return NOTHING;
  const { requestUid = '' } = evidence;
  if (requestUid === '') return byPlace(evidence, around);
  const { owner } = around;
  return owner === undefined
    ? byUnknownMark(openThere(evidence, around))
    : byOwner(evidence, owner, around, tolerance);
}
