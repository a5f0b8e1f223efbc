/**
 * Owns: what the simulated world is made of. Types only. Nothing here is taken from podwitness: the
 * truth must not be told by what is to be judged.
 */
import type { Interval } from './moments.ts';

export interface Machine {
  readonly name: string;
  /** `whole`: releases up to 1.0.0; `ms`: later main; absent: no enricher on this node. */
  readonly enricher?: 'whole' | 'ms';
  /** When the enricher was down, or restarted. */
  readonly gaps: readonly Interval[];
  /** Lines come by the container runtime's log. */
  readonly isCri: boolean;
  readonly falco: 'none' | 'plain' | 'with-uid';
  readonly pidMax: number;
  /** Its clock minus that of the API server, ms. */
  readonly skew: number;
}

export interface ContainerSpec {
  readonly name: string;
  readonly image: string;
  readonly entrypoint: readonly string[];
  /** Image of its main process. */
  readonly main: string;
  readonly shell: string;
  readonly uid: number;
}

/** What a workload runs by itself, again and again. */
export interface Habit {
  readonly container: string;
  readonly kind: 'probe' | 'cron' | 'child';
  readonly every: number;
  readonly program: string;
}

export interface Workload {
  readonly kind: 'Deployment' | 'StatefulSet' | 'DaemonSet';
  readonly namespace: string;
  readonly name: string;
  readonly replicas: number;
  readonly containers: readonly ContainerSpec[];
  readonly habits: readonly Habit[];
  /** Its pods run under the profile that the enricher reads. */
  readonly isWatched: boolean;
  readonly isPrivileged: boolean;
}

export interface Pod {
  readonly name: string;
  readonly uid: string;
  readonly namespace: string;
  readonly workload: Workload;
  readonly node: Machine;
  readonly created: number;
  readonly bound: number;
  readonly ready: number;
  /** Infinity: it is there at the end. */
  readonly deleted: number;
}

export interface User {
  readonly name: string;
  readonly uid?: string;
  readonly groups: readonly string[];
  readonly extra?: Readonly<Record<string, readonly string[]>>;
  readonly ips: readonly string[];
  readonly agent: string;
  readonly transport: 'websocket' | 'spdy';
  /** Uses this name instead of their own. */
  readonly actsAs?: { readonly name: string; readonly groups: readonly string[] };
}

export interface Site {
  readonly name: string;
  readonly runtime: '/usr/bin/runc' | '/usr/bin/crun' | '/';
  readonly nodes: readonly Machine[];
  readonly workloads: readonly Workload[];
  readonly pods: readonly Pod[];
  readonly users: readonly User[];
  readonly level: 'Metadata' | 'Request';
  readonly omitsReceived: boolean;
  /** Some senders write `_` for the dots of annotation keys. */
  readonly isDedotted: boolean;
  readonly hasWebhook: boolean;
  /** Namespaces that the webhook's selector leaves out. */
  readonly unmarkedNamespaces: readonly string[];
  readonly webhookDown: readonly Interval[];
  /** Privileged containers have the profile too (CRI-O from 1.33). */
  readonly watchesPrivileged: boolean;
}

export const KINDS = [
  ...(['exec', 'cp', 'attach', 'ephemeral', 'debug-pod', 'debug-node'] as const),
  ...(['port-forward', 'node-proxy'] as const),
] as const;
export type Kind = (typeof KINDS)[number];

/** One request to the API server, with all of its stages. */
export interface Request {
  readonly auditID: string;
  readonly verb: string;
  readonly uri: string;
  readonly user: User;
  readonly ref: Readonly<Record<string, string>>;
  readonly received: number;
  /** Absent: it is not long-running. */
  readonly started?: number;
  readonly completed: number;
  readonly code: number;
  readonly message?: string;
  readonly reason?: string;
  readonly annotations: Readonly<Record<string, string>>;
  /** Annotations of level Request only. */
  readonly patchAnnotations?: Readonly<Record<string, string>>;
  readonly requestObject?: unknown;
  /** The name is not known before the answer. */
  readonly namedByAnswer?: boolean;
  readonly isSession?: boolean;
}

