/**
 * Owns: what sessions are made of, as the matching stage tells it on audit.signals: one fact for each
 * event that opens, ends or lies in a session. Types only. All facts of a cluster have one key, so
 * that what can belong together meets (docs/adr/0033).
 */
import type { JsonObject } from '../../../../shared/domain/json.ts';

export const SESSION_KINDS = [
  ...(['exec', 'cp', 'attach', 'ephemeral', 'debug-pod', 'debug-node'] as const),
  ...(['port-forward', 'node-proxy'] as const),
] as const;
export type SessionKind = (typeof SESSION_KINDS)[number];

export interface Place {
  readonly namespace?: string;
  readonly pod?: string;
  readonly container?: string;
  readonly node?: string;
}

/** A finding that the matching stage made of an event, in as many words as a session shows. */
export interface FindingRef {
  readonly id: string;
  readonly ruleId: string;
  readonly ruleName: string;
  /** `informational` to `critical`. */
  readonly level: string;
  readonly mode: string;
  readonly timeMs: number;
  readonly message: string;
}

/** A finding that is not told yet: it waits for the session it lies in. */
export interface HeldFinding extends FindingRef {
  /** The Avro record without its document. */
  readonly record: JsonObject;
  /** The ECS document; podwitness.session and user are added where the session is known. */
  readonly document: JsonObject;
}

/** What admission did to mark the session, as far as the event says it. */
export type Marking =
  | 'marked'
  /** The webhook could not be asked, and the request was let in. */
  | 'failed_open'
  /** The webhook was asked, and changed nothing. */
  | 'not_mutated'
  /** Nothing is said of it. */
  | 'unsaid';

/** One stage of a request that opens a way into a pod or a node. */
export interface RequestFact {
  readonly kind: 'request';
  /** Id of the session that it opens: of the request, not of the stage. */
  readonly session: string;
  readonly sessionKind: SessionKind;
  readonly eventId: string;
  readonly auditId?: string;
  /** RequestReceived, ResponseStarted, ResponseComplete, Panic; absent: not said. */
  readonly stage?: string;
  /** ms; of the stage, and of the request's receipt. */
  readonly timeMs: number;
  readonly receivedMs: number;
  readonly code?: number;
  /** As far as this stage knows. `changed`: done at once, as the making of a debug container is. */
  readonly state: 'asked' | 'started' | 'ended' | 'refused' | 'changed';
  readonly place: Place;
  /** Who it counts as: the impersonated user where there is one, else the user. */
  readonly userName?: string;
  readonly argv: readonly string[];
  readonly commandLine?: string;
  readonly tty?: boolean;
  readonly stdin?: boolean;
  readonly copy?: 'to_container' | 'from_container';
  readonly ports?: readonly number[];
  readonly requestUid?: string;
  readonly marking: Marking;
  /** The user named the variable of the request UID in the command: it was not set, or forged. */
  readonly namesMark: boolean;
  /** Of a debug pod or container that is made: containers that are new, and what they may. */
  readonly containers?: readonly string[];
  readonly images?: readonly string[];
  readonly privileged?: boolean;
  readonly unconfined?: boolean;
  /** Verbatim parts of the event's document: user, source, client, user_agent, podwitness.actor … */
  readonly who: JsonObject;
  /** The same of where: kubernetes labels, podwitness.environment, team, owner, criticality, pod … */
  readonly context: JsonObject;
  readonly partial: boolean;
  readonly findings: readonly FindingRef[];
}

/** One command of a node (SPO). */
export interface LineFact {
  readonly kind: 'line';
  readonly eventId: string;
  readonly timeMs: number;
  /** Releases up to 1.0.0 cut times to whole seconds: it was up to 999 ms later. */
  readonly isWholeSecond: boolean;
  readonly place: Place;
  /** `node`: the enricher could not tell the container. */
  readonly scope: 'container' | 'node';
  readonly pid?: number;
  readonly userId?: string;
  readonly groupId?: string;
  readonly executable?: string;
  /** Without the runtime's wrapper. */
  readonly commandLine?: string;
  /** It is the runtime's wrapper: the first process of an exec. */
  readonly isSessionStart: boolean;
  readonly requestUid?: string;
  readonly syscalls?: readonly string[];
  /** What the pod is of, where that was learnt: `StatefulSet/checkout`. */
  readonly workload?: string;
  readonly partial: boolean;
  readonly findings: readonly HeldFinding[];
}

/** One alert of Falco on system calls. */
export interface AlertFact {
  readonly kind: 'alert';
  readonly eventId: string;
  readonly timeMs: number;
  readonly place: Place;
  readonly rule: string;
  readonly priority?: string;
  readonly message?: string;
  readonly pid?: number;
  readonly commandLine?: string;
  readonly executable?: string;
  readonly processName?: string;
  readonly parentName?: string;
  readonly hasTerminal?: boolean;
  readonly requestUid?: string;
  /** As of a line. */
  readonly workload?: string;
  readonly partial: boolean;
  readonly findings: readonly HeldFinding[];
}

/** Something that the audit log says of a pod. */
export interface PodFact {
  readonly kind: 'pod';
  readonly eventId: string;
  readonly timeMs: number;
  readonly change: 'created' | 'deleted' | 'bound';
  readonly place: Place;
  readonly privileged?: boolean;
  readonly unconfined?: boolean;
}

export type SessionFact = RequestFact | LineFact | AlertFact | PodFact;
