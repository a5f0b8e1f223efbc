/**
 * Owns: finding out at once that a topic to write to does not exist. kafkajs would repeat the
 * question for seconds, in the middle of a transaction.
 */
import type { OutRecord } from '../../ports/log.ts';
import type { Clock } from '../../ports/telemetry.ts';
import type { AdminAccess } from './admin-access.ts';
import { patientWithNewTopics } from './new-topics.ts';

export interface TopicGuard {
  /** Throws FatalError `missing_topic`, TransientError. */
  mustExist(records: readonly Pick<OutRecord, 'topic'>[]): Promise<void>;
  /** A broker did not know one of these topics: look again next time. */
  doubt(records: readonly Pick<OutRecord, 'topic'>[]): void;
}

export function topicGuard(admin: AdminAccess, clock: Clock): TopicGuard {
  const known = new Set<string>();

  const look = (topic: string) =>
    patientWithNewTopics(clock, () =>
      admin.ask(`looking for ${topic}`, (a) => a.fetchTopicMetadata({ topics: [topic] })),
    );

  return {
    async mustExist(records) {
      for (const { topic } of records) {
        if (known.has(topic)) continue;
        await look(topic);
        known.add(topic);
      }
    },
    doubt(records) {
      for (const { topic } of records) known.delete(topic);
    },
  };
}
