/**
 * Owns: the bytes of Produce version 7, and of its answer. Pure.
 * Does not own: record batches (record-batch.ts), sending (produce.ts).
 * Layout: https://kafka.apache.org/protocol.html#The_Messages_Produce
 */
import { type BatchProducer, type BatchRecord, type Chunks, recordBatch } from './record-batch.ts';

export const PRODUCE_KEY = 0;
export const PRODUCE_VERSION = 7;

export interface PartitionRecords {
  readonly partition: number;
  readonly records: readonly BatchRecord[];
  readonly producer?: BatchProducer;
}

export interface TopicRecords {
  readonly topic: string;
  readonly partitions: readonly PartitionRecords[];
}

export interface PartitionAnswer {
  readonly topic: string;
  readonly partition: number;
  /** Of the protocol; 0 is none. */
  readonly errorCode: number;
  readonly baseOffset: bigint;
}

export interface ProduceAnswer {
  readonly partitions: readonly PartitionAnswer[];
  /** How long the broker wants to hear nothing; kafkajs holds requests back for so long. */
  readonly clientSideThrottleTime: number;
}

const NULL_STRING = -1;

function topicHead({ partitions, topic }: TopicRecords): Buffer {
  const name = Buffer.from(topic);
  const head = Buffer.allocUnsafe(2 + name.length + 4);
  head.writeInt16BE(name.length, 0);
  name.copy(head, 2);
  head.writeInt32BE(partitions.length, 2 + name.length);
  return head;
}

function nullableString(text: string | undefined): Buffer {
  const bytes = Buffer.from(text ?? '');
  const length = Buffer.allocUnsafe(2);
  length.writeInt16BE(text === undefined ? NULL_STRING : bytes.length, 0);
  return Buffer.concat([length, bytes]);
}

export interface ProduceLimits {
  readonly acks: number;
  /** In ms, of the broker's own waiting for replicas. */
  readonly timeout: number;
  /** Absent: outside of transactions. */
  readonly transactionalId?: string;
}

/** All of the request after its header. */
export function encodeProduce(
  topics: readonly TopicRecords[],
  { acks, timeout, transactionalId }: ProduceLimits,
): Chunks {
  const head = Buffer.allocUnsafe(10);
  head.writeInt16BE(acks, 0);
  head.writeInt32BE(timeout, 2);
  head.writeInt32BE(topics.length, 6);
  const parts: Buffer[] = [nullableString(transactionalId), head];
  for (const topic of topics) {
    parts.push(topicHead(topic));
    for (const { partition, producer, records } of topic.partitions) {
      const batch = recordBatch(records, producer);
      const partitionHead = Buffer.allocUnsafe(8);
      partitionHead.writeInt32BE(partition, 0);
      partitionHead.writeInt32BE(batch.bytes, 4);
      parts.push(partitionHead, ...batch.parts);
    }
  }
  return { parts, bytes: parts.reduce((sum, part) => sum + part.length, 0) };
}

/** Of each partition: number, error, base offset, time of appending, start of the log. */
const PARTITION_BYTES = 4 + 2 + 8 + 8 + 8;

/** Throws where `payload` is cut short: no broker sends that. */
export function decodeProduced(payload: Buffer): ProduceAnswer {
  const partitions: PartitionAnswer[] = [];
  let at = 4;
  for (let topics = payload.readInt32BE(0); topics > 0; topics--) {
    const length = payload.readInt16BE(at);
    const topic = payload.toString('utf8', at + 2, at + 2 + length);
    at += 2 + length;
    const count = payload.readInt32BE(at);
    at += 4;
    for (let i = 0; i < count; i++, at += PARTITION_BYTES) {
      partitions.push({
        topic,
        partition: payload.readInt32BE(at),
        errorCode: payload.readInt16BE(at + 4),
        baseOffset: payload.readBigInt64BE(at + 6),
      });
    }
  }
  return { partitions, clientSideThrottleTime: payload.readInt32BE(at) };
}
