/**
 * Owns: one partition's transactional producer: fencing, the transaction of one commit.
 * Does not own: what is committed, and what follows from a failure (lane.ts).
 */
import type { Kafka, Producer, Transaction } from 'kafkajs';
import type { OutRecord } from '../../ports/log.ts';
import type { Clock, Failpoint, Logger } from '../../ports/telemetry.ts';
import { typeOf } from './errors.ts';
import { TRANSACTION_TIMEOUT_MS } from './options.ts';
import { type Ends, partitioner, sendAll } from './sending.ts';

export interface TransactionParts {
  readonly kafka: Kafka;
  readonly transactionalId: string;
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
}

export interface Transactions {
  /**
   * Writes `records` and the group's next offset in one transaction. After any error it is unknown
   * to the caller whether that became visible, and this producer must not be used again: kafkajs'
   * sequence numbers and states do not survive a failed request. Throws kafkajs' errors.
   */
  commit(records: readonly OutRecord[], nextOffset: bigint, signal: AbortSignal): Promise<Ends>;
  close(): Promise<void>;
}

const MARKERS_PENDING_WAIT_MS = 2;

/**
 * Connects and fences. connect() alone does not fence: kafkajs sends InitProducerId in the first
 * transaction(). It is answered only when no transaction under this id is open any more: the
 * coordinator aborts an open one, completes one whose end was already decided, and refuses
 * whatever the former producer sends from then on.
 */
export async function openTransactions(parts: TransactionParts): Promise<Transactions> {
  const producer = parts.kafka.producer({
    transactionalId: parts.transactionalId,
    transactionTimeout: TRANSACTION_TIMEOUT_MS,
    // `idempotent` is left out: transactions are idempotent without it, and it makes connect() ask
    // for another producer id, which needs another right.
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    createPartitioner: partitioner,
    // No repeats of a send: when one broker has acknowledged its part and another one has not,
    // kafkajs repeats by leader. If a partition that is done has a new leader by then, its records
    // are written once more, in the same transaction and with the next sequence numbers.
    retry: { retries: 0 },
  });
  try {
    await producer.connect();
    // Sends nothing, but makes kafkajs ask for this topic's metadata. Otherwise it asks for all
    // topics of the cluster, and fails where any of them has no leader.
    await producer.sendBatch({ topicMessages: [{ topic: parts.topic, messages: [] }] });
    const fence = await producer.transaction();
    await fence.abort();
  } catch (error) {
    await producer.disconnect();
    throw error;
  }
  return {
    commit: (records, nextOffset, signal) =>
      commit(producer, parts, { records, nextOffset, signal }),
    close: () => producer.disconnect(),
  };
}

interface Change {
  readonly records: readonly OutRecord[];
  readonly nextOffset: bigint;
  readonly signal: AbortSignal;
}

async function commit(producer: Producer, parts: TransactionParts, change: Change): Promise<Ends> {
  const transaction = await producer.transaction();
  let ends: Ends;
  try {
    ends = await sendRecords(transaction, parts, change);
    parts.failpoint('after-produce');
    await sendOffset(transaction, parts, change);
    parts.failpoint('before-commit');
  } catch (error) {
    await abort(transaction, parts);
    throw error;
  }
  await transaction.commit();
  parts.failpoint('after-commit');
  return ends;
}

/**
 * The first record goes alone: its send may be repeated while the markers of the last commit are
 * being written, as it fails before anything is produced. Those behind it find them written.
 */
async function sendRecords(
  transaction: Transaction,
  parts: TransactionParts,
  { records, signal }: Change,
): Promise<Ends> {
  if (records.length === 0) return new Map();
  const ends = await afterMarkers(parts.clock, signal, () =>
    sendAll(transaction, records.slice(0, 1)),
  );
  for (const [name, end] of await sendAll(transaction, records.slice(1))) ends.set(name, end);
  return ends;
}

function sendOffset(
  transaction: Transaction,
  { clock, group, partition, topic }: TransactionParts,
  { nextOffset, signal }: Change,
): Promise<void> {
  const offset = { partition, offset: String(nextOffset), metadata: null };
  const topics = [{ topic, partitions: [offset] }];
  return afterMarkers(clock, signal, () =>
    transaction.sendOffsets({ consumerGroupId: group, topics }),
  );
}

/** Repeats what begins a transaction while the coordinator still completes the last one. */
async function afterMarkers<T>(
  clock: Clock,
  signal: AbortSignal,
  begin: () => Promise<T>,
): Promise<T> {
  for (;;) {
    try {
      return await begin();
    } catch (error) {
      if (typeOf(error) !== 'CONCURRENT_TRANSACTIONS' || signal.aborted) throw error;
      await clock.sleep(MARKERS_PENDING_WAIT_MS, signal);
    }
  }
}

/** Only to free what others wait for; where it fails, the next owner's fence aborts. */
async function abort(transaction: Transaction, parts: TransactionParts): Promise<void> {
  try {
    await transaction.abort();
  } catch (error) {
    const { topic, partition } = parts;
    parts.logger.debug({ topic, partition, error: String(error) }, 'Transaction left to the fence');
  }
}
