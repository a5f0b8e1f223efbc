/**
 * Owns: the topic table with a configuration's prefix and limits; the names of consumer groups.
 */
import { TOPICS, type TopicName, topicName } from '../../schemas/topics.ts';
import type { Config } from '../config/load.ts';
import type { TopicSpec } from '../ports/log.ts';

export function topicSpecs({ kafka }: Config): readonly TopicSpec[] {
  return (Object.keys(TOPICS) as TopicName[]).map((name) => {
    const { cleanup, partitions, retentionMs } = TOPICS[name];
    return {
      name: topicName(kafka.topicPrefix, name),
      partitions,
      cleanup,
      retentionMs,
      maxMessageBytes: kafka.maxMessageBytes,
    };
  });
}

/** Consumer group of a stage. */
export function groupOf(prefix: string, stage: string): string {
  return `${prefix}podwitness.${stage}`;
}
