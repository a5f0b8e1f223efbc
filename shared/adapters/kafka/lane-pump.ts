/**
 * Owns: the flow of one lane: where it starts, fetching one portion ahead, the pace of commits,
 * and that the handler commits what it was given.
 * Does not own: acquiring the lane (lane-loop.ts).
 */
import { TransientError } from '../../errors/fault.ts';
import type { ConsumerOptions, LaneHandler, LogRecord } from '../../ports/log.ts';
import { batchesOf } from './batches.ts';
import { callHandler } from './handler-failure.ts';
import type { LaneContext, OwnedLane } from './lane.ts';
import { IDLE_FETCH_WAIT_MS, LINGER_MS } from './options.ts';
import { type Fetched, OffsetOutOfRangeError, openTopicReader } from './topic-reader.ts';
import type { TopicReader } from './topic-reader.ts';
import { unlessAborted } from './unless-aborted.ts';

export interface PumpParts {
  readonly context: LaneContext;
  readonly options: ConsumerOptions;
  readonly handler: LaneHandler;
  readonly lane: OwnedLane;
  readonly draining: AbortSignal;
}

const BACKOFF_MS = 500;

/** Runs until `draining` aborts (resolves) or the lane's signal does, or something throws. */
export async function lanePump(parts: PumpParts): Promise<void> {
  const { draining, lane } = parts;
  const stream = new LaneStream(parts);
  const ended = AbortSignal.any([draining, lane.signal]);
  try {
    let coming = stream.next();
    while (!ended.aborted) {
      const fetched = await unlessAborted(coming, ended);
      if (fetched === undefined) break;
      coming = stream.next();
      coming.catch(() => undefined);
      for (const batch of batchesOf(fetched.records, parts.options)) {
        if (ended.aborted) break;
        await handOver(parts, batch);
      }
      if (fetched.isIdle) await commitGap(lane, fetched.next);
    }
  } finally {
    stream.close();
  }
  if (!draining.aborted) lane.signal.throwIfAborted();
}

async function handOver({ handler, lane }: PumpParts, batch: readonly LogRecord[]): Promise<void> {
  const next = (batch.at(-1)?.offset ?? 0n) + 1n;
  await callHandler(() => handler.process(lane, batch));
  if (lane.committed === undefined || lane.committed < next) {
    lane.signal.throwIfAborted();
    throw new Error(`The handler of ${lane.topic} did not commit its batch`);
  }
}

/**
 * Behind the last record there may be transaction markers, which nobody is handed and nobody
 * commits: without this the group's lag would never be 0.
 */
async function commitGap(lane: OwnedLane, next: bigint): Promise<void> {
  if (lane.committed === undefined || lane.committed >= next || lane.signal.aborted) return;
  await lane.commit({ outputs: [], writes: [], nextOffset: next });
}

interface Portion {
  readonly records: readonly LogRecord[];
  readonly next: bigint;
  /** Nothing came, and nothing was ready. */
  readonly isIdle: boolean;
}

/** The partition's committed records in portions, from the group's offset on; survives outages. */
class LaneStream {
  readonly #parts: PumpParts;
  #reader: TopicReader | undefined;
  #position: bigint | undefined;
  #isIdle = true;
  #isClosed = false;

  constructor(parts: PumpParts) {
    this.#parts = parts;
    this.#position = parts.lane.committed;
  }

  async next(): Promise<Portion> {
    const { lane } = this.#parts;
    while (!this.#isClosed && !lane.signal.aborted) {
      try {
        return await this.#fetch();
      } catch (error) {
        this.#forget();
        if (!this.#isClosed && !lane.signal.aborted) await this.#recover(error);
      }
    }
    return this.#nothing();
  }

  async #recover(error: unknown): Promise<void> {
    const { context, lane } = this.#parts;
    if (error instanceof OffsetOutOfRangeError) return this.#restartAtFirst();
    if (!(error instanceof TransientError)) throw error;
    const fields = { topic: lane.topic, partition: lane.partition, error: error.message };
    context.logger.warn(fields, 'Fetch failed, trying again');
    await context.clock.sleep(BACKOFF_MS, lane.signal);
  }

  async #fetch(): Promise<Portion> {
    const { context, lane } = this.#parts;
    this.#reader ??= await openTopicReader(context.general, lane.topic, context.clock);
    const reader = this.#reader;
    if (this.#isClosed) this.#forget();
    this.#position ??= (await reader.starts([lane.partition])).get(lane.partition) ?? 0n;
    const positions = new Map([[lane.partition, this.#position]]);
    const [fetched] = await reader.fetch(positions, this.#limits());
    return fetched === undefined ? this.#nothing() : this.#take(fetched);
  }

  /**
   * An idle lane is answered as soon as one record is there. A busy one waits for a full batch,
   * but not longer than LINGER_MS: that is the pace of its commits.
   */
  #limits() {
    const { maxBatchBytes } = this.#parts.options;
    return this.#isIdle
      ? { minBytes: 1, maxBytes: maxBatchBytes, maxWaitMs: IDLE_FETCH_WAIT_MS }
      : { minBytes: maxBatchBytes, maxBytes: maxBatchBytes, maxWaitMs: LINGER_MS };
  }

  #take({ next, records }: Fetched): Portion {
    const isIdle = records.length === 0;
    this.#position = next;
    this.#isIdle = isIdle;
    return { records, next, isIdle };
  }

  #nothing(): Portion {
    return { records: [], next: this.#position ?? 0n, isIdle: false };
  }

  /** The log has dropped records that were never processed, or is another one than it was. */
  #restartAtFirst(): void {
    const { context, lane } = this.#parts;
    const fields = { topic: lane.topic, partition: lane.partition, offset: String(this.#position) };
    context.logger.error(
      fields,
      'Committed offset is not in the log, going on at its first record',
    );
    this.#position = undefined;
  }

  #forget(): void {
    this.#reader?.close().catch(() => undefined);
    this.#reader = undefined;
  }

  close(): void {
    this.#isClosed = true;
    this.#forget();
  }
}
