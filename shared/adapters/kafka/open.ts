/**
 * Owns: the port `Log` on Kafka: what is shared by its parts, and its lifecycle.
 * Does not own: any of the promises in detail; see the files beside this one.
 */
import type { Kafka } from 'kafkajs';
import { FatalError, TransientError } from '../../errors/fault.ts';
import type {
  ConsumerOptions,
  LaneHandler,
  Log,
  LogRecord,
  OutRecord,
  PartitionPosition,
  ReadOptions,
  TopicSpec,
  TopicStatus,
} from '../../ports/log.ts';
import { type Appender, createAppender } from './appender.ts';
import { createAttachments } from './attachments.ts';
import { clusterOf } from './cluster.ts';
import { createAppendClient, createClient, createTransactionalClient } from './connection.ts';
import { type RunningConsumer, startConsumer } from './consumer.ts';
import type { LaneContext } from './lane.ts';
import type { Wire } from './loads.ts';
import { type AdminAccess, adminAccess } from './admin-access.ts';
import { committedOffsets } from './committed-offsets.ts';
import { APPEND_TIMEOUT_MS, DEFAULT_GROUP_TIMES, type KafkaLogOptions } from './options.ts';
import { type AppendProducer, createAppendProducer } from './produce.ts';
import { readTopic } from './read-topic.ts';
import { partitioner } from './sending.ts';
import { type Sockets, socketBook } from './sockets.ts';
import { type StateFolder, stateFolder } from './state-folder.ts';
import { untilServed } from './topic-wait.ts';
import { ensureTopics, isDurable, replicasOn } from './topics.ts';
import { type TopicGuard, topicGuard } from './topic-guard.ts';
import { openTopicReader } from './topic-reader.ts';

/** Connects. Throws TransientError (no broker answers), FatalError (credentials, certificates). */
export async function openKafkaLog(options: KafkaLogOptions): Promise<Log> {
  const log = new KafkaLog(options);
  try {
    await log.connect();
  } catch (error) {
    await log.close();
    throw error;
  }
  return log;
}

function openAppendProducer(options: KafkaLogOptions, sockets: Sockets): AppendProducer {
  const attachments = createAttachments();
  const factory = attachments.known(sockets.factory);
  const cluster = clusterOf(createAppendClient(options, { ...sockets, factory }));
  return createAppendProducer({ cluster, attachments, partitioner, clock: options.clock });
}

/** A connection of its own for the transactions of each lane. */
function transactionalWires(options: KafkaLogOptions): () => Wire {
  const attachments = createAttachments();
  const client = createTransactionalClient(options, attachments.known(socketBook().factory));
  return () => ({ cluster: clusterOf(client), attachments });
}

const DURABILITY_LOOK_MS = 60_000;

class KafkaLog implements Log {
  readonly #options: KafkaLogOptions;
  readonly #client: Kafka;
  readonly #transactional: () => Wire;
  readonly #appender: Appender;
  readonly #admin: AdminAccess;
  readonly #topics: TopicGuard;
  readonly #states: StateFolder;
  readonly #consumers = new Set<RunningConsumer>();
  readonly #closed = new AbortController();
  #closing: Promise<void> | undefined;
  #hasWarned = false;
  #looking: NodeJS.Timeout | undefined;

