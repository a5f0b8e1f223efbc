/**
 * Owns: reading a topic from a place on, to its end or following it, outside of any group.
 * Does not own: the requests (topic-reader.ts).
 */
import type { Kafka } from 'kafkajs';
import { TransientError } from '../../errors/fault.ts';
import type { LogRecord, ReadOptions } from '../../ports/log.ts';
import type { Clock, Logger } from '../../ports/telemetry.ts';
import {
  type Fetched,
  OffsetOutOfRangeError,
  openTopicReader,
  type Positions,
  type TopicReader,
} from './topic-reader.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface ReadParts {
  readonly kafka: Kafka;
  readonly logger: Logger;
  readonly clock: Clock;
}

const LIMITS = { minBytes: 1, maxBytes: 1024 * 1024, maxWaitMs: 500 };
const BACKOFF_MS = 500;

/**
 * Ends quietly when the signal aborts. Throws TransientError when the log can't be reached at the
 * start, or before the end with `untilEnd`; a reader that follows waits for the log instead.
 */
export async function* readTopic(
  parts: ReadParts,
  options: ReadOptions,
): AsyncGenerator<LogRecord, void, undefined> {
  const stream = new TopicStream(parts, options);
  try {
    await stream.open();
    while (!stream.isAtEnd()) {
      stream.tellCaughtUp();
      for (const record of await stream.next()) {
        if (options.signal.aborted) return;
        yield record;
      }
    }
    stream.tellCaughtUp();
  } finally {
    await stream.close();
  }
}

class TopicStream {
  readonly #parts: ReadParts;
  readonly #options: ReadOptions;
  #reader: TopicReader | undefined;
  #positions = new Map<number, bigint>();
  /** Where to stop, and where what is new begins. */
  #ends: Positions | undefined;
  #goal: Positions | undefined;

  constructor(parts: ReadParts, options: ReadOptions) {
    this.#parts = parts;
    this.#options = options;
  }

  async open(): Promise<void> {
    const reader = await this.#connected();
    const partitions = await reader.partitions();
    const { onCaughtUp, untilEnd } = this.#options;
    const ends = untilEnd || onCaughtUp !== undefined ? await reader.ends(partitions) : undefined;
    if (untilEnd) this.#ends = ends;
    if (onCaughtUp !== undefined) this.#goal = ends;
    this.#positions = new Map(await startOf(reader, partitions, this.#options.from));
  }

  async #connected(): Promise<TopicReader> {
    const { clock, kafka } = this.#parts;
    this.#reader ??= await openTopicReader(kafka, this.#options.topic, clock);
    return this.#reader;
  }

  isAtEnd(): boolean {
    if (this.#options.signal.aborted) return true;
    return this.#ends !== undefined && this.#before(this.#ends).size === 0;
  }

  tellCaughtUp(): void {
    if (this.#goal === undefined || this.#options.signal.aborted) return;
    if (this.#before(this.#goal).size > 0) return;
    this.#goal = undefined;
    this.#options.onCaughtUp?.();
  }

  #before(ends: Positions): Positions {
    return new Map([...this.#positions].filter(([p, at]) => at < (ends.get(p) ?? 0n)));
  }

  #unfinished(): Positions {
    return this.#ends === undefined ? this.#positions : this.#before(this.#ends);
  }

  /** What one round of requests brought; nothing where none came or the log could not serve. */
  async next(): Promise<readonly LogRecord[]> {
    try {
      const reader = await this.#connected();
      const round = reader.fetch(this.#unfinished(), LIMITS);
      const fetched = await unlessAborted(round, this.#options.signal);
      return (fetched ?? []).flatMap((part) => this.#take(part));
    } catch (error) {
      await this.#recover(error);
      return [];
    }
  }

  #take({ next, partition, records }: Fetched): readonly LogRecord[] {
    this.#positions.set(partition, next);
    const end = this.#ends?.get(partition);
    return end === undefined ? records : records.filter((record) => record.offset < end);
  }

  async #recover(error: unknown): Promise<void> {
    const { clock, logger } = this.#parts;
    const { signal, topic, untilEnd } = this.#options;
    if (error instanceof OffsetOutOfRangeError) return this.#skipLost();
    if (!(error instanceof TransientError) || untilEnd) throw error;
    logger.warn({ topic, error: error.message }, 'Read failed, trying again');
    await this.close();
    await clock.sleep(BACKOFF_MS, signal);
  }

  /** What retention deleted before it was read is not there any more. */
  async #skipLost(): Promise<void> {
    const reader = await this.#connected();
    for (const [partition, start] of await reader.starts([...this.#positions.keys()])) {
      if ((this.#positions.get(partition) ?? 0n) < start) this.#positions.set(partition, start);
    }
  }

  async close(): Promise<void> {
    const reader = this.#reader;
    this.#reader = undefined;
    await reader?.close();
  }
}

function startOf(
  reader: TopicReader,
  partitions: readonly number[],
  from: ReadOptions['from'],
): Promise<Positions> {
  if (from === 'beginning') return reader.starts(partitions);
  if (from === 'end') return reader.ends(partitions);
  return reader.offsetsAt(from, partitions);
}
