/**
 * Owns: the promise of a partitioned, ordered, durable log with consumer groups and an atomic
 * commit of outputs, state changes and offsets. Interfaces only.
 * Adapters: shared/adapters/kafka (Kafka through kafkajs), shared/adapters/embedded-log
 * (one local directory). One contract suite runs against both: test/contract/log.
 */

import type { Bytes } from '../domain/bytes.ts';

/** Name → text. Trace context and dead letter facts travel here. */
export type Headers = Readonly<Record<string, string>>;

export interface LogRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Headers;
  /** Milliseconds since the epoch, as the producer set it; equal on every replay. */
  readonly timestampMs: number;
}

export interface OutRecord {
  readonly topic: string;
  readonly key: Buffer | null;
  /** Not to be changed before the log has taken it or failed. */
  readonly value: Bytes | null;
  readonly headers?: Headers;
  readonly timestampMs: number;
  /** Absent: the partition is murmur2(key) as Kafka's Java client computes it. */
  readonly partition?: number;
}

/** One change of a lane's keyed state. `dropPrefix` removes every key that starts with `key`. */
export type StateWrite =
  | { readonly kind: 'put'; readonly key: string; readonly value: Buffer }
  | { readonly kind: 'delete'; readonly key: string }
  | { readonly kind: 'dropPrefix'; readonly key: string };

export interface StateReader {
  /** Values in the order of `keys`; undefined where there is none. */
  getMany(keys: readonly string[]): Promise<readonly (Buffer | undefined)[]>;
  /** Keys that start with `prefix`, in byte order, with their values. */
  scan(prefix: string): AsyncIterable<readonly [key: string, value: Buffer]>;
}

export interface LaneCommit {
  readonly outputs: readonly OutRecord[];
  readonly writes: readonly StateWrite[];
  /** Offset of the first record that is not yet processed. */
  readonly nextOffset: bigint;
}

/** One assigned input partition, owned by this member until `signal` aborts. */
export interface Lane {
  readonly topic: string;
  readonly partition: number;
  readonly state: StateReader;
  /** Aborts when the partition is lost or the consumer stops for good. */
  readonly signal: AbortSignal;
  /**
   * Outputs, state changes and the offset become visible together or not at all, durably.
   * Throws LaneLostError when another member owns the partition (nothing became visible),
   * TransientError when it can't be done now (nothing became visible; call again).
   */
  commit(change: LaneCommit): Promise<void>;
}

export interface ConsumerOptions {
  /** Consumer group; also the name under which state and offsets are kept. */
  readonly group: string;
  readonly topic: string;
  /** Compacted topic, co-partitioned with `topic`, that mirrors the lanes' state; absent: no state. */
  readonly changelogTopic?: string;
  /** Most records, and about the most bytes of values, that one call of `process` gets. */
  readonly maxBatchRecords: number;
  readonly maxBatchBytes: number;
}

export interface LaneHandler {
  /** Once per assignment, after fencing and restore and before the first batch. */
  assigned?(lane: Lane): Promise<void>;
  /**
   * Batches of one lane come in order, one at a time; lanes run concurrently.
   * Must commit past the last record or throw. LaneLostError ends the lane quietly;
   * anything else ends the consumer and rejects `done`.
   */
  process(lane: Lane, records: readonly LogRecord[]): Promise<void>;
}

export interface Consumer {
  /** Takes no new batch, finishes those in hand, leaves the group. */
  stop(): Promise<void>;
  /** Resolves after `stop`, rejects with the error that ended the consumer. */
  readonly done: Promise<void>;
}

export interface ReadOptions {
  readonly topic: string;
  /** Where to start; a number is a time in ms since the epoch. */
  readonly from: 'beginning' | 'end' | number;
  /** Stop at what was the end when the call was made, instead of following. */
  readonly untilEnd: boolean;
  /**
   * Called once, when all up to what was the end at the beginning has been taken: what follows is
   * new. For a reader that keeps a table of a whole topic, and goes on.
   */
  readonly onCaughtUp?: () => void;
  readonly signal: AbortSignal;
}

export interface TopicSpec {
  readonly name: string;
  readonly partitions: number;
  readonly cleanup: 'delete' | 'compact' | 'compact,delete';
  readonly retentionMs: number;
  readonly maxMessageBytes: number;
}

export interface TopicStatus {
  readonly name: string;
  readonly state: 'created' | 'changed' | 'unchanged' | 'conflict';
  /** What differs or was done, for a person; for `conflict`, what to do about it. */
  readonly detail?: string;
}

/** Committed offsets and ends of one group's input, for lag and tests. */
export interface PartitionPosition {
  readonly partition: number;
  readonly committed: bigint;
  readonly end: bigint;
}

export interface Log {
  /** Resolves once all records are durable (one fsync; acks=all). Throws TransientError. */
  append(records: readonly OutRecord[]): Promise<void>;
  /** Joins a group. Only records of committed transactions are delivered. */
  consume(options: ConsumerOptions, handler: LaneHandler): Promise<Consumer>;
  /** Committed records in offset order per partition, outside of any group. */
  read(options: ReadOptions): AsyncIterable<LogRecord>;
  positions(group: string, topic: string): Promise<readonly PartitionPosition[]>;
  /** Makes what is missing; never deletes, never changes a partition count. Idempotent. */
  ensureTopics(specs: readonly TopicSpec[]): Promise<readonly TopicStatus[]>;
  /** What ensureTopics would do, without doing it. */
  reviewTopics(specs: readonly TopicSpec[]): Promise<readonly TopicStatus[]>;
  /** Throws TransientError or FatalError with what is wrong; resolves when the log can serve. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
