/**
 * Owns: building the adapters that a configuration names: the composition root's shared half.
 * Does not own: which workers run (services/cli).
 * Clients are imported when they are opened: a scan needs none, and they take half a second to load.
 */
import { join } from 'node:path';
import type { KafkaSasl, KafkaTls } from '../adapters/kafka/options.ts';
import { createLogger } from '../adapters/pino/logger.ts';
import { createMetrics, type Metrics } from '../adapters/prometheus/metrics.ts';
import type { Config } from '../config/load.ts';
import { createHealth, type Health } from '../pipeline/health.ts';
import type { EventStore } from '../ports/event-store.ts';
import type { Log } from '../ports/log.ts';
import type { Clock, Failpoint, Logger } from '../ports/telemetry.ts';
import { systemClock } from './clock.ts';
import { createFailpoint } from './failpoint.ts';

export interface Context {
  readonly config: Config;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  logger(worker: string): Logger;
}

export function createContext(config: Config): Context {
  return {
    config,
    metrics: createMetrics(),
    health: createHealth(),
    clock: systemClock,
    failpoint: createFailpoint(config.testing.failpoint),
    logger: (worker) => createLogger(config.logging.level, worker),
  };
}

/** True when the log is the embedded one: no broker is configured. */
export function isLogEmbedded(config: Config): boolean {
  return config.kafka.brokers === undefined;
}

export function isStoreEmbedded(config: Config): boolean {
  return config.elasticsearch.node === undefined;
}

function kafkaTls({ kafka, secrets }: Config): KafkaTls | undefined {
  if (!kafka.ssl.enabled) return undefined;
  const ca = secrets['kafka.ssl.caFile']?.reveal();
  const cert = secrets['kafka.ssl.certFile']?.reveal();
  const key = secrets['kafka.ssl.keyFile']?.reveal();
  return {
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
}

function kafkaSasl({ kafka, secrets }: Config): KafkaSasl | undefined {
  const { mechanism, username } = kafka.sasl;
  const password = secrets['kafka.sasl.passwordFile']?.reveal();
  if (mechanism === undefined || username === undefined || password === undefined) return undefined;
  return { mechanism, username, password };
}

/** Opens the log that the configuration names. */
export async function openLog(context: Context): Promise<Log> {
  const { config, clock, failpoint } = context;
  const { kafka } = config;
  const logger = context.logger('log');
  if (kafka.brokers === undefined) {
    const { openEmbeddedLog } = await import('../adapters/embedded-log/open.ts');
    return openEmbeddedLog({ directory: join(config.dataDir, 'log'), logger, failpoint });
  }
  const { openKafkaLog } = await import('../adapters/kafka/open.ts');
  const ssl = kafkaTls(config);
  const sasl = kafkaSasl(config);
  return openKafkaLog({
    brokers: kafka.brokers,
    clientId: kafka.clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    transactionalIdPrefix: kafka.transactionalIdPrefix,
    stateDirectory: join(config.dataDir, 'state'),
    ...(kafka.replicationFactor === undefined
      ? {}
      : { replicationFactor: kafka.replicationFactor }),
    maxMessageBytes: kafka.maxMessageBytes,
    logger,
    clock,
    failpoint,
  });
}

/** Opens the event store that the configuration names. */
export async function openStore(context: Context): Promise<EventStore> {
  const { config } = context;
  const { elasticsearch, secrets } = config;
  const logger = context.logger('store');
  if (elasticsearch.node === undefined) {
    const { openDuckdbStore } = await import('../adapters/duckdb/open.ts');
    return openDuckdbStore({
      file: join(config.dataDir, 'store', 'events.duckdb'),
      memoryLimitMb: config.embedded.storeMemoryLimitMb,
      threads: 1,
    });
  }
  const { openElasticsearchStore } = await import('../adapters/elasticsearch/open.ts');
  const apiKey = secrets['elasticsearch.apiKeyFile']?.reveal();
  const password = secrets['elasticsearch.passwordFile']?.reveal();
  const { username } = elasticsearch;
  const login = username !== undefined && password !== undefined ? { username, password } : undefined;
  const auth = apiKey === undefined ? login : { apiKey };
  const ca = secrets['elasticsearch.caFile']?.reveal();
  return openElasticsearchStore({
    node: elasticsearch.node,
    namespace: elasticsearch.namespace,
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { ca }),
    requestTimeoutMs: elasticsearch.requestTimeoutMs,
    refreshIntervalSeconds: elasticsearch.refreshIntervalSeconds,
    bulkMaxBytes: config.indexer.bulkMaxBytes,
    logger,
  });
}
