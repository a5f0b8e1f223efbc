/**
 * Owns: being a member of a consumer group: joining, heartbeats, joining again after an outage,
 * leaving; and telling which partitions are this member's.
 * Does not own: reading them (lane-pump.ts).
 *
 * kafkajs' consumer does only this here: all its partitions are paused for good. Its fetch loop
 * would hold back heartbeats and rebalances while a handler works, jump to the end of a topic when
 * an offset is out of range, and hand out records of aborted transactions (committed-records.ts).
 */
import type { Consumer, Kafka } from 'kafkajs';
import { TransientError } from '../../errors/fault.ts';
import type { Clock, Logger } from '../../ports/telemetry.ts';
import { logErrorOf, translated } from './errors.ts';
import type { GroupTimes } from './options.ts';

export interface MembershipParts {
  readonly kafka: Kafka;
  readonly group: string;
  readonly topic: string;
  readonly times: GroupTimes;
  readonly logger: Logger;
  readonly clock: Clock;
  /** All partitions that are this member's from now on; called in each rebalance. */
  onAssigned(partitions: readonly number[]): void;
  /** Called once with what a repeat does not mend. */
  onFailure(error: unknown): void;
}

export interface Membership {
  /** Resolves when the group answers a heartbeat after this call, or `signal` aborts. */
  confirmed(signal: AbortSignal): Promise<void>;
  /** Leaves the group. */
  stop(): Promise<void>;
}

/** Between two looks at whether a heartbeat is due. */
const LOOP_WAIT_MS = 100;
const RETRY = { initialRetryTime: 100, retries: 5, restartOnFailure: async () => false };
const FIRST_BACKOFF_MS = 200;
const FIRST_JOIN_ATTEMPTS = 8;
const LONGEST_BACKOFF_MS = 10_000;

/** Resolves when the group was joined once. Throws TransientError, FatalError. */
export async function joinGroup(parts: MembershipParts): Promise<Membership> {
  const waiting = new Set<() => void>();
  const stopped = new AbortController();
  const confirm = () => {
    for (const resolve of waiting) resolve();
    waiting.clear();
  };
  let failures = 0;

  const rejoin = async (error: unknown): Promise<void> => {
    for (let cause = error; !stopped.signal.aborted; ) {
      if (!(cause instanceof TransientError)) return parts.onFailure(cause);
      const waitMs = Math.min(LONGEST_BACKOFF_MS, FIRST_BACKOFF_MS * 2 ** Math.min(failures++, 10));
      const fields = { group: parts.group, waitMs, error: cause.message };
      parts.logger.warn(fields, 'Group membership lost, joining again');
      await parts.clock.sleep(waitMs, stopped.signal);
      if (stopped.signal.aborted) return;
      try {
        member = await joinOnce(parts, confirm, rejoin);
        failures = 0;
        return;
      } catch (next) {
        cause = next;
      }
    }
  };

  let member = await joinPatiently(parts, () => joinOnce(parts, confirm, rejoin));
  return {
    confirmed: (signal) =>
      new Promise((resolve) => {
        if (signal.aborted) return resolve();
        waiting.add(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      }),
    async stop() {
      stopped.abort();
      confirm();
      await translated(`leaving ${parts.group}`, () => member.disconnect());
    },
  };
}

/** A coordinator that has just come up answers that it is loading, which kafkajs does not repeat. */
async function joinPatiently(
  { clock }: MembershipParts,
  join: () => Promise<Consumer>,
): Promise<Consumer> {
  const never = new AbortController().signal;
  for (let attempt = 1; ; attempt++) {
    try {
      return await join();
    } catch (error) {
      if (!(error instanceof TransientError) || attempt === FIRST_JOIN_ATTEMPTS) throw error;
      await clock.sleep(FIRST_BACKOFF_MS * attempt, never);
    }
  }
}

/** One life of kafkajs' consumer. `onCrash` is called when it ends by itself after the joining. */
async function joinOnce(
  parts: MembershipParts,
  onHeartbeat: () => void,
  onCrash: (error: unknown) => Promise<void>,
): Promise<Consumer> {
  const { group, kafka, times, topic } = parts;
  const consumer = kafka.consumer({
    groupId: group,
    sessionTimeout: times.sessionTimeoutMs,
    rebalanceTimeout: times.sessionTimeoutMs,
    heartbeatInterval: times.heartbeatIntervalMs,
    maxWaitTimeInMs: LOOP_WAIT_MS,
    allowAutoTopicCreation: false,
    retry: RETRY,
  });
  let crash: { readonly error: unknown } | undefined;
  let hasJoined = false;
  consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
    // Emitted synchronously after the assignment, before anything is fetched.
    consumer.pause([{ topic }]);
    onHeartbeat();
    parts.onAssigned(payload.memberAssignment[topic] ?? []);
  });
  consumer.on(consumer.events.HEARTBEAT, onHeartbeat);
  consumer.on(consumer.events.CRASH, ({ payload }) => {
    crash = { error: logErrorOf(payload.error, `being in group ${group}`) };
    if (hasJoined) void onCrash(crash.error);
  });
  try {
    await translated(`joining ${group}`, async () => {
      await consumer.connect();
      await consumer.subscribe({ topics: [topic], fromBeginning: true });
      await consumer.run({ autoCommit: false, eachBatch: async () => undefined });
    });
  } catch (error) {
    await consumer.disconnect();
    throw error;
  }
  // kafkajs reports a failed start as a crash; run() resolves all the same.
  const failed = crash as { readonly error: unknown } | undefined;
  if (failed !== undefined) throw failed.error;
  hasJoined = true;
  return consumer;
}
