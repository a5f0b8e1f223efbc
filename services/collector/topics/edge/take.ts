/**
 * Owns: one entry of foreign topics: its password and certificates, and its messages on their way
 * into the log.
 */
import { readFile } from 'node:fs/promises';
import { registerDecompressions } from '../../../../shared/adapters/kafka/decompression.ts';
import type { ForeignHandler } from '../../../../shared/adapters/kafka/foreign.ts';
import { consumeForeign } from '../../../../shared/adapters/kafka/foreign-topic.ts';
import type { KafkaSasl, KafkaTls } from '../../../../shared/adapters/kafka/options.ts';
import type { TopicInputConfig } from '../../../../shared/config/sections/collector.ts';
import { FatalError, LaneLostError } from '../../../../shared/errors/fault.ts';
import type { RunningWorker } from '../../../../shared/pipeline/runner.ts';
import type { Clock, Health, InputTelemetry, Logger } from '../../../../shared/ports/telemetry.ts';
import { type Delivery, KEPT_BYTES } from '../../inputs/edge/deliver.ts';
import { bodiesOf, type MessageBody } from '../bodies.ts';
import { DECOMPRESSIONS } from '../compressions.ts';

export interface TakeParts {
  readonly entry: TopicInputConfig;
  readonly senderId: string;
  readonly clientId: string;
  readonly bodyBytes: number;
  readonly delivery: Delivery;
  readonly telemetry: InputTelemetry;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health: Health;
}

/** The content without its last line break. `key` is told; the content never is. */
async function secretFile(entry: string, key: string, path: string | undefined) {
  if (path === undefined) return undefined;
  try {
    const text = (await readFile(path, 'utf8')).replace(/[\r\n]+$/, '');
    if (text !== '') return text;
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    const what = `collector.topics '${entry}': ${key} names ${path}, which can not be read (${code})`;
    throw new FatalError(what, { code: 'invalid_config', cause: error });
  }
  const what = `collector.topics '${entry}': ${key} names ${path}, which is empty`;
  throw new FatalError(what, { code: 'invalid_config' });
}

async function tlsOf({ name, ssl }: TopicInputConfig): Promise<{ readonly ssl?: KafkaTls }> {
  if (!ssl.enabled) return {};
  const [ca, cert, key] = await Promise.all([
    secretFile(name, 'ssl.caFile', ssl.caFile),
    secretFile(name, 'ssl.certFile', ssl.certFile),
    secretFile(name, 'ssl.keyFile', ssl.keyFile),
  ]);
  return {
    ssl: {
      ...(ca === undefined ? {} : { ca }),
      ...(cert === undefined ? {} : { cert }),
      ...(key === undefined ? {} : { key }),
    },
  };
}

async function saslOf({ name, sasl }: TopicInputConfig): Promise<{ readonly sasl?: KafkaSasl }> {
  const { mechanism, passwordFile, username } = sasl;
  const password = await secretFile(name, 'sasl.passwordFile', passwordFile);
  if (mechanism === undefined || username === undefined || password === undefined) return {};
  return { sasl: { mechanism, username, password } };
}

interface From {
  readonly topic: string;
  readonly partition: number;
}

async function handBody(
  { delivery }: TakeParts,
  { partition, topic }: From,
  body: MessageBody,
  signal: AbortSignal,
): Promise<void> {
  const { bytes, messages: records } = body;
  const [firstOffset, lastOffset] = [Number(body.firstOffset), Number(body.lastOffset)];
  const origin = { topic, partition, firstOffset, lastOffset };
  if (await delivery.hand({ bytes, records, origin }, signal)) return;
  const head = bytes.subarray(0, KEPT_BYTES);
  const where = { where: topic, partition, offset: firstOffset };
  await delivery.refuse({ ...where, head, bytes: bytes.length, origin, isCounted: true }, signal);
}

function handlerOf(parts: TakeParts): ForeignHandler {
  const { bodyBytes, delivery, health, senderId, telemetry } = parts;
  return {
    async take({ partition, records, topic }, signal) {
      for (const body of bodiesOf(records, bodyBytes)) {
        await handBody(parts, { topic, partition }, body, signal);
      }
    },
    gap: ({ from, partition, to, topic }, signal) => {
      const messages = Number(to - from);
      const known = messages === 0 ? {} : { messages };
      return delivery.lost({ reason: 'retention', known, where: { topic, partition } }, signal);
    },
    lag: (messages) => telemetry.lagMessages(messages),
    trouble: (reason) => health.set(`${senderId} reading`, reason),
  };
}

/** Takes until it is stopped. Throws FatalError where a file that the entry names can't be read. */
export async function startTaking(parts: TakeParts): Promise<RunningWorker> {
  const { bodyBytes, clientId, clock, entry, logger } = parts;
  const { brokers, from, group, topics } = entry;
  registerDecompressions(DECOMPRESSIONS);
  const stopped = new AbortController();
  const options = {
    ...{ brokers, clientId, clock, from, group, logger, topics, maxBatchBytes: bodyBytes },
    ...(await tlsOf(entry)),
    ...(await saslOf(entry)),
  };
  const done = consumeForeign(options, handlerOf(parts), stopped.signal).catch((error: unknown) => {
    if (!(error instanceof LaneLostError)) throw error; // Stopped while it waited.
  });
  // Who awaits it later still gets the rejection.
  done.catch(() => undefined);
  return {
    done,
    async stop() {
      stopped.abort();
      await done;
    },
  };
}
