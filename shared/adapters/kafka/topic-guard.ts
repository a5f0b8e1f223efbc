/**
 * Owns: finding out at once that a topic to write to does not exist. kafkajs would repeat the
 * question for seconds, in the middle of a transaction.
 */
import { FatalError } from '../../errors/fault.ts';
import type { OutRecord } from '../../ports/log.ts';
import type { Clock } from '../../ports/telemetry.ts';
import type { AdminAccess } from './admin-access.ts';

export interface TopicGuard {
  /** Throws FatalError `missing_topic`, TransientError. */
  mustExist(records: readonly Pick<OutRecord, 'topic'>[]): Promise<void>;
}

/** A topic that was just made may be unknown to the broker that is asked. */
const ATTEMPTS = 3;
const WAIT_MS = 150;

export function topicGuard(admin: AdminAccess, clock: Clock): TopicGuard {
  const known = new Set<string>();

  const look = async (topic: string): Promise<void> => {
    for (let attempt = 1; ; attempt++) {
      try {
        await admin.ask(`looking for ${topic}`, (a) => a.fetchTopicMetadata({ topics: [topic] }));
        known.add(topic);
        return;
      } catch (error) {
        const isMissing = error instanceof FatalError && error.code === 'missing_topic';
        if (!isMissing || attempt === ATTEMPTS) throw error;
        await clock.sleep(WAIT_MS, new AbortController().signal);
      }
    }
  };

  return {
    async mustExist(records) {
      for (const { topic } of records) {
        if (!known.has(topic)) await look(topic);
      }
    },
  };
}
