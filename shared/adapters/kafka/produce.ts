/**
 * Owns: appends outside of transactions as a sender for sending.ts: partitions, and repeats. A
 * partition that has acknowledged is not sent again.
 * Does not own: one try (produce-attempt.ts), portions (sending.ts), deadlines (appender.ts).
 */
import type { Cluster, ICustomPartitioner, Message, RecordMetadata } from 'kafkajs';
import type { Bytes } from '../../domain/bytes.ts';
import type { Clock } from '../../ports/telemetry.ts';
import {
  attempt,
  type Done,
  type Failure,
  type Limits,
  type Load,
  type Wire,
} from './produce-attempt.ts';
import type { BatchRecord } from './record-batch.ts';
import type { MessageOf, SendBatch } from './sending.ts';

type Batch = SendBatch<Bytes | null>;

export interface AppendProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Resolves when each partition that got messages has acknowledged. Throws kafkajs' errors. */
  sendBatch(batch: Batch): Promise<RecordMetadata[]>;
}

export interface ProduceParts extends Wire {
  readonly partitioner: ICustomPartitioner;
  readonly clock: Clock;
}

/** As kafkajs' policy for the other requests (connection.ts): about three seconds in all. */
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

function keyOf(key: Buffer | string | null | undefined): Buffer | null {
  return typeof key === 'string' ? Buffer.from(key) : (key ?? null);
}

function recordOf({ headers = {}, key, timestamp, value }: MessageOf<Bytes | null>): BatchRecord {
  return {
    key: keyOf(key),
    value,
    headers: Object.entries(headers).map(([name, text]) => [
      Buffer.from(name),
      Buffer.from(String(text)),
    ]),
    timestampMs: Number(timestamp),
  };
}

type Choose = ReturnType<ICustomPartitioner>;

function loadsOf(
  cluster: Cluster,
  choose: Choose,
  topicMessages: Batch['topicMessages'],
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

/** Finds out who leads now, after something went wrong. */
async function recover(cluster: Cluster, { host, name, port }: Failure): Promise<void> {
  if (name === 'KafkaJSConnectionClosedError' && host !== undefined && port !== undefined) {
    cluster.removeBroker({ host, port });
  }
  if (!cluster.isConnected()) await cluster.connect();
  await cluster.refreshMetadata();
}

/** What `action` returns, or what it throws as the one failure. */
async function failuresOf(action: () => Promise<readonly Failure[]>): Promise<readonly Failure[]> {
  try {
    return await action();
  } catch (error) {
    return [error as Failure];
  }
}

function isFinal({ retriable }: Failure): boolean {
  return retriable !== true;
}

export function createAppendProducer(parts: ProduceParts): AppendProducer {
  const { clock, cluster } = parts;
  const choose = parts.partitioner();
  const ended = new AbortController();

  /** Before the next try. Throws what no try can mend. */
  const pause = async (failure: Failure, pauseMs: number): Promise<void> => {
    await clock.sleep(pauseMs, ended.signal);
    const [worse] = await failuresOf(() => recover(cluster, failure).then(() => []));
    if (worse !== undefined && isFinal(worse)) throw worse;
  };

  const sendLoads = async (loads: readonly Load[], limits: Limits): Promise<RecordMetadata[]> => {
    const done: Done = new Map();
    let open = loads;
    let pauseMs = FIRST_PAUSE_MS;
    for (let left = ATTEMPTS - 1; open.length > 0; left--) {
      const failures = await failuresOf(() => attempt(parts, open, limits, done));
      const failure = failures.find(isFinal) ?? failures[0];
      open = open.filter((load) => !done.has(load));
      if (failure === undefined) continue;
      if (isFinal(failure) || left === 0 || ended.signal.aborted) throw failure;
      await pause(failure, pauseMs);
      pauseMs = Math.min(2 * pauseMs, LONGEST_PAUSE_MS);
    }
    return [...done.values()];
  };

  return {
    connect: () => cluster.connect(),
    async disconnect() {
      ended.abort();
      await cluster.disconnect();
    },
    async sendBatch({ topicMessages, ...limits }) {
      await cluster.addMultipleTargetTopics(topicMessages.map(({ topic }) => topic));
      await cluster.refreshMetadataIfNecessary();
      return sendLoads(loadsOf(cluster, choose, topicMessages), limits);
    },
  };
}
