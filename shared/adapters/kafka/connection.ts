/**
 * Owns: the kafkajs clients: brokers, TLS, SASL, retry policies, and where their log lines go.
 * Does not own: what is done with them.
 */
import type { ConnectionOptions } from 'node:tls';
import {
  type ISocketFactory,
  Kafka,
  type KafkaConfig,
  type LogEntry,
  logLevel,
  type RetryOptions,
  type SASLOptions,
} from 'kafkajs';
import type { Logger } from '../../ports/telemetry.ts';
import { APPEND_TIMEOUT_MS, type KafkaLogOptions } from './options.ts';
import type { Sockets } from './sockets.ts';

/** For all but transactions: gives up after about three seconds, so that callers can be told. */
const RETRY: RetryOptions = {
  initialRetryTime: 100,
  multiplier: 2,
  maxRetryTime: 1_000,
  retries: 5,
};

/** kafkajs nests these when no broker can be reached: about three seconds in all. */
const APPEND_RETRY: RetryOptions = {
  initialRetryTime: 100,
  multiplier: 2,
  maxRetryTime: 500,
  retries: 2,
};

/**
 * A broker answers CONCURRENT_TRANSACTIONS for the milliseconds in which it still writes the
 * markers of the last commit. kafkajs waits 300 ms on it by default (measured: p50 260 ms a
 * commit, with these figures 12 ms). The waits add up to about 2.5 s, not more, because kafkajs
 * nests its repeats; what takes longer is repeated by the lane.
 */
const TRANSACTION_RETRY: RetryOptions = {
  initialRetryTime: 2,
  multiplier: 2,
  factor: 0.2,
  maxRetryTime: 250,
  retries: 16,
};

const CONNECTION_TIMEOUT_MS = 3_000;
const REQUEST_TIMEOUT_MS = 15_000;
const TRANSACTION_REQUEST_TIMEOUT_MS = 10_000;

/** The client of all but transactions and appends. */
export function createClient(options: KafkaLogOptions): Kafka {
  return new Kafka({ ...baseConfig(options), retry: RETRY, requestTimeout: REQUEST_TIMEOUT_MS });
}

/**
 * The client of transactions: of its own, because kafkajs takes the policy for InitProducerId,
 * AddPartitionsToTxn and TxnOffsetCommit from the client.
 */
export function createTransactionalClient(
  options: KafkaLogOptions,
  socketFactory: ISocketFactory,
): Kafka {
  const requestTimeout = TRANSACTION_REQUEST_TIMEOUT_MS;
  return new Kafka({
    ...baseConfig(options),
    ...{ retry: TRANSACTION_RETRY, requestTimeout, socketFactory },
  });
}

/**
 * The client of appends. A request may take as long as an append: the appender gives up before
 * kafkajs would send it a second time.
 */
export function createAppendClient(options: KafkaLogOptions, sockets: Sockets): Kafka {
  const requestTimeout = options.appendTimeoutMs ?? APPEND_TIMEOUT_MS;
  const { factory: socketFactory } = sockets;
  return new Kafka({ ...baseConfig(options), retry: APPEND_RETRY, requestTimeout, socketFactory });
}

function baseConfig(options: KafkaLogOptions): KafkaConfig {
  return {
    brokers: [...options.brokers],
    clientId: options.clientId,
    connectionTimeout: CONNECTION_TIMEOUT_MS,
    logLevel: logLevel.WARN,
    logCreator: () => (entry) => forward(options.logger, entry),
    ...(options.ssl === undefined ? {} : { ssl: tlsOf(options.ssl) }),
    ...(options.sasl === undefined ? {} : { sasl: saslOf(options.sasl) }),
  };
}

function tlsOf(ssl: NonNullable<KafkaLogOptions['ssl']>): ConnectionOptions {
  return { ...ssl };
}

/** kafkajs' type is a union by mechanism, of which ours share one form. */
function saslOf(sasl: NonNullable<KafkaLogOptions['sasl']>): SASLOptions {
  return { ...sasl };
}

/**
 * kafkajs calls each attempt that it will repeat an error: every rebalance, every marker that is
 * still being written. What matters is thrown or emitted as well and logged by this adapter in its
 * own words, so the client's lines are for debugging only.
 */
function forward(logger: Logger, entry: LogEntry): void {
  const { message, timestamp: _, ...rest } = entry.log;
  logger.debug({ ...rest, source: entry.namespace, level: entry.label, said: message }, 'kafkajs');
}
