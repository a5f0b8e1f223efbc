/**
 * Owns: one partition's transactional producer: fencing, the transaction of one commit.
 * Does not own: what is committed, and what follows from a failure (lane.ts).
 */
import type { OutRecord } from '../../ports/log.ts';
import type { Clock, Failpoint, Logger } from '../../ports/telemetry.ts';
import { createEosManager, type EosManager } from './eos-manager.ts';
import { typeOf } from './errors.ts';
import type { Wire } from './loads.ts';
import { TRANSACTION_TIMEOUT_MS } from './options.ts';
import { type Ends, partitioner, sendAll } from './sending.ts';
import { createTransactionalSender } from './transactional-sender.ts';

export interface TransactionParts {
  /** Of its own, not connected yet. */
  readonly wire: Wire;
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
   * to the caller whether that became visible, and this producer must not be used again: sequence
   * numbers and states do not survive a failed request. Throws kafkajs' errors.
   */
  commit(records: readonly OutRecord[], nextOffset: bigint, signal: AbortSignal): Promise<Ends>;
  close(): Promise<void>;
}

const MARKERS_PENDING_WAIT_MS = 2;

/**
 * Connects and fences: InitProducerId is answered only when no transaction under this id is open any
 * more. The coordinator aborts an open one, completes one whose end was already decided, and refuses
 * whatever the former producer sends from then on.
 */
export async function openTransactions(parts: TransactionParts): Promise<Transactions> {
  const { logger, topic, transactionalId, wire } = parts;
  const { cluster } = wire;
  const timeoutMs = TRANSACTION_TIMEOUT_MS;
  const eos = createEosManager({ cluster, transactionalId, timeoutMs, logger });
  try {
    await cluster.connect();
    // Otherwise kafkajs asks for all topics of the cluster, and fails where any has no leader.
    await cluster.addMultipleTargetTopics([topic]);
    await eos.initProducerId();
  } catch (error) {
    await cluster.disconnect();
    throw error;
  }
  return {
    commit: (records, nextOffset, signal) => commit(eos, parts, { records, nextOffset, signal }),
    close: () => cluster.disconnect(),
  };
}

interface Change {
  readonly records: readonly OutRecord[];
  readonly nextOffset: bigint;
  readonly signal: AbortSignal;
}

async function commit(eos: EosManager, parts: TransactionParts, change: Change): Promise<Ends> {
  eos.beginTransaction();
  let ends: Ends;
  try {
    ends = await sendRecords(eos, parts, change);
    parts.failpoint('after-produce');
    await sendOffset(eos, parts, change);
    parts.failpoint('before-commit');
  } catch (error) {
    await abort(eos, parts);
    throw error;
  }
  await eos.commit();
  parts.failpoint('after-commit');
  return ends;
}

function sendRecords(eos: EosManager, parts: TransactionParts, change: Change): Promise<Ends> {
  const { clock, transactionalId, wire } = parts;
  const { records, signal } = change;
  const sender = createTransactionalSender({
    ...wire,
    ...{ eos, transactionalId, partitioner },
    beginning: (begin) => afterMarkers(clock, signal, begin),
  });
  return sendAll(sender, records);
}

function sendOffset(
  eos: EosManager,
  { clock, group, partition, topic }: TransactionParts,
  { nextOffset, signal }: Change,
): Promise<void> {
  const offset = { partition, offset: String(nextOffset), metadata: null };
  const topics = [{ topic, partitions: [offset] }];
  return afterMarkers(clock, signal, () => eos.sendOffsets({ consumerGroupId: group, topics }));
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
async function abort(eos: EosManager, parts: TransactionParts): Promise<void> {
  try {
    await eos.abort();
  } catch (error) {
    const { topic, partition } = parts;
    parts.logger.debug({ topic, partition, error: String(error) }, 'Transaction left to the fence');
  }
}
