/**
 * Owns: what a session is, once it is put together: the view from which its record, its document and
 * findings about it are made. Types only.
 */
import type { FindingRef, HeldFinding, Place, RequestFact, SessionKind } from './facts/model.ts';

/**
 * `exact`: by its request UID, checked against pod, container and time, where nobody else could have
 * set it · `inferred`: it can be of this session only, or the UID says so and a check is not possible
 * · `ambiguous`: of one of several · `conflict`: its UID says otherwise than pod or time · `none`:
 * nothing is known.
 */
export const CONFIDENCES = ['exact', 'inferred', 'ambiguous', 'conflict', 'none'] as const;
export type Confidence = (typeof CONFIDENCES)[number];

/** Why something may be missing from a session, or is less sure. Closed; docs/sessions.md says more. */
export const COVERAGE = [
  'webhook_failed_open',
  'mark_not_set',
  'mark_named_by_user',
  'mark_stripped',
  'mark_of_other_pod',
  'no_telemetry',
  'node_not_known',
  'attach_is_blind',
  'port_forward_is_blind',
  'copy_is_blind',
  'node_proxy',
  'privileged_container',
  'unconfined_container',
  'other_session_in_pod',
  'process_outlived',
  'creator_not_seen',
  'answer_not_seen',
  'end_not_seen',
  'event_incomplete',
  'commands_not_listed',
] as const;
export type CoverageCode = (typeof COVERAGE)[number];

/** A command or alert that lies in the session. */
interface Lying {
  readonly eventId: string;
  readonly timeMs: number;
  /** Its time was cut to whole seconds. */
  readonly isWholeSecond?: boolean;
  readonly confidence: Confidence;
  /** Ids of the other sessions that it may be of. */
  readonly others: readonly string[];
  readonly container?: string;
  readonly node?: string;
  readonly pid?: number;
  readonly commandLine?: string;
  readonly executable?: string;
  readonly requestUid?: string;
  /** It ran when the session had ended. */
  readonly outlived: boolean;
}

export interface Command extends Lying {
  readonly userId?: string;
  readonly groupId?: string;
  readonly isSessionStart: boolean;
}

export interface SessionAlert extends Lying {
  readonly rule: string;
  readonly priority?: string;
  readonly message?: string;
}

/** Who attached to a debug pod or container that somebody made. */
export interface Attacher {
  readonly session: string;
  readonly userName?: string;
  readonly sourceIp?: string;
  readonly startedMs: number;
  readonly endedMs?: number;
}

export interface SessionView {
  readonly id: string;
  readonly cluster: string;
  readonly kind: SessionKind;
  readonly state: 'open' | 'closed';
  /** Rises with each record of it. */
  readonly revision: number;
  readonly confidence: Confidence;
  readonly coverage: readonly CoverageCode[];
  readonly requestedMs: number;
  readonly startedMs?: number;
  readonly endedMs?: number;
  readonly endedBy?: 'response' | 'pod_deleted' | 'age';
  /** The latest of all that is known of it. */
  readonly lastSeenMs: number;
  /** The fullest of the request's stages. */
  readonly request: RequestFact;
  /** Audit events of it, earlier refused tries of the same handshake included. */
  readonly eventIds: readonly string[];
  /** Earlier tries that were refused, when the client changed the protocol. */
  readonly retries: number;
  readonly place: Place;
  readonly attachers: readonly Attacher[];
  /** By time, then event id; the first `maxCommands`. */
  readonly commands: readonly Command[];
  /** All, also those that are not listed. */
  readonly commandCount: number;
  readonly alerts: readonly SessionAlert[];
  readonly alertCount: number;
  readonly findings: readonly FindingRef[];
}

/** What the stage tells: the latest state of a session, or a finding. */
export type SessionsOut =
  | { readonly kind: 'session'; readonly view: SessionView }
  /** Of a rule on one event; `session` where it lies in one, `candidates` where it may. */
  | {
      readonly kind: 'held';
      readonly finding: HeldFinding;
      readonly session?: SessionView;
      readonly confidence?: Confidence;
      readonly candidates: readonly string[];
    }
  | { readonly kind: 'evasion'; readonly evasion: Evasion };

/** Rules on sessions themselves; evasion/rules.ts has what they mean. */
export const SESSION_RULES = [
  'session_mark_of_other_pod',
  'session_mark_not_set',
  'session_mark_stripped',
  'session_without_telemetry',
  'session_past_api_server',
  'session_outlived',
  'session_container_not_watched',
] as const;
export type SessionRuleId = (typeof SESSION_RULES)[number];

/** That somebody went around what would have seen them, or may have. */
export interface Evasion {
  readonly rule: SessionRuleId;
  readonly cluster: string;
  /** Session that it is about; absent where that is what is missing. */
  readonly session?: SessionView;
  /** What the finding's id is made of, besides the rule: it is told once. */
  readonly key: string;
  readonly timeMs: number;
  readonly place: Place;
  /** Event ids that it rests on. */
  readonly eventIds: readonly string[];
  /** The session whose UID was used elsewhere. */
  readonly owner?: { readonly session: string; readonly userName?: string; readonly place: Place };
  readonly commandLine?: string;
  readonly executable?: string;
  readonly pid?: number;
  /** The mark that was used elsewhere. */
  readonly requestUid?: string;
}
