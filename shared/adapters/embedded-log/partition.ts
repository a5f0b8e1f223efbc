/**
 * Owns: one partition in memory: where it begins and durably ends, and who waits for more.
 * Does not own: its records (cursor.ts reads them, writer.ts writes them).
 */
import type { TopicSpec } from '../../ports/log.ts';

export interface Topic {
  readonly id: number;
  spec: TopicSpec;
  readonly partitions: readonly Partition[];
}

export class Partition {
  readonly topic: Topic;
  readonly index: number;
  /** First offset that retention left. */
  start: bigint;
  #end: bigint;
  readonly #waiting = new Set<() => void>();

  constructor(topic: Topic, index: number, start: bigint, end: bigint) {
    this.topic = topic;
    this.index = index;
    this.start = start;
    this.#end = end;
  }

  /** Offset of the next record; everything before it is durable. */
  get end(): bigint {
    return this.#end;
  }

  /** Called by the writer once the records before `end` are durable. */
  advance(end: bigint): void {
    this.#end = end;
    const waiting = [...this.#waiting];
    this.#waiting.clear();
    for (const wake of waiting) wake();
  }

  onAdvance(wake: () => void): void {
    this.#waiting.add(wake);
  }

  offAdvance(wake: () => void): void {
    this.#waiting.delete(wake);
  }
}

/** A place that a reader has come to. */
export interface Place {
  readonly partition: Partition;
  readonly offset: bigint;
}

/** Resolves when there is a record at one of the places, or one of the signals aborts. */
export function moreAt(places: readonly Place[], signals: readonly AbortSignal[]): Promise<void> {
  return new Promise((resolve) => {
    const ready = () =>
      signals.some((signal) => signal.aborted) ||
      places.some(({ partition, offset }) => partition.end > offset);
    if (ready()) {
      resolve();
      return;
    }
    const wake = () => {
      for (const { partition } of places) partition.offAdvance(wake);
      for (const signal of signals) signal.removeEventListener('abort', wake);
      resolve();
    };
    for (const { partition } of places) partition.onAdvance(wake);
    for (const signal of signals) signal.addEventListener('abort', wake);
  });
}
