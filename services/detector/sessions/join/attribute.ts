/**
 * Owns: which session a command or alert is of, and how sure that is (domain.md §1.3). Pure: it is
 * decided again from the start whenever something around it changes.
 */
import type { Place, SessionKind } from '../facts/model.ts';
import type { Confidence } from '../model.ts';

/** When and where a session was open. */
export interface Span {
  readonly session: string;
  readonly kind: SessionKind;
  readonly userName?: string;
  readonly place: Place;
  /** Containers that a debug session made. */
  readonly containers?: readonly string[];
  readonly requestUid?: string;
  readonly fromMs: number;
  readonly untilMs?: number;
}

export interface Evidence {
  readonly timeMs: number;
  readonly isWholeSecond: boolean;
  readonly place: Place;
  readonly scope: 'container' | 'node';
  readonly requestUid?: string;
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
  /** The sessions that it is or may be of; several where it is ambiguous; none where nothing is known. */
  readonly sessions: readonly string[];
  readonly outlived: boolean;
  /** What its request UID and its place or time do not agree in. */
  readonly conflict?: 'other_pod' | 'other_container' | 'before_start' | 'unknown_mark';
  /** It has no request UID, though the one session that it lies in set one. */
  readonly isUnmarked: boolean;
}

export declare function attribute(
  evidence: Evidence,
  around: Around,
  tolerance: Tolerance,
): Attribution;
