/**
 * Owns: how code below main.ts speaks: log lines, counts, health; time, chance and test failpoints.
 * Interfaces only.
 * A log line is a constant message with fields; warn = nothing lost, error = loss or a person is needed.
 */
type Fields = Readonly<Record<string, unknown>>;

export interface Logger {
  debug(fields: Fields, message: string): void;
  info(fields: Fields, message: string): void;
  warn(fields: Fields, message: string): void;
  error(fields: Fields, message: string): void;
}

/**
 * Named points at which a test kills the process (`PODWITNESS_FAILPOINT`); nothing elsewhere.
 * `after-produce`: outputs are in the open transaction, offsets are not; `before-commit`: all is in
 * it; `after-commit`: it is durable, the local state is not yet; `in-restore`: fenced, state half
 * read; `after-bulk`: the store has written, nothing is committed.
 */
export type FailpointName =
  | 'after-produce'
  | 'before-commit'
  | 'after-commit'
  | 'in-restore'
  | 'after-bulk';
export type Failpoint = (name: FailpointName) => void;

/**
 * What a worker counts. One adapter writes it to Prometheus metrics. `source` is what the record
 * came in as; what is in no closed set, or not given, is counted as `none`.
 */
export interface StageTelemetry {
  /** Records, or parts of records, that the stage has decided on; equals the sum of the next four. */
  received(count: number, source?: string): void;
  emitted(count: number, source?: string): void;
  dropped(reason: string, count: number, source?: string): void;
  /** Of what was dropped: what a filter of the configuration did not want. */
  filtered(filter: string, count: number): void;
  diverted(route: string, count: number, source?: string): void;
  rejected(code: string, count: number, source?: string): void;
  /** Records written to output topics; one received record may give several. */
  sent(count: number): void;
  retried(code: string): void;
  /** One committed batch: records read, seconds from delivery to commit. */
  batch(records: number, seconds: number): void;
  /** Timestamp of the first record of the batch in hand; undefined: none is in hand. */
  inHand(partition: number, timestampMs: number | undefined): void;
  /** Records that wait in a partition; undefined: the partition is somebody else's now. */
  lag(partition: number, records: number | undefined): void;
}

/** Why lines or messages that were there could not be read any more. Closed list: a metric label. */
export type LossReason = 'rotated_away' | 'damaged' | 'retention';

/** What the collector counts of one input that it reads by itself: a followed path, foreign topics. */
export interface InputTelemetry {
  /** In the log: bytes, and the lines or messages that they are. */
  read(bytes: number, records: number): void;
  /** What waits to be read. */
  lagBytes(bytes: number): void;
  lagMessages(messages: number): void;
  /** `bytes` and `messages` as far as they are known. */
  lost(reason: LossReason, known: { readonly bytes?: number; readonly messages?: number }): void;
  /** A file in the API server's old text format. */
  legacyFile(): void;
}

/** Why a request was not taken. Closed list: a metric label. */
export type DoorRefusal =
  | 'no_such_source'
  | 'bad_request'
  | 'bad_headers'
  | 'unknown_sender'
  | 'not_allowed'
  | 'too_large'
  | 'no_room'
  | 'too_slow'
  | 'stopping'
  | 'log_unavailable'
  | 'issuer_unavailable'
  | 'bug';

/** Files that are read again while the process runs. */
export type ReloadedFile = 'certificate' | 'tokens';

/** What the collector counts besides bodies: at the front door, and of what went through it. */
export interface DoorTelemetry {
  refused(reason: DoorRefusal): void;
  /** A connection more than there may be was closed at once. */
  connectionRefused(): void;
  /** A body that could not be unpacked, and is kept as it came. */
  keptPacked(): void;
  /** The log has a body of so many items; `isTorn`: it ends before what it begins does. */
  took(items: number, isTorn: boolean, source: string): void;
  /** Whether what stands in the files now could be used; otherwise what was read before still is. */
  reloaded(file: ReloadedFile, isGood: boolean): void;
}

/** Time and chance, for the code at the edge; pure code gets neither. */
export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
  /** In [0, 1), for jitter. */
  random(): number;
}

/** What /readyz says: the parts of a process that can't serve now, and why. */
export interface Health {
  /** `reason` undefined: the part is well. A part counts from its first call on. */
  set(part: string, reason: string | undefined): void;
  /** The part serves, but with less than is promised: `/readyz` stays 200 and names it. */
  degrade(part: string, reason: string | undefined): void;
  /** Parts that are not well, with reasons; empty when ready. */
  troubles(): Readonly<Record<string, string>>;
  /** Parts that serve with less than is promised. */
  weaknesses(): Readonly<Record<string, string>>;
}