export type Mark =
  | { readonly how: 'set'; readonly uid: string }
  | { readonly how: 'failed-open' | 'not-mutated' | 'absent' };

export interface TrueSession {
  readonly id: string;
  readonly site: string;
  readonly kind: Kind;
  readonly user: User;
  readonly pod: {
    readonly namespace: string;
    readonly name: string;
    readonly node: Machine;
    readonly until: number;
  };
  readonly container: string;
  /** The request names the container. */
  readonly namesContainer: boolean;
  readonly argv: readonly string[];
  readonly mark: Mark;
  readonly requests: Request[];
  /** Requests of those who attached to it. */
  readonly attachers: { readonly user: User; readonly request: Request }[];
  readonly requested: number;
  readonly started: number;
  ended: number;
  /** Refused alone: not to be found as a session. */
  readonly isRefused: boolean;
  readonly retries: number;
  /** Rules that may speak of it without being wrong, and why. */
  readonly tolerated: { readonly rules: readonly string[]; readonly why: string }[];
}

export interface Exec {
  readonly at: number;
  readonly argv: readonly string[];
  /** Image that called execve. */
  readonly caller: string;
  /** The mark in the environment of what is executed. */
  readonly mark?: string;
}

export interface Process {
  readonly site: string;
  readonly node: Machine;
  readonly pod?: { readonly namespace: string; readonly name: string };
  readonly container?: string;
  readonly execs: readonly Exec[];
  readonly clones: number[];
  readonly start: number;
  readonly end: number;
  readonly uid: number;
  readonly origin: 'session' | 'probe' | 'cron' | 'child' | 'entrypoint' | 'direct';
  readonly session?: TrueSession | undefined;
  /** Why its environment is not what the session's would be. */
  readonly twist?: Twist | undefined;
  readonly hasTerminal: boolean;
  /** The enricher never hears of it. */
  readonly isUnheard: boolean;
  pid: number;
}

/** What was done to the mark that a process carries. */
export type Twist =
  /** Another pod's session's mark. */
  | 'foreign'
  /** That of another session open in the same pod. */
  | 'same-pod'
  /** One that nobody has. */
  | 'invented'
  /** Taken away on purpose. */
  | 'stripped'
  /** Taken away by su or sudo. */
  | 'su'
  /** Never there: it was named in the request. */
  | 'named'
  /** Its session has ended. */
  | 'outlived';

export const EVASIONS = [
  'mark_of_other_pod',
  'mark_named',
  'mark_stripped',
  'failed_open',
  'not_mutated',
  'no_telemetry',
  'past_api_server',
  'node_proxy',
  'outlived',
  'not_watched',
  'attach',
  'port_forward',
  'mark_of_same_pod',
  'mark_invented',
] as const;
export type EvasionClass = (typeof EVASIONS)[number];

export interface Planted {
  readonly evasion: EvasionClass;
  readonly site: string;
  readonly session?: TrueSession;
  readonly namespace?: string;
  readonly pod?: string;
  readonly from: number;
  readonly to: number;
}

/** What the enricher wrote. */
export interface Line {
  readonly auditID: string;
  readonly process: Process;
  /** As written, ms; and as it was. */
  readonly time: number;
  readonly trueTime: number;
  readonly pid: number;
  readonly commandLine: string;
  readonly executable: string;
  readonly requestUid?: string;
  readonly isResolved: boolean;
  /** `commandLine` and `requestUid` are those of an earlier process of that number. */
  readonly isStale: boolean;
  /** Neither /proc nor eBPF gave them. */
  readonly isUnread: boolean;
  /** Only the mark was not read. */
  readonly isMarkUnread: boolean;
  readonly syscalls: readonly string[];
  /** When it was written. */
  readonly emitted: number;
  /** Another copy of the same line, under an id of its own. */
  readonly copyOf?: string;
  readonly isLost: boolean;
  /** Not known to the enricher: absent (main) or 0. */
  readonly isUserUnknown: boolean;
}

export interface Alert {
  readonly process: Process;
  readonly time: number;
  readonly rule: string;
  readonly priority: string;
  readonly output: string;
  readonly text: string;
  readonly requestUid?: string;
  readonly hasPlace: boolean;
  readonly isLost: boolean;
}
