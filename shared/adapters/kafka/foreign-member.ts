/**
 * Owns: being a member of a group on somebody else's Kafka, for several topics, and committing there.
 * Does not own: reading (foreign-topic.ts). As in membership.ts, kafkajs' consumer does nothing else:
 * all its partitions are paused for good.
 */
import type { Consumer, Kafka } from 'kafkajs';
import { logErrorOf, translated } from './errors.ts';

export interface ForeignMember {
  /** Throws TransientError where the group has moved on; what was read is then read again. */
  commit(topic: string, partition: number, nextOffset: bigint): Promise<void>;
  /** Rejects when it is a member no longer. */
  readonly ended: Promise<never>;
  leave(): Promise<void>;
}

export interface ForeignMemberParts {
  readonly kafka: Kafka;
  readonly group: string;
  readonly topics: readonly string[];
  /** All that is this member's from now on, by topic; called in each rebalance. */
  onAssigned(partitions: ReadonlyMap<string, readonly number[]>): void;
}

/** An Event Hub disconnects members that ask for less than 6 s. */
const SESSION_TIMEOUT_MS = 30_000;
const HEARTBEAT_INTERVAL_MS = 3_000;
const LOOP_WAIT_MS = 250;
const RETRY = { initialRetryTime: 200, retries: 5, restartOnFailure: async () => false };

/** Resolves when the group is joined. Throws TransientError, FatalError. */
export async function joinForeign(parts: ForeignMemberParts): Promise<ForeignMember> {
  const { group, kafka, topics } = parts;
  const consumer: Consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: SESSION_TIMEOUT_MS,
    rebalanceTimeout: SESSION_TIMEOUT_MS,
    heartbeatInterval: HEARTBEAT_INTERVAL_MS,
    maxWaitTimeInMs: LOOP_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: RETRY,
  });
  let failure: { readonly error: unknown } | undefined;
  const ended = new Promise<never>((_resolve, reject) => {
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      const error = logErrorOf(payload.error, `being in group ${group}`);
      failure = { error };
      reject(error instanceof Error ? error : new Error('Not a member', { cause: error }));
    });
  });
  // Whoever waits for it gets it all the same.
  ended.catch(() => undefined);
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // Emitted synchronously after the assignment, before anything is fetched.
    consumer.pause(topics.map((topic) => ({ topic })));
    parts.onAssigned(new Map(Object.entries(payload.memberAssignment)));
  });
  try {
    await translated(`joining ${group}`, async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [...topics], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
    });
    // kafkajs reports a failed start as a crash; run() resolves all the same.
    const failed = failure as { readonly error: unknown } | undefined;
    if (failed !== undefined) throw failed.error;
  } catch (error) {
    await consumer.disconnect();
    throw error;
  }
  return {
    ended,
    async commit(topic, partition, nextOffset) {
      const offsets = [{ topic, partition, offset: String(nextOffset) }];
      await translated(`committing in ${group}`, () => consumer.commitOffsets(offsets));
    },
    leave: () => translated(`leaving ${group}`, () => consumer.disconnect()),
  };
}
