/**
 * Owns: building the adapters that a configuration names: the composition root's shared half.
 * Does not own: which workers run (services/cli).
 * Clients are imported when they are opened: a scan needs none, and they take half a second to load.
 */
import { join } from 'node:path';
import type { KafkaLogOptions, KafkaSasl, KafkaTls } from '../adapters/kafka/options.ts';
import type { ConnectionOptions } from '../adapters/elasticsearch/rest.ts';
import { diskRoom } from '../adapters/disk/room.ts';
import { createLogger } from '../adapters/pino/logger.ts';
import { createMetrics, type Metrics } from '../adapters/prometheus/metrics.ts';
import type { Config } from '../config/load.ts';
import { packageRoot } from '../config/package-root.ts';
import { createHealth } from '../pipeline/health.ts';
import type { EventStore, SetupStep } from '../ports/event-store.ts';
import type { Log } from '../ports/log.ts';
import type { Room } from '../ports/room.ts';
import type { Clock, Failpoint, Health, Logger } from '../ports/telemetry.ts';
import { kafkaRights } from './access.ts';
import { systemClock } from './clock.ts';
import { createFailpoint } from './failpoint.ts';
import { openRegistry, topicSubjects } from './schemas.ts';

const MIB = 1024 * 1024;
const HOUR_MS = 3_600_000;

export interface Context {
  readonly config: Config;
  /** On the disk of `dataDir`. */
  readonly room: Room;
  readonly metrics: Metrics;
  readonly health: Health;
  readonly clock: Clock;
  readonly failpoint: Failpoint;
  logger(worker: string): Logger;
}

