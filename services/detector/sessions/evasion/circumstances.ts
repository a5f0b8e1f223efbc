/**
 * Owns: what must be known around a session, a line or an alert before anything is said to have gone
 * around its recording. Types, and which sessions the recording is made for.
 *
 * Nothing here is told on a guess: what the stage does not know it says as `unknown`, `false` or
 * −Infinity, and then nothing is raised.
 */
import type { AlertFact, LineFact, Place, SessionKind } from '../facts/model.ts';
import type { SessionView } from '../model.ts';

/** A session before its coverage is known, which is made from it. */
export type Seen = Omit<SessionView, 'coverage' | 'revision'>;

/** What is around a session. */
export interface Circumstances {
  /**
   * Event time, ms, up to which all commands that were to come have come and been waited for: the
   * watermark of the node sources, less settleMs. −Infinity: nothing is judged yet. Infinity: nothing
   * comes after this.
   */
  readonly settledUntilMs: number;
  /**
   * `yes`: the node that the session was on told of commands, of whatever pod, while the session was
   * open; or, where none lies in it, both in the 30 s before its start and in the 30 s after its end.
   * So an enricher that restarts, or is not there, is a `no`. `unknown`: the node is not known.
   */
  readonly nodeReported: 'yes' | 'no' | 'unknown';
  /** The same of any node of the cluster. */
  readonly clusterReported: boolean;
  /**
   * A session of kind exec, cp or ephemeral in the same namespace, received in the 24 h before this
   * one, was marked. Of the namespace, since the webhook may be told to leave namespaces out.
   */
  readonly marksInUse: boolean;
  /** Of the container, else the pod, as the audit log tells of its making. Absent: not known. */
  readonly privileged?: boolean;
  readonly unconfined?: boolean;
}

/** What is known besides when a session's coverage is written. */
export interface CoverageFacts extends Circumstances {
  /** Another session of the pod, of whatever user, was open at the same time. */
  readonly othersInPod: boolean;
  /** A line of its pod and time has the mark of a session elsewhere, or its own mark was elsewhere. */
  readonly markElsewhere: boolean;
  /** It is an attach to a debug pod or container, and who made that was not seen. */
  readonly creatorMissing: boolean;
}

/** What is around a line or alert that lies in no session. */
export interface StrayCircumstances {
  readonly cluster: string;
  /** The watermark of the audit log, less settleMs, has passed its time. */
  readonly isSettled: boolean;
  /** The audit log of the cluster was heard of before its time and after it. */
  readonly auditReported: boolean;
  /** The workload runs such a command by itself (join/attribute.ts). */
  readonly isWorkloads: boolean;
  /** A session of its pod, of any kind, was open within graceMs + clockSkewMs + 1 s of its time. */
  readonly isNearSession: boolean;
  /** When the pod was made, ms, where that was seen. */
  readonly podCreatedMs?: number;
}

/** What is around a line or alert with the mark of a session of another pod. */
export interface OtherMark {
  readonly cluster: string;
  readonly owner: { readonly session: string; readonly userName?: string; readonly place: Place };
  /**
   * The mark is one that the enricher had read of a process of the owner, and shows for another that
   * was given its number (join/stale.ts).
   */
  readonly isStale: boolean;
  /** The only session that was open in the line's own pod. */
  readonly here?: SessionView;
}

export type Stray = LineFact | AlertFact;

/** A webhook marks requests of these kinds in whatever way they are made. */
const MARKED: ReadonlySet<SessionKind> = new Set<SessionKind>(['exec', 'cp', 'ephemeral']);
/** Only if the pod has the label of kubectl debug, which `oc debug` and older releases do not set. */
const MAYBE_MARKED: ReadonlySet<SessionKind> = new Set<SessionKind>(['debug-pod', 'debug-node']);

export function isMarkedKind(kind: SessionKind): boolean {
  return MARKED.has(kind);
}

export function mayBeMarked(kind: SessionKind): boolean {
  return MARKED.has(kind) || MAYBE_MARKED.has(kind);
}

/** The request was let in, and what admission said of it is known. */
export function wasAdmitted({ request }: Pick<Seen, 'request'>): boolean {
  const { code, stage, state } = request;
  const isIn = state === 'started' || state === 'ended' || state === 'changed';
  return isIn && stage !== 'RequestReceived' && stage !== 'Panic' && (code ?? 101) < 400;
}

/** It has ended, and all that ran in it has come. */
export function isSettled({ endedMs }: Pick<Seen, 'endedMs'>, around: Circumstances): boolean {
  return endedMs !== undefined && endedMs <= around.settledUntilMs;
}
