/**
 * Owns: handing records to a sender in portions it can take, and making sure that every one of them
 * was acknowledged. A sender writes them outside of transactions (produce.ts) or in one
 * (transactional-sender.ts).
 * Does not own: producers and transactions.
 */
import { type ICustomPartitioner, type Message, Partitioners, type RecordMetadata } from 'kafkajs';
import { type Bytes, lengthOf } from '../../domain/bytes.ts';
import { partitionOfKey } from '../../domain/murmur2.ts';
import { FatalError, TransientError } from '../../errors/fault.ts';
import type { OutRecord } from '../../ports/log.ts';

/** A message as kafkajs has it, but for its value, which may be in pieces. */
export type OutMessage = Omit<Message, 'value'> & { readonly value: Bytes | null };

export interface TopicMessages {
  readonly topic: string;
  readonly messages: OutMessage[];
}

export interface SendBatch {
  readonly acks: number;
  readonly timeout: number;
  readonly topicMessages: TopicMessages[];
}

interface Sender {
  sendBatch(batch: SendBatch): Promise<RecordMetadata[]>;
}

/**
 * One record batch is made of all messages for a partition, and the topic's limit is on the batch:
 * portions stay below the broker's default limit of 1 MiB. A larger record goes alone.
 */
const PORTION_BYTES = 900_000;
const RECORD_OVERHEAD_BYTES = 64;
/** How long the broker may wait for the other replicas before it answers REQUEST_TIMED_OUT. */
const ACK_TIMEOUT_MS = 10_000;
const ALL_REPLICAS = -1;

/**
 * Kafka's default partitioner (murmur2 of the key; kafkajs' own gives the same, slower), with two
 * differences. The choice is written into the message, so that a repeated attempt goes to the same partition also without a key. A
 * partition that does not exist is refused; kafkajs drops such messages and reports success.
 */
export const partitioner: ICustomPartitioner = () => {
  const choose = Partitioners.DefaultPartitioner();
  return (args) => {
    const { message, partitionMetadata, topic } = args;
    const { key } = message;
    const isOurs = message.partition === undefined && Buffer.isBuffer(key);
    const partition = isOurs ? partitionOfKey(key, partitionMetadata.length) : choose(args);
    if (!partitionMetadata.some((p) => p.partitionId === partition)) {
      const what = `partition ${partition} of topic ${topic} does not exist`;
      throw new FatalError(what, { code: 'missing_topic' });
    }
    message.partition = partition;
    return partition;
  };
};

function messageOf(record: OutRecord): OutMessage {
  return {
    key: record.key,
    value: record.value,
    timestamp: String(record.timestampMs),
    ...(record.headers === undefined ? {} : { headers: { ...record.headers } }),
    ...(record.partition === undefined ? {} : { partition: record.partition }),
  };
}

function sizeOf(record: OutRecord): number {
  const { key, value } = record;
  let bytes = RECORD_OVERHEAD_BYTES + (key?.length ?? 0) + (value === null ? 0 : lengthOf(value));
  for (const [name, text] of Object.entries(record.headers ?? {})) {
    bytes += 4 + Buffer.byteLength(name) + Buffer.byteLength(text);
  }
  return bytes;
}

/** Splits in order; a portion has at least one record. */
export function* portionsOf(records: readonly OutRecord[]): Generator<readonly OutRecord[]> {
  let portion: OutRecord[] = [];
  let bytes = 0;
  for (const record of records) {
    const size = sizeOf(record);
    if (portion.length > 0 && bytes + size > PORTION_BYTES) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(record);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}

function byTopic(records: readonly OutRecord[]): TopicMessages[] {
  const topics = new Map<string, OutMessage[]>();
  for (const record of records) {
    const messages = topics.get(record.topic);
    if (messages === undefined) topics.set(record.topic, [messageOf(record)]);
    else messages.push(messageOf(record));
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

/** Offset after the last record that was written to a partition, by `partitionName`. */
export type Ends = Map<string, bigint>;

export function partitionName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/** Each partition that got messages must be in the answer. */
function noteEnds(ends: Ends, sent: readonly TopicMessages[], answer: RecordMetadata[]): void {
  const bases = new Map(answer.map((a) => [partitionName(a.topicName, a.partition), a.baseOffset]));
  const counts = new Map<string, number>();
  for (const { topic, messages } of sent) {
    for (const { partition } of messages) {
      const name = partitionName(topic, partition ?? -1);
      counts.set(name, (counts.get(name) ?? 0) + 1);
    }
  }
  for (const [name, count] of counts) {
    const base = bases.get(name);
    if (base === undefined) {
      const what = `no acknowledgement for ${name}`;
      throw new TransientError(what, { code: 'log_unavailable' });
    }
    ends.set(name, BigInt(base) + BigInt(count));
  }
}

/** Sends in order; resolves when all replicas in sync have everything. Throws kafkajs' errors. */
export async function sendAll(sender: Sender, records: readonly OutRecord[]): Promise<Ends> {
  const ends: Ends = new Map();
  for (const portion of portionsOf(records)) {
    const topicMessages = byTopic(portion);
    const answer = await sender.sendBatch({
      acks: ALL_REPLICAS,
      timeout: ACK_TIMEOUT_MS,
      topicMessages,
    });
    noteEnds(ends, topicMessages, answer);
  }
  return ends;
}
