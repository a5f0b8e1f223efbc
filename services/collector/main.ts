/**
 * Owns: wiring of the collector: the front door into audit.raw.
 */
import { randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { topicName } from '../../schemas/topics.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { codecOf } from '../../shared/runtime/stage-worker.ts';
import { addCollectorRoutes } from './webhook.ts';

/** What a record needs besides the body: names, hashes, Avro and the log's own framing. */
const RECORD_OVERHEAD_BYTES = 16 * 1024;

export function addCollector(server: FastifyInstance, context: Context, log: Log): void {
  const { config, clock, metrics } = context;
  const batches = codecOf('audit.raw');
  addCollectorRoutes(server, {
    log,
    clock,
    logger: context.logger('collector'),
    telemetry: metrics.stage('collector'),
    topic: topicName(config.kafka.topicPrefix, 'audit.raw'),
    collectorId: randomUUID(),
    encode: (batch) => batches.encode(batch),
    limits: {
      partBytes: config.collector.partBytes,
      maxBytes: config.kafka.maxMessageBytes - RECORD_OVERHEAD_BYTES,
    },
    maxBodyBytes: config.collector.maxBodyBytes,
    maxInFlightBytes: config.collector.maxInFlightBytes,
    retryAfterSeconds: config.collector.retryAfterSeconds,
  });
}
