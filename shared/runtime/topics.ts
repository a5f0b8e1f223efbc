/**
 * Owns: the topic table with a configuration's prefix and limits; the names of consumer groups.
 */
import { TOPICS, type TopicName, topicName } from '../../schemas/topics.ts';
import type { Config } from '../config/load.ts';
import type { TopicSpec } from '../ports/log.ts';

/** Behind the name of a topic: its copy in JSON. */
export const JSON_SUFFIX = '.json';

/** Whether the topic is written once more in JSON. */
export function isJsonTopic({ jsonTopics }: Config['kafka'], name: TopicName): boolean {
  return (jsonTopics as readonly TopicName[]).includes(name);
}

export function topicSpecs({ kafka }: Config): readonly TopicSpec[] {
  return (Object.keys(TOPICS) as TopicName[]).flatMap((topic) => {
    const { cleanup, partitions, retentionMs } = TOPICS[topic];
    const { maxMessageBytes } = kafka;
    const name = topicName(kafka.topicPrefix, topic);
    const spec = { name, partitions, cleanup, retentionMs, maxMessageBytes };
    return isJsonTopic(kafka, topic) ? [spec, { ...spec, name: name + JSON_SUFFIX }] : [spec];
  });
}

/** Consumer group of a stage. */
export function groupOf(prefix: string, stage: string): string {
  return `${prefix}podwitness.${stage}`;
}
