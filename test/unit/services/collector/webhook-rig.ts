/**
 * Owns: the collector's endpoints on a log that the test answers for.
 */
import type { FastifyInstance } from 'fastify';
import type { RawBatch } from '../../../../schemas/generated/avro.ts';
import { createIntake } from '../../../../services/collector/intake.ts';
import { addCollectorRoutes, type CollectorParts } from '../../../../services/collector/webhook.ts';
import { createCodec } from '../../../../shared/adapters/avro/codec.ts';
import { createHttpServer } from '../../../../shared/adapters/http/server.ts';
import { joined } from '../../../../shared/domain/bytes.ts';
import { createHealth } from '../../../../shared/pipeline/health.ts';
import type { OutRecord } from '../../../../shared/ports/log.ts';
import { createCounts, createLines, type LogLine } from '../../../support/worker-rig.ts';

const codec = createCodec('RawBatch');

export interface WebhookRig {
  readonly server: FastifyInstance;
  readonly totals: Readonly<Record<string, number>>;
  readonly lines: readonly LogLine[];
  /** What was durably appended. */
  readonly records: OutRecord[];
  readonly batches: () => readonly RawBatch[];
  /** How the next appends end; the default is at once and well. */
  append: (records: readonly OutRecord[]) => Promise<void>;
}

interface Settings extends Pick<CollectorParts, 'maxBodyBytes' | 'maxInFlightBytes'> {
  readonly limits: { readonly partBytes: number; readonly maxBytes: number };
}

export function openWebhook(settings: Partial<Settings> = {}): WebhookRig {
  const { totals, telemetry } = createCounts();
  const { lines, logger } = createLines();
  const records: OutRecord[] = [];
  const server = createHttpServer({
    ...{ host: '127.0.0.1', port: 0, health: createHealth(), logger },
    metrics: async () => '',
  });
  const rig: WebhookRig = {
    ...{ server, totals, lines, records, append: async () => {} },
    batches: () =>
      records.map(({ value }) => {
        const decoded = codec.decode(joined(value ?? []));
        if (!decoded.ok) throw new Error(decoded.fault.message);
        return decoded.value;
      }),
  };
  const { limits = { partBytes: 1 << 20, maxBytes: 2 << 20 }, ...given } = settings;
  const intake = createIntake({
    ...{ telemetry, topic: 'audit.raw', collectorId: 'collector-1', limits },
    encode: (batch) => codec.encode(batch),
    async append(out: readonly OutRecord[]) {
      await rig.append(out);
      records.push(...out);
    },
  });
  addCollectorRoutes(server, {
    ...{ intake, logger, telemetry },
    clock: { now: () => 1_000, random: () => 0, sleep: async () => {} },
    ...{ maxBodyBytes: 4 << 20, maxInFlightBytes: 16 << 20, retryAfterSeconds: 5 },
    ...given,
  });
  return rig;
}

export const EVENT = '{"kind":"Event","verb":"get"}';
