/**
 * Owns: wiring of the collector: the front door into audit.raw.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { topicName } from '../../schemas/topics.ts';
import { createSplicedEncoder } from '../../shared/adapters/avro/spliced.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { startAll } from './inputs/edge/start.ts';
import { createIntake, type Intake } from './intake.ts';
import { addCollectorRoutes } from './webhook.ts';

/** What a record needs besides the body: names, hashes, Avro and the log's own framing. */
const RECORD_OVERHEAD_BYTES = 32 * 1024;

/** The way into audit.raw: one for a process, whatever feeds it. */
export function createCollectorIntake({ config, metrics }: Context, log: Log): Intake {
  return createIntake({
    append: (records) => log.append(records),
    telemetry: metrics.stage('collector'),
    topic: topicName(config.kafka.topicPrefix, 'audit.raw'),
    collectorId: randomUUID(),
    encode: createSplicedEncoder('RawBatch', 'body'),
    limits: {
      partBytes: config.collector.partBytes,
      maxBytes: config.kafka.maxMessageBytes - RECORD_OVERHEAD_BYTES,
    },
  });
}

/** Adds the front door's routes; what it takes goes through `intake`. */
export function addCollector(server: FastifyInstance, context: Context, intake: Intake): void {
  const { config, clock, metrics } = context;
  addCollectorRoutes(server, {
    intake,
    clock,
    logger: context.logger('collector'),
    telemetry: metrics.stage('collector'),
    maxBodyBytes: config.collector.maxBodyBytes,
    maxInFlightBytes: config.collector.maxInFlightBytes,
    retryAfterSeconds: config.collector.retryAfterSeconds,
  });
}

/** Starts what the configuration says that the collector fetches by itself; it goes through `intake`. */
export function startInputs(context: Context, log: Log, intake: Intake): Promise<RunningWorker> {
  return startAll(context, log, intake);
}
