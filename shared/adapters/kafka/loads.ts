/**
 * Owns: which partition takes which records.
 * Does not own: sending them (produce-attempt.ts), portions (sending.ts).
 */
import type { Cluster, ICustomPartitioner, Message } from 'kafkajs';
import type { Attachments } from './attachments.ts';
import type { BatchProducer, BatchRecord } from './record-batch.ts';
import type { OutMessage, SendBatch } from './sending.ts';

/** A client of kafkajs, and the way around its encoders. */
export interface Wire {
  readonly cluster: Cluster;
  readonly attachments: Attachments;
}

/** What one partition has to take. */
export interface Load {
  readonly topic: string;
  readonly partition: number;
  readonly records: BatchRecord[];
  /** In a transaction: whose records these are, and the number of the first. */
  readonly producer?: BatchProducer;
}

type Choose = ReturnType<ICustomPartitioner>;

function keyOf(key: Buffer | string | null | undefined): Buffer | null {
  return typeof key === 'string' ? Buffer.from(key) : (key ?? null);
}

const NO_HEADERS: BatchRecord['headers'] = [];

function headersOf(headers: OutMessage['headers']): BatchRecord['headers'] {
  if (headers === undefined) return NO_HEADERS;
  return Object.entries(headers).map(([name, text]) => [
    Buffer.from(name),
    Buffer.from(String(text)),
  ]);
}

function recordOf({ headers, key, timestamp, value }: OutMessage): BatchRecord {
  return {
    key: keyOf(key),
    value,
    headers: headersOf(headers),
    timestampMs: Number(timestamp),
  };
}

/** In the order in which partitions first get a record; records keep theirs. */
export function loadsOf(
  cluster: Cluster,
  choose: Choose,
  topicMessages: SendBatch['topicMessages'],
): readonly Load[] {
  const loads = new Map<string, Load>();
  for (const { messages, topic } of topicMessages) {
    const partitionMetadata = cluster.findTopicPartitionMetadata(topic);
    for (const message of messages) {
      // Chosen by key; the value, which may be in pieces here, is not looked at.
      const asked = message as Message;
      const partition = choose({ topic, partitionMetadata, message: asked });
      const name = `${topic}/${partition}`;
      const load = loads.get(name) ?? { topic, partition, records: [] };
      load.records.push(recordOf(message));
      loads.set(name, load);
    }
  }
  return [...loads.values()];
}
