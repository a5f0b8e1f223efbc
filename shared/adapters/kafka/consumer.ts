/**
 * Owns: one consumer of a group: a lane loop for each partition that is this member's.
 * Does not own: the lanes themselves (lane-loop.ts), the group's protocol (membership.ts).
 *
 * A partition that stays with this member through a rebalance keeps its lane: a commit succeeds
 * only if nobody has fenced the lane's producer since it read the committed offset and the state,
 * so a lane whose commits succeed has had no other owner in between.
 */
import { FatalError } from '../../errors/fault.ts';
import type { Consumer, ConsumerOptions, LaneHandler } from '../../ports/log.ts';
import type { LaneContext } from './lane.ts';
import { type LaneLoop, startLaneLoop } from './lane-loop.ts';
import { joinGroup, type Membership } from './membership.ts';
import type { GroupTimes } from './options.ts';
import { openTopicReader } from './topic-reader.ts';

export interface ConsumerParts {
  readonly context: LaneContext;
  readonly times: GroupTimes;
  readonly options: ConsumerOptions;
  readonly handler: LaneHandler;
}

export interface RunningConsumer extends Consumer {
  /** Like `stop`, without waiting for handlers. */
  abandon(): Promise<void>;
}

/** Resolves when the group is joined. Throws TransientError, FatalError. */
export async function startConsumer(parts: ConsumerParts): Promise<RunningConsumer> {
  const partitions = await coPartitions(parts);
  const consumer = new GroupConsumer(parts, partitions);
  await consumer.join();
  return consumer;
}

/** State lies in the changelog's partition of the same number: the counts must be equal. */
async function coPartitions({ context, options }: ConsumerParts): Promise<number> {
  const count = await partitionCount(context, options.topic);
  if (options.changelogTopic === undefined) return count;
  const changelog = await partitionCount(context, options.changelogTopic);
  if (changelog === count) return count;
  const what = `${options.topic} has ${count} partitions, its changelog ${options.changelogTopic}`;
  throw new FatalError(`${what} has ${changelog}: they must be equal`, { code: 'missing_topic' });
}

async function partitionCount({ clock, general }: LaneContext, topic: string): Promise<number> {
  const reader = await openTopicReader(general, topic, clock);
  try {
    return (await reader.partitions()).length;
  } finally {
    await reader.close();
  }
}

class GroupConsumer implements RunningConsumer {
  readonly done: Promise<void>;
  readonly #parts: ConsumerParts;
  readonly #partitionsAtStart: number;
  readonly #loops = new Map<number, LaneLoop>();
  #membership: Membership | undefined;
  #ending: Promise<void> | undefined;
  #resolve: () => void = () => undefined;
  #reject: (error: unknown) => void = () => undefined;

  constructor(parts: ConsumerParts, partitionsAtStart: number) {
    this.#parts = parts;
    this.#partitionsAtStart = partitionsAtStart;
    this.done = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    // Who awaits `done` later still gets the rejection.
    this.done.catch(() => undefined);
  }

  async join(): Promise<void> {
    const { context, options, times } = this.#parts;
    this.#membership = await joinGroup({
      ...context,
      kafka: context.general,
      group: options.group,
      topic: options.topic,
      times,
      onAssigned: (partitions) => this.#assign(partitions),
      onFailure: (error) => this.#fail(error),
    });
    // A lane may have failed before there was a membership to end.
    if (this.#ending !== undefined) await this.#membership.stop();
  }

  stop(): Promise<void> {
    this.#ending ??= this.#end((loop) => loop.drain()).then(this.#resolve, this.#reject);
    return this.done;
  }

  abandon(): Promise<void> {
    this.#ending ??= this.#end((loop) => loop.revoke()).then(this.#resolve, this.#reject);
    return this.#ending;
  }

  #fail(error: unknown): void {
    this.#ending ??= this.#end((loop) => loop.revoke()).then(
      () => this.#reject(error),
      () => this.#reject(error),
    );
  }

  async #end(close: (loop: LaneLoop) => Promise<void>): Promise<void> {
    const loops = [...this.#loops.values()];
    this.#loops.clear();
    await Promise.all(loops.map(close));
    await this.#membership?.stop();
  }

  #assign(partitions: readonly number[]): void {
    if (this.#ending !== undefined) return;
    const { context, options } = this.#parts;
    const fields = { group: options.group, topic: options.topic, partitions };
    context.logger.info(fields, 'Partitions assigned');
    if (options.changelogTopic !== undefined && partitions.some((p) => this.#isNew(p))) {
      const what = `the partition count of ${options.topic} was changed: its state lies elsewhere`;
      this.#fail(new FatalError(what, { code: 'missing_topic' }));
      return;
    }
    for (const [partition, loop] of this.#loops) {
      if (partitions.includes(partition)) continue;
      this.#loops.delete(partition);
      void loop.revoke();
    }
    for (const partition of partitions) {
      if (!this.#loops.has(partition)) this.#loops.set(partition, this.#loop(partition));
    }
  }

  #isNew(partition: number): boolean {
    return partition >= this.#partitionsAtStart;
  }

  #loop(partition: number): LaneLoop {
    return startLaneLoop({
      ...this.#parts,
      partition,
      confirmed: async (signal) => this.#membership?.confirmed(signal),
      onFailure: (error) => this.#fail(error),
    });
  }
}
