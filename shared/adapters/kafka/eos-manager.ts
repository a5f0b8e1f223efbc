/**
 * Owns: kafkajs' keeper of a producer's id, epoch, sequences and transaction, which is not part of its
 * declared interface: the version is pinned, and the contract and fencing tests use it. It knows the
 * states of a transaction and how its requests are repeated; only records are sent by ourselves.
 * Does not own: sending records (transactional-sender.ts).
 */
import { createRequire } from 'node:module';
import type { Cluster } from 'kafkajs';
import type { Logger } from '../../ports/telemetry.ts';

interface TopicPartitions {
  readonly topic: string;
  readonly partitions: readonly { readonly partition: number }[];
}

interface GroupOffsets {
  readonly consumerGroupId: string;
  readonly topics: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly offset: string;
      readonly metadata: string | null;
    }[];
  }[];
}

/** What of it is used here. Throws kafkajs' errors. */
export interface EosManager {
  /** Fences: whoever had this transactional id before can make nothing visible any more. */
  initProducerId(): Promise<void>;
  /** A decimal number of 64 bits. */
  getProducerId(): string;
  getProducerEpoch(): number;
  getSequence(topic: string, partition: number): number;
  updateSequence(topic: string, partition: number, increment: number): void;
  beginTransaction(): void;
  addPartitionsToTransaction(topics: readonly TopicPartitions[]): Promise<void>;
  sendOffsets(offsets: GroupOffsets): Promise<void>;
  commit(): Promise<void>;
  abort(): Promise<void>;
}

type Create = (parts: {
  readonly logger: { debug(message: string, fields?: object): void };
  readonly cluster: Cluster;
  readonly transactionTimeout: number;
  readonly transactional: true;
  readonly transactionalId: string;
}) => EosManager;

const create = createRequire(import.meta.url)('kafkajs/src/producer/eosManager') as Create;

interface EosParts {
  readonly cluster: Cluster;
  readonly transactionalId: string;
  readonly timeoutMs: number;
  readonly logger: Logger;
}

export function createEosManager(parts: EosParts): EosManager {
  const { cluster, logger, timeoutMs, transactionalId } = parts;
  return create({
    logger: { debug: (said, fields) => logger.debug({ ...fields, said }, 'kafkajs') },
    cluster,
    transactionTimeout: timeoutMs,
    transactional: true,
    transactionalId,
  });
}