  constructor(options: KafkaLogOptions) {
    const client = createClient(options);
    this.#options = options;
    this.#client = client;
    this.#transactional = transactionalWires(options);
    this.#admin = adminAccess(client);
    this.#topics = topicGuard(this.#admin, options.clock);
    this.#states = stateFolder(options.stateDirectory, () => options.clock.now());
    this.#appender = createAppender({
      clock: options.clock,
      timeoutMs: options.appendTimeoutMs ?? APPEND_TIMEOUT_MS,
      producer: (sockets) => openAppendProducer(options, sockets),
      onTrouble: (reason) => options.onAppendTrouble?.(reason),
      mustExist: (records) => this.#topics.mustExist(records),
    });
  }

  async connect(): Promise<void> {
    await this.#appender.connect();
    if (this.#options.onDurability === undefined) return;
    await this.#lookAtDurability(this.#admin);
    const look = () => void this.#lookAtDurability(this.#admin);
    this.#looking = setInterval(look, DURABILITY_LOOK_MS).unref();
  }

  async append(records: readonly OutRecord[]): Promise<void> {
    this.#mustBeOpen();
    if (records.length === 0) return;
    await this.#appender.append(records);
  }

  async consume(options: ConsumerOptions, handler: LaneHandler): Promise<RunningConsumer> {
    this.#mustBeOpen();
    const times = { ...DEFAULT_GROUP_TIMES, ...this.#options.group };
    const context = this.#laneContext(options);
    const consumer = await startConsumer({ context, times, options, handler });
    if (this.#closed.signal.aborted) await consumer.abandon();
    this.#consumers.add(consumer);
    const forget = () => this.#consumers.delete(consumer);
    consumer.done.then(forget, forget);
    return consumer;
  }

  #laneContext({ changelogTopic, group, topic }: ConsumerOptions): LaneContext {
    const { clock, failpoint, logger, transactionalIdPrefix } = this.#options;
    return {
      group,
      topic,
      changelogTopic,
      transactionalIdPrefix,
      general: this.#client,
      transactional: this.#transactional,
      states: this.#states,
      topics: this.#topics,
      logger,
      clock,
      failpoint: failpoint ?? (() => undefined),
    };
  }

  read(options: ReadOptions): AsyncIterable<LogRecord> {
    this.#mustBeOpen();
    const { clock, logger } = this.#options;
    const signal = AbortSignal.any([options.signal, this.#closed.signal]);
    return readTopic({ kafka: this.#client, logger, clock }, { ...options, signal });
  }

  async positions(group: string, topic: string): Promise<readonly PartitionPosition[]> {
    this.#mustBeOpen();
    const reader = await openTopicReader(this.#client, topic, this.#options.clock);
    try {
      const partitions = await reader.partitions();
      const [starts, ends, committed] = await Promise.all([
        reader.starts(partitions),
        reader.ends(partitions),
        committedOffsets(this.#admin, group, topic),
      ]);
      return partitions.map((partition) => ({
        partition,
        committed: committed.get(partition) ?? starts.get(partition) ?? 0n,
        end: ends.get(partition) ?? 0n,
      }));
    } finally {
      await reader.close();
    }
  }

  ensureTopics(specs: readonly TopicSpec[]): Promise<readonly TopicStatus[]> {
    return this.#settleTopics(specs, 'apply');
  }

  reviewTopics(specs: readonly TopicSpec[]): Promise<readonly TopicStatus[]> {
    return this.#settleTopics(specs, 'review');
  }

  async #settleTopics(specs: readonly TopicSpec[], mode: 'apply' | 'review') {
    this.#mustBeOpen();
    const { clock, replicationFactor } = this.#options;
    const served = (topic: string) => untilServed(this.#client, topic, clock);
    return ensureTopics({ access: this.#admin, replicationFactor, served }, specs, mode);
  }

  /** With a connection of its own, so that it tells what a start would meet now. */
  async ping(): Promise<void> {
    this.#mustBeOpen();
    const probe = adminAccess(this.#client);
    try {
      await probe.ask('connecting to Kafka', () => Promise.resolve());
      await this.#lookAtDurability(probe);
    } finally {
      await probe.close();
    }
  }

  /** Says what it can: kafkajs asks for all topics with it, and fails where any has no leader. */
  async #lookAtDurability(admin: AdminAccess): Promise<void> {
    try {
      const { brokers } = await admin.ask('counting the brokers', (a) => a.describeCluster());
      this.#tellDurability(brokers.length);
    } catch (error) {
      // Nor is the right to ask needed for anything else.
      if (!(error instanceof TransientError || error instanceof FatalError)) throw error;
      this.#options.logger.debug({ error: error.message }, 'Brokers not counted');
    }
  }

  #tellDurability(brokers: number): void {
    const { logger, onDurability, replicationFactor } = this.#options;
    const replicas = Math.min(brokers, replicasOn(brokers, replicationFactor));
    const isWeak = !isDurable(replicas);
    onDurability?.(isWeak ? `${replicas} of 3 replicas (${brokers} brokers)` : undefined);
    if (!isWeak || this.#hasWarned) return;
    this.#hasWarned = true;
    logger.warn({ brokers, replicas }, 'Fewer than three replicas: durability is degraded');
  }

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#closed.abort();
    clearInterval(this.#looking);
    await Promise.all([...this.#consumers].map((consumer) => consumer.abandon()));
    await Promise.all([this.#appender.close(), this.#admin.close(), this.#states.close()]);
  }

  #mustBeOpen(): void {
    if (this.#closed.signal.aborted) {
      throw new FatalError('The log is closed', { code: 'log_unavailable' });
    }
  }
}
