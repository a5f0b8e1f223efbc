/**
 * Owns: one owned partition between its acquisition and its loss: fence, committed offset, state,
 * and the commits under that fence.
 * Does not own: fetching and calling the handler (lane-loop.ts), who owns what (consumer.ts).
 */
import { LaneLostError } from '../../errors/fault.ts';
import type { Lane, LaneCommit, StateReader, StateWrite } from '../../ports/log.ts';
import type { Logger } from '../../ports/telemetry.ts';
import { changelogRecord } from './changelog.ts';
import { isFenced, logErrorOf, rootOf, translated, typeOf } from './errors.ts';
import { guardedReader, restoredCache, type StateParts } from './lane-state.ts';
import type { Wire } from './loads.ts';
import { COMMIT_DEADLINE_MS } from './options.ts';
import { partitionName } from './sending.ts';
import type { StateCache } from './state-cache.ts';
import type { TopicGuard } from './topic-guard.ts';
import { openTopicReader } from './topic-reader.ts';
import { openTransactions, type Transactions } from './transactions.ts';

/** What all lanes of one consumer share. */
export interface LaneContext extends StateParts {
  readonly transactionalIdPrefix: string;
  /** A client of its own for a lane's transactions. */
  transactional(): Wire;
  readonly topics: TopicGuard;
  readonly logger: Logger;
}

export interface OwnedLane extends Lane {
  /** The group's offset under this lane's fence; undefined before the first commit ever. */
  readonly committed: bigint | undefined;
  /** Aborts the signal and lets go of producer and cache; idempotent. */
  close(reason: LaneLostError): Promise<void>;
}

/** Tombstones for keys that dropPrefix removed, added to each commit until there are none. */
const TOMBSTONES_PER_COMMIT = 500;

/**
 * Takes the partition over. The order is what makes a former owner harmless: fence first, so that
 * nothing of its can become visible any more; then read the committed offset; then the state.
 * Throws TransientError, FatalError, LaneLostError (`signal` aborted meanwhile).
 */
export async function acquireLane(
  context: LaneContext,
  partition: number,
  signal: AbortSignal,
): Promise<OwnedLane> {
  const { group, topic } = context;
  const id = `${context.transactionalIdPrefix}${group}-${topic}-${partition}`;
  const transactions = await translated(`taking over ${topic}/${partition}`, () =>
    openTransactions({ ...context, wire: context.transactional(), transactionalId: id, partition }),
  );
  try {
    const committed = await committedOffset(context, partition, signal);
    const cache = await restoredCache(context, partition, signal);
    const lane = new KafkaLane(context, { partition, transactions, cache, committed });
    if (signal.aborted) {
      await lane.close(new LaneLostError('Lost while it was acquired'));
      throw new LaneLostError('Lost while it was acquired');
    }
    return lane;
  } catch (error) {
    await transactions.close();
    throw error;
  }
}

async function committedOffset(
  { clock, general, group, topic }: LaneContext,
  partition: number,
  signal: AbortSignal,
): Promise<bigint | undefined> {
  const reader = await openTopicReader(general, topic, clock);
  try {
    return await reader.stableOffset(group, partition, signal);
  } finally {
    await reader.close();
  }
}

interface Held {
  readonly partition: number;
  readonly transactions: Transactions;
  readonly cache: StateCache | undefined;
  readonly committed: bigint | undefined;
}

class KafkaLane implements OwnedLane {
  readonly topic: string;
  readonly partition: number;
  readonly state: StateReader;
  readonly signal: AbortSignal;
  committed: bigint | undefined;
  readonly #context: LaneContext;
  readonly #held: Held;
  readonly #controller = new AbortController();
  #closing: Promise<void> | undefined;
  #isCommitting = false;

  constructor(context: LaneContext, held: Held) {
    this.#context = context;
    this.#held = held;
    this.topic = context.topic;
    this.partition = held.partition;
    this.committed = held.committed;
    this.signal = this.#controller.signal;
    this.state = guardedReader(held.cache, this.signal);
  }

