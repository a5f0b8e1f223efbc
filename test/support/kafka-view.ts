/**
 * Owns: a look at a topic from outside, with a client of the test's own: what is there for readers
 * of committed records, and what is there in all.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Kafka, logLevel } from 'kafkajs';

const QUIET_MS = 1_500;

/** Records that a reader from the beginning gets until nothing came for a while. */
export async function countRecords(
  brokers: readonly string[],
  topic: string,
  isolation: 'committed' | 'uncommitted',
): Promise<number> {
  const kafka = new Kafka({ brokers: [...brokers], logLevel: logLevel.NOTHING });
  const consumer = kafka.consumer({
    groupId: `view-${randomUUID()}`,
    readUncommitted: isolation === 'uncommitted',
    maxWaitTimeInMs: 200,
  });
  let count = 0;
  let lastMs = Date.now();
  await consumer.connect();
  try {
    const joined = new Promise<void>((resolve) =>
      consumer.on('consumer.group_join', () => resolve()),
    );
    await consumer.subscribe({ topic, fromBeginning: true });
    await consumer.run({
      eachBatch: async ({ batch }) => {
        count += batch.messages.length;
        lastMs = Date.now();
      },
    });
    await joined;
    lastMs = Date.now();
    while (Date.now() - lastMs < QUIET_MS) await sleep(50);
  } finally {
    await consumer.disconnect();
  }
  return count;
}
