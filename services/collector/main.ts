/**
 * Owns: wiring of the collector: the front door into audit.raw.
 */
import { randomBytes, randomUUID } from 'node:crypto';
import type { FastifyInstance } from 'fastify';
import { topicName } from '../../schemas/topics.ts';
import { createSplicedEncoder } from '../../shared/adapters/avro/spliced.ts';
import { createOidcVerifier } from '../../shared/adapters/oidc/verifier.ts';
import type { Config } from '../../shared/config/load.ts';
import { anonymousDoor } from '../../shared/config/door-checks.ts';
import { createRedact } from '../../shared/domain/redaction/redact.ts';
import { FatalError } from '../../shared/errors/fault.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { rawKeys } from '../../shared/runtime/raw-keys.ts';
import type { GateParts } from './door/edge/gate.ts';
import { openTokens, type Tokens } from './door/edge/tokens.ts';
import { createSender } from './door/senders.ts';
import { startAll } from './inputs/edge/start.ts';
import { createIntake, type Intake } from './intake.ts';
import { createProtection, type Protection } from './protect/protection.ts';
import { addCollectorRoutes } from './webhook.ts';

/** What a record needs besides the body: names, hashes, Avro and the log's own framing. */
const RECORD_OVERHEAD_BYTES = 32 * 1024;

/** A body that grows by less than this in a window, or takes longer in all, is given up. */
const PACE = { windowMs: 10_000, minWindowBytes: 4096, maxMs: 60_000, patienceMs: 2_000 };

/** As collector.raw wants it; undefined: bodies are stored as they came. */
function configuredProtection(config: Config): Protection | undefined {
  const { protect } = config.collector.raw;
  const [key] = rawKeys(config);
  if (protect === 'none' || key === undefined) return undefined;
  const parts = { key, random: randomBytes };
  if (protect === 'encrypt') return createProtection(parts);
  const marks = config.secrets['normalizer.redaction.keyFile']?.reveal();
  const redact = createRedact({ key: marks === undefined ? undefined : Buffer.from(marks) });
  return createProtection({ ...parts, redact });
}

/** The way into audit.raw: one for a process, whatever feeds it. */
export function createCollectorIntake({ config, metrics }: Context, log: Log): Intake {
  return createIntake({
    append: (records) => log.append(records),
    telemetry: metrics.stage('collector'),
    door: metrics.door,
    topic: topicName(config.kafka.topicPrefix, 'audit.raw'),
    collectorId: randomUUID(),
    protection: configuredProtection(config),
    encode: createSplicedEncoder('RawBatch', 'body'),
    limits: {
      partBytes: config.collector.partBytes,
      maxBytes: config.kafka.maxMessageBytes - RECORD_OVERHEAD_BYTES,
    },
  });
}

/**
 * Senders' tokens, read and followed. Throws FatalError where a file can't be used, and where anybody
 * could write from elsewhere though nobody said so.
 */
export async function openSenderTokens({ config, logger, metrics }: Context): Promise<Tokens> {
  const problem = anonymousDoor(config);
  if (problem !== undefined) throw new FatalError(problem, { code: 'invalid_config' });
  return openTokens(config.collector.senders, { door: metrics.door, logger: logger('collector') });
}

function gateParts({ clock, config }: Context, tokens: Tokens): GateParts {
  const { senders } = config.collector;
  const oidc = createOidcVerifier(
    senders.flatMap(({ name, oidc }) => (oidc === undefined ? [] : [{ name, ...oidc }])),
    () => clock.now(),
  );
  return {
    senders: senders.map((entry) => createSender({ ...entry, hasOidc: entry.oidc !== undefined })),
    tokens: tokens.now,
    verify: (token) => oidc.verify(token),
  };
}

/** Adds the front door's routes; what it takes goes through `intake`. */
export async function addCollector(
  server: FastifyInstance,
  context: Context,
  intake: Intake,
): Promise<void> {
  const { clock, metrics } = context;
  const { maxBodyBytes, maxDecodedBytes, maxInFlightBytes, retryAfterSeconds } =
    context.config.collector;
  const tokens = await openSenderTokens(context);
  server.addHook('onClose', async () => tokens.stop());
  addCollectorRoutes(server, {
    ...{ intake, clock, maxDecodedBytes, retryAfterSeconds, door: metrics.door },
    logger: context.logger('collector'),
    telemetry: metrics.stage('collector'),
    gate: gateParts(context, tokens),
    limits: { ...PACE, maxBodyBytes, maxInFlightBytes },
  });
}

/** Starts what the configuration says that the collector fetches by itself; it goes through `intake`. */
export function startInputs(context: Context, log: Log, intake: Intake): Promise<RunningWorker> {
  return startAll(context, log, intake);
}