  /**
   * Any failure ends the lane, as after it neither kafkajs' producer nor (where the answer to
   * EndTxn is missing) the outcome can be relied on. The next acquisition fences, which decides an
   * open outcome, and goes on at the offset that is then committed: nothing is lost or doubled.
   */
  async commit(change: LaneCommit): Promise<void> {
    if (this.#isCommitting) throw new Error('A lane commits one change at a time');
    this.signal.throwIfAborted();
    this.#isCommitting = true;
    try {
      await this.#commit(change);
      this.committed = change.nextOffset;
    } catch (error) {
      if (isUnknownTopic(error)) this.#context.topics.doubt(change.outputs);
      const ending = this.#endingOf(error);
      void this.close(ending instanceof LaneLostError ? ending : lost(this, error));
      throw ending;
    } finally {
      this.#isCommitting = false;
    }
  }

  async #commit({ nextOffset, outputs, writes }: LaneCommit): Promise<void> {
    const { changelogTopic, clock, topics } = this.#context;
    const { cache, partition, transactions } = this.#held;
    await topics.mustExist(outputs);
    if (cache === undefined || changelogTopic === undefined) {
      if (writes.length > 0) throw new Error('State was written without a changelog topic');
      await this.#inTime(transactions.commit(outputs, nextOffset, this.signal));
      return;
    }
    const owed = await cache.owedTombstones(TOMBSTONES_PER_COMMIT);
    const all: StateWrite[] = [...owed.map((key) => ({ kind: 'delete', key }) as const), ...writes];
    const changelog = { topic: changelogTopic, partition };
    const records = all.map((write) => changelogRecord(changelog, write, clock.now()));
    const ends = await this.#inTime(
      transactions.commit([...outputs, ...records], nextOffset, this.signal),
    );
    const end = ends.get(partitionName(changelogTopic, partition));
    if (end !== undefined) await this.#takeOver(cache, all, end);
  }

  /** The changelog has it already, so a cache that was closed meanwhile may miss it. */
  async #takeOver(cache: StateCache, writes: readonly StateWrite[], end: bigint): Promise<void> {
    try {
      await cache.apply(writes, end);
    } catch (error) {
      if (!this.signal.aborted) throw error;
    }
  }

  /** The work goes on behind a missed deadline; the next fence makes its end harmless. */
  async #inTime<T>(work: Promise<T>): Promise<T> {
    const timer = new AbortController();
    const late = this.#context.clock.sleep(COMMIT_DEADLINE_MS, timer.signal).then(() => {
      throw lost(this, new Error(`Commit took longer than ${COMMIT_DEADLINE_MS} ms`));
    });
    late.catch(() => undefined);
    work.catch(() => undefined);
    try {
      return await Promise.race([work, late]);
    } finally {
      timer.abort();
    }
  }

  #endingOf(error: unknown): unknown {
    if (this.signal.aborted) return lost(this, error);
    const ours = logErrorOf(error, `committing ${this.topic}/${this.partition}`);
    const isPassing = ours instanceof Error && ours.name === 'TransientError';
    return isPassing || isFenced(error) || isUnknownTopic(error) ? lost(this, error) : ours;
  }

  close(reason: LaneLostError): Promise<void> {
    this.#closing ??= this.#close(reason);
    return this.#closing;
  }

  async #close(reason: LaneLostError): Promise<void> {
    this.#controller.abort(reason);
    const { cache, transactions } = this.#held;
    const results = await Promise.allSettled([cache?.close(), transactions.close()]);
    for (const result of results) {
      if (result.status === 'fulfilled') continue;
      const { topic, partition } = this;
      const fields = { topic, partition, error: String(result.reason) };
      this.#context.logger.warn(fields, 'Lane not closed cleanly');
    }
  }
}

/** The topics were there before the commit: a broker has not heard of one yet, or it was deleted. */
function isUnknownTopic(error: unknown): boolean {
  return typeOf(error) === 'UNKNOWN_TOPIC_OR_PARTITION';
}

function lost({ topic, partition }: { topic: string; partition: number }, cause: unknown) {
  const root = rootOf(cause);
  const why = root instanceof Error ? root.message : String(root);
  return new LaneLostError(`Lane ${topic}/${partition} ended: ${why}`, { cause });
}
