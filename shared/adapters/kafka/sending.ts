/**
 * Owns: handing records to a sender in portions it can take, and making sure that every one of them
 * was acknowledged. A sender is a transaction of kafkajs, or our own requests (produce.ts).
 * Does not own: producers and transactions.
 */
import { type ICustomPartitioner, type Message, Partitioners, type RecordMetadata } from 'kafkajs';
import { type Bytes, joined, lengthOf } from '../../domain/bytes.ts';
import { partitionOfKey } from '../../domain/murmur2.ts';
import { FatalError, TransientError } from '../../errors/fault.ts';
import type { OutRecord } from '../../ports/log.ts';

/** A message of kafkajs, but for how its value is given. */
export type MessageOf<V> = Omit<Message, 'value'> & { readonly value: V };

export interface TopicMessagesOf<V> {
  readonly topic: string;
  readonly messages: MessageOf<V>[];
}

export interface SendBatch<V> {
  readonly acks: number;
  readonly timeout: number;
  readonly topicMessages: TopicMessagesOf<V>[];
}

interface Sender<V> {
  sendBatch(batch: SendBatch<V>): Promise<RecordMetadata[]>;
}

/**
 * kafkajs makes one record batch of all messages for a partition, and the topic's limit is on the
 * batch: portions stay below the broker's default limit of 1 MiB. A larger record goes alone.
 */
const PORTION_BYTES = 900_000;
/** kafkajs copies a partition's list for every message it adds to it: quadratic in this number. */
const PORTION_RECORDS = 1_000;
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

type ValueAs<V> = (value: Bytes | null) => V;

function messageOf<V>(record: OutRecord, valueAs: ValueAs<V>): MessageOf<V> {
  return {
    key: record.key,
    value: valueAs(record.value),
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
    const isFull = bytes + size > PORTION_BYTES || portion.length >= PORTION_RECORDS;
    if (portion.length > 0 && isFull) {
      yield portion;
      portion = [];
      bytes = 0;
    }
    portion.push(record);
    bytes += size;
  }
  if (portion.length > 0) yield portion;
}

function byTopic<V>(records: readonly OutRecord[], valueAs: ValueAs<V>): TopicMessagesOf<V>[] {
  const topics = new Map<string, MessageOf<V>[]>();
  for (const record of records) {
    const messages = topics.get(record.topic);
    if (messages === undefined) topics.set(record.topic, [messageOf(record, valueAs)]);
    else messages.push(messageOf(record, valueAs));
  }
  return [...topics].map(([topic, messages]) => ({ topic, messages }));
}

/** Offset after the last record that was written to a partition, by `partitionName`. */
export type Ends = Map<string, bigint>;

export function partitionName(topic: string, partition: number): string {
  return `${topic}/${partition}`;
}

/**
 * kafkajs loses messages on a repeat: when one broker has answered and another one has not, and
 * the latter's partition moves to the former, the repeat takes that broker as done and reports
 * success. So each partition that got messages must be in the answer.
 */
function noteEnds(
  ends: Ends,
  sent: readonly TopicMessagesOf<unknown>[],
  answer: RecordMetadata[],
): void {
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

async function send<V>(
  sender: Sender<V>,
  records: readonly OutRecord[],
  valueAs: ValueAs<V>,
): Promise<Ends> {
  const ends: Ends = new Map();
  for (const portion of portionsOf(records)) {
    const topicMessages = byTopic(portion, valueAs);
    const answer = await sender.sendBatch({
      acks: ALL_REPLICAS,
      timeout: ACK_TIMEOUT_MS,
      topicMessages,
    });
    noteEnds(ends, topicMessages, answer);
  }
  return ends;
}

/** Sends in order; resolves when all replicas in sync have everything. Throws kafkajs' errors. */
export function sendAll(
  sender: Sender<Buffer | null>,
  records: readonly OutRecord[],
): Promise<Ends> {
  return send(sender, records, (value) => (value === null ? null : joined(value)));
}

/** As sendAll, to a sender that takes values in pieces. */
export function sendInPieces(
  sender: Sender<Bytes | null>,
  records: readonly OutRecord[],
): Promise<Ends> {
  return send(sender, records, (value) => value);
}
