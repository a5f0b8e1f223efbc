/**
 * Owns: the collector's endpoints on a log that the test answers for.
 */
import type { FastifyInstance } from 'fastify';
import type { RawBatch } from '../../schemas/generated/avro.ts';
import { createIntake } from '../../services/collector/intake.ts';
import type { ArrivalLimits } from '../../services/collector/door/edge/arrivals.ts';
import type { GateParts } from '../../services/collector/door/edge/gate.ts';
import { addCollectorRoutes } from '../../services/collector/webhook.ts';
import { createCodec } from '../../shared/adapters/avro/codec.ts';
import { createHttpServer, type HttpOptions } from '../../shared/adapters/http/server.ts';
import { joined } from '../../shared/domain/bytes.ts';
import { createHealth } from '../../shared/pipeline/health.ts';
import type { OutRecord } from '../../shared/ports/log.ts';
import type { DoorTelemetry } from '../../shared/ports/telemetry.ts';
import { createCounts, createLines, type LogLine } from './worker-rig.ts';

const codec = createCodec('RawBatch');

export interface WebhookRig {
  readonly server: FastifyInstance;
  readonly totals: Readonly<Record<string, number>>;
  readonly door: Readonly<Record<string, number>>;
  readonly lines: readonly LogLine[];
  /** What was durably appended. */
  readonly records: OutRecord[];
  readonly batches: () => readonly RawBatch[];
  /** How the next appends end; the default is at once and well. */
  append: (records: readonly OutRecord[]) => Promise<void>;
}

interface Settings {
  readonly limits: { readonly partBytes: number; readonly maxBytes: number };
  readonly maxBodyBytes: number;
  readonly maxInFlightBytes: number;
  readonly maxDecodedBytes: number;
  readonly gate: GateParts;
  readonly pace: Partial<ArrivalLimits>;
  readonly http: Partial<HttpOptions>;
  readonly now: () => number;
}

/** Anybody may send. */
const OPEN_GATE: GateParts = {
  senders: [],
  tokens: () => [],
  verify: async () => ({ senders: [], trouble: undefined }),
};

const PACE = { windowMs: 10_000, minWindowBytes: 100, maxMs: 60_000, patienceMs: 60_000 };

export function createDoorCounts() {
  const counts: Record<string, number> = {};
  const add = (name: string, count = 1): void => {
    if (count > 0) counts[name] = (counts[name] ?? 0) + count;
  };
  const door: DoorTelemetry = {
    refused: (reason) => add(`refused ${reason}`),
    connectionRefused: () => add('connection refused'),
    keptPacked: () => add('kept packed'),
    took(items, isTorn) {
      add('items', items);
      add('torn', isTorn ? 1 : 0);
    },
    reloaded: (file, isGood) => add(`${file} ${isGood ? 'good' : 'bad'}`),
  };
  return { counts, door };
}

export function openWebhook(settings: Partial<Settings> = {}): WebhookRig {
  const { totals, telemetry } = createCounts();
  const { lines, logger } = createLines();
  const records: OutRecord[] = [];
  const { counts, door } = createDoorCounts();
  const server = createHttpServer({
    ...{ host: '127.0.0.1', port: 0, health: createHealth(), logger, door },
    ...{ maxConnections: 2048, maxConnectionsPerAddress: 2048, retryAfterSeconds: 5 },
    metrics: async () => '',
    ...settings.http,
  });
  const rig: WebhookRig = {
    ...{ server, totals, door: counts, lines, records, append: async () => {} },
    batches: () =>
      records.map(({ value }) => {
        const decoded = codec.decode(joined(value ?? []));
        if (!decoded.ok) throw new Error(decoded.fault.message);
        return decoded.value;
      }),
  };
  const { limits = { partBytes: 1 << 20, maxBytes: 2 << 20 }, now = () => 1_000 } = settings;
  const { maxBodyBytes = 4 << 20, maxInFlightBytes = 16 << 20 } = settings;
  const intake = createIntake({
    ...{ telemetry, door, topic: 'audit.raw', collectorId: 'collector-1', limits },
    encode: (batch) => codec.encode(batch),
    async append(out: readonly OutRecord[]) {
      await rig.append(out);
      records.push(...out);
    },
  });
  addCollectorRoutes(server, {
    ...{ intake, logger, telemetry, door, retryAfterSeconds: 5 },
    clock: { now, random: () => 0, sleep: async () => {} },
    gate: settings.gate ?? OPEN_GATE,
    maxDecodedBytes: settings.maxDecodedBytes ?? 8 << 20,
    limits: { ...PACE, maxBodyBytes, maxInFlightBytes, ...settings.pace },
  });
  return rig;
}

export const EVENT = '{"kind":"Event","verb":"get"}';
