/**
 * Owns: the records of a transaction as a sender for sending.ts: partitions, sequences, one try. There
 * are no repeats: after any error the producer is given up and its transaction fenced, since a
 * repeat whose first try did arrive is where records get lost or doubled.
 * Does not own: the transaction's states and its other requests (eos-manager.ts), what is committed
 * (transactions.ts), one try (produce-attempt.ts).
 */
import type { ICustomPartitioner, RecordMetadata } from 'kafkajs';
import type { EosManager } from './eos-manager.ts';
import { type Load, loadsOf, type Wire } from './loads.ts';
import { attempt, type Done } from './produce-attempt.ts';
import type { SendBatch } from './sending.ts';

export interface TransactionalSender {
  /** Resolves when each partition that got messages has acknowledged. Throws kafkajs' errors. */
  sendBatch(batch: SendBatch): Promise<RecordMetadata[]>;
}

export interface SenderParts extends Wire {
  readonly eos: EosManager;
  readonly transactionalId: string;
  readonly partitioner: ICustomPartitioner;
  /** Runs what begins a transaction, again while the last one is still being completed. */
  beginning<T>(begin: () => Promise<T>): Promise<T>;
}

function partitionsOf(loads: readonly Load[]) {
  return loads.map(({ partition, topic }) => ({ topic, partitions: [{ partition }] }));
}

/** Takes the next sequence numbers of each partition. */
function numbered(eos: EosManager, load: Load): Load {
  const { partition, records, topic } = load;
  const sequence = eos.getSequence(topic, partition);
  eos.updateSequence(topic, partition, records.length);
  const id = BigInt(eos.getProducerId());
  return { ...load, producer: { id, epoch: eos.getProducerEpoch(), sequence } };
}

export function createTransactionalSender(parts: SenderParts): TransactionalSender {
  const { beginning, cluster, eos, transactionalId } = parts;
  const choose = parts.partitioner();
  return {
    async sendBatch({ topicMessages, ...limits }) {
      await cluster.addMultipleTargetTopics(topicMessages.map(({ topic }) => topic));
      await cluster.refreshMetadataIfNecessary();
      const chosen = loadsOf(cluster, choose, topicMessages);
      await beginning(() => eos.addPartitionsToTransaction(partitionsOf(chosen)));
      const loads = chosen.map((load) => numbered(eos, load));
      const done: Done = new Map();
      const [failure] = await attempt(parts, loads, { ...limits, transactionalId }, done);
      if (failure !== undefined) throw failure;
      return [...done.values()];
    },
  };
}
