/**
 * Owns: appends outside of transactions as a sender for sending.ts: partitions, and repeats. A
 * partition that has acknowledged is not sent again.
 * Does not own: one try (produce-attempt.ts), portions (sending.ts), deadlines (appender.ts).
 */
import type { Cluster, ICustomPartitioner, RecordMetadata } from 'kafkajs';
import type { Clock } from '../../ports/telemetry.ts';
import { type Load, loadsOf, type Wire } from './loads.ts';
import { attempt, type Done, type Failure } from './produce-attempt.ts';
import type { ProduceLimits } from './produce-request.ts';
import type { SendBatch } from './sending.ts';

export interface AppendProducer {
  connect(): Promise<void>;
  disconnect(): Promise<void>;
  /** Resolves when each partition that got messages has acknowledged. Throws kafkajs' errors. */
  sendBatch(batch: SendBatch): Promise<RecordMetadata[]>;
}

export interface ProduceParts extends Wire {
  readonly partitioner: ICustomPartitioner;
  readonly clock: Clock;
}

/** As kafkajs' policy for the other requests (connection.ts): about three seconds in all. */
const ATTEMPTS = 6;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

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

  const sendLoads = async (
    loads: readonly Load[],
    limits: ProduceLimits,
  ): Promise<RecordMetadata[]> => {
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
