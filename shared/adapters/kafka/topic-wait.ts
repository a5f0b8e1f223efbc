/**
 * Owns: waiting until a topic that was just made is served by the leaders of all its partitions.
 * kafkajs' own waiting fails on a broker that has not heard of the topic yet.
 */
import type { Kafka } from 'kafkajs';
import { FatalError, TransientError } from '../../errors/fault.ts';
import type { Clock } from '../../ports/telemetry.ts';
import { openTopicReader } from './topic-reader.ts';

const ATTEMPTS = 40;
const WAIT_MS = 150;

/** Throws TransientError, FatalError when it is still not served after some seconds. */
export async function untilServed(kafka: Kafka, topic: string, clock: Clock): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await askAllLeaders(kafka, topic, clock);
    } catch (error) {
      const isMissing = error instanceof FatalError && error.code === 'missing_topic';
      const isPassing = isMissing || error instanceof TransientError;
      if (!isPassing || attempt === ATTEMPTS) throw error;
      await clock.sleep(WAIT_MS, new AbortController().signal);
    }
  }
}

async function askAllLeaders(kafka: Kafka, topic: string, clock: Clock): Promise<void> {
  const reader = await openTopicReader(kafka, topic, clock);
  try {
    await reader.ends(await reader.partitions());
  } finally {
    await reader.close();
  }
}
