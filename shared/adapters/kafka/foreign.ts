/**
 * Owns: what reading from somebody else's Kafka is asked with, and what it gives. Types only.
 */
import type { LogRecord } from '../../ports/log.ts';
import type { Clock, Logger } from '../../ports/telemetry.ts';
import type { KafkaSasl, KafkaTls } from './options.ts';

export interface ForeignOptions {
  readonly brokers: readonly string[];
  readonly clientId: string;
  readonly ssl?: KafkaTls;
  readonly sasl?: KafkaSasl;
  readonly group: string;
  readonly topics: readonly string[];
  /** Where to start in a topic of which the group has committed nothing at all. */
  readonly from: 'beginning' | 'end';
  /** About the most bytes of one partition that are in hand. */
  readonly maxBatchBytes: number;
  readonly logger: Logger;
  readonly clock: Clock;
}

export interface ForeignBatch {
  readonly topic: string;
  readonly partition: number;
  readonly records: readonly LogRecord[];
}

export interface ForeignGap {
  readonly topic: string;
  readonly partition: number;
  /** The first offset that is missing, and the first that is there again. */
  readonly from: bigint;
  readonly to: bigint;
}

export interface ForeignHandler {
  /** Batches of one partition in order, one at a time. Resolves when it is kept, durably. */
  take(batch: ForeignBatch, signal: AbortSignal): Promise<void>;
  /** Messages were gone before they were read. */
  gap(gap: ForeignGap, signal: AbortSignal): Promise<void>;
  /** Messages that wait, over all partitions that are read here. */
  lag(messages: number): void;
  /** Undefined: all is well. */
  trouble(reason: string | undefined): void;
}