export function createContext(config: Config): Context {
  const minFreeBytes = config.embedded.minFreeMb * MIB;
  const room = diskRoom({ directory: config.dataDir, minFreeBytes, now: systemClock.now });
  return {
    config,
    room,
    metrics: createMetrics(systemClock.now, room),
    health: createHealth(systemClock.now),
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

function kafkaOptions(context: Context, brokers: readonly string[]): KafkaLogOptions {
  const { config, clock, failpoint } = context;
  const { kafka } = config;
  const ssl = kafkaTls(config);
  const sasl = kafkaSasl(config);
  return {
    brokers,
    clientId: kafka.clientId,
    ...(ssl === undefined ? {} : { ssl }),
    ...(sasl === undefined ? {} : { sasl }),
    transactionalIdPrefix: kafka.transactionalIdPrefix,
    stateDirectory: join(config.dataDir, 'state'),
    ...(kafka.replicationFactor === undefined
      ? {}
      : { replicationFactor: kafka.replicationFactor }),
    maxMessageBytes: kafka.maxMessageBytes,
    appendTimeoutMs: kafka.appendTimeoutMs,
    // Not a trouble: who is told 503 with Retry-After is patient, who finds no door is not.
    onAppendTrouble: (reason) => context.health.degrade('appends', reason),
    onDurability: (weakness) => context.health.degrade('log', weakness),
    logger: context.logger('log'),
    clock,
    failpoint,
  };
}

/** Opens the log that the configuration names, with its values as they are: for `setup`. */
export async function openBareLog(context: Context): Promise<Log> {
  const { config, failpoint } = context;
  const { brokers } = config.kafka;
  if (brokers !== undefined) {
    const { openKafkaLog } = await import('../adapters/kafka/open.ts');
    return openKafkaLog(kafkaOptions(context, brokers));
  }
  const { openEmbeddedLog } = await import('../adapters/embedded-log/open.ts');
  const { logMaxMb, logRetentionHours } = config.embedded;
  return openEmbeddedLog({
    directory: join(config.dataDir, 'log'),
    logger: context.logger('log'),
    failpoint,
    room: context.room,
    onTrouble: (reason) => context.health.set('log', reason),
    ...(logMaxMb === undefined ? {} : { maxBytes: logMaxMb * MIB }),
    ...(logRetentionHours === undefined ? {} : { maxAgeMs: logRetentionHours * HOUR_MS }),
  });
}

/**
 * Opens the log that the configuration names. With a schema registry, resolves the ids of all our
 * schemas first: throws FatalError('missing_schema') where `setup` has not registered them.
 */
export async function openLog(context: Context): Promise<Log> {
  const { clock, config, health, logger } = context;
  const client = await openRegistry(config);
  if (client === undefined) return openBareLog(context);
  if (config.kafka.schemaRegistry.autoRegister) await registerSchemas(context);
  const { openFramedLog } = await import('./framed-log.ts');
  const log = await openBareLog(context);
  const { retryInitialMs: initialMs, retryMaxMs: maxMs } = config.pipeline;
  const retry = { initialMs, maxMs };
  const parts = { client, clock, health, log, retry, logger: logger('schemas') };
  try {
    return await openFramedLog({ ...parts, topics: topicSubjects(config) });
  } catch (error) {
    await log.close();
    throw error;
  }
}

/** Registers our schemas and their compatibility; no step without a schema registry. */
export async function registerSchemas({ config }: Context): Promise<readonly SetupStep[]> {
  const client = await openRegistry(config);
  if (client === undefined) return [];
  const { registerSubjects } = await import('../adapters/schema-registry/register.ts');
  const subjects = topicSubjects(config).map(({ subject }) => subject);
  const statuses = await registerSubjects(client, subjects);
  return statuses.map(({ name, ...rest }) => ({ name: `schemas of ${name}`, ...rest }));
}

/**
 * Says where the schemas are, when all are registered and guarded. Throws FatalError,
 * TransientError; undefined without a schema registry.
 */
export async function reviewSchemas({ config }: Context): Promise<string | undefined> {
  const client = await openRegistry(config);
  if (client === undefined) return undefined;
  const { reviewSubjects } = await import('../adapters/schema-registry/register.ts');
  const subjects = topicSubjects(config).map(({ subject }) => subject);
  await reviewSubjects(client, subjects);
  return `${subjects.length} subjects at ${config.kafka.schemaRegistry.url}`;
}

/** Grants the workers' rights; no step for the embedded log. */
export async function grantKafkaRights(context: Context): Promise<readonly SetupStep[]> {
  const { brokers } = context.config.kafka;
  if (brokers === undefined) return [];
  const { grantRights } = await import('../adapters/kafka/grant.ts');
  const granted = await grantRights(kafkaOptions(context, brokers), kafkaRights(context.config));
  return [{ name: 'rights on Kafka', ...granted }];
}

function elasticsearchOptions(config: Config, node: string): ConnectionOptions {
  const { elasticsearch, secrets } = config;
  const { username } = elasticsearch;
  const apiKey = secrets['elasticsearch.apiKeyFile']?.reveal();
  const password = secrets['elasticsearch.passwordFile']?.reveal();
  const login =
    username !== undefined && password !== undefined ? { username, password } : undefined;
  const auth = apiKey === undefined ? login : { apiKey };
  const ca = secrets['elasticsearch.caFile']?.reveal();
  return {
    node,
    ...(auth === undefined ? {} : { auth }),
    ...(ca === undefined ? {} : { ca }),
    requestTimeoutMs: elasticsearch.requestTimeoutMs,
  };
}

/** Opens the event store that the configuration names. */
export async function openStore(context: Context): Promise<EventStore> {
  const { config } = context;
  const { namespace, node, refreshIntervalSeconds, retentionDays } = config.elasticsearch;
  if (node !== undefined) {
    const { openElasticsearchStore } = await import('../adapters/elasticsearch/open.ts');
    return openElasticsearchStore({
      ...elasticsearchOptions(config, node),
      namespace,
      templatesFolder: join(packageRoot(), 'infra/elastic'),
      refreshIntervalSeconds,
      retentionDays,
      maxRequestBytes: config.indexer.bulkMaxBytes,
      logger: context.logger('store'),
    });
  }
  const { openDuckdbStore } = await import('../adapters/duckdb/open.ts');
  const { storeMaxMb, storeMemoryLimitMb, storeRetentionDays } = config.embedded;
  return openDuckdbStore({
    file: join(config.dataDir, 'store', 'events.duckdb'),
    memoryLimitMb: storeMemoryLimitMb,
    threads: 1,
    room: context.room,
    logger: context.logger('store'),
    retention: {
      ...(storeRetentionDays === undefined ? {} : { maxAgeMs: storeRetentionDays * 24 * HOUR_MS }),
      ...(storeMaxMb === undefined ? {} : { maxBytes: storeMaxMb * MIB }),
    },
  });
}

/** Makes the workers' roles; no step for the embedded store. */
export async function grantStoreRoles({ config }: Context): Promise<readonly SetupStep[]> {
  const { namespace, node } = config.elasticsearch;
  if (node === undefined) return [];
  const { applyRoles } = await import('../adapters/elasticsearch/roles.ts');
  return applyRoles(elasticsearchOptions(config, node), namespace);
}
