/**
 * Owns: what the collector fetched itself on its way into the log: repeated until the log has it,
 * with dead letters for what can't be taken and signals for what was lost.
 * Does not own: fetching (files, topics), what a body becomes (../../intake.ts).
 */
import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import type { DeadLetter, Signal } from '../../../../schemas/generated/avro.ts';
import { contentId } from '../../../../shared/domain/ids.ts';
import { FatalError, TransientError } from '../../../../shared/errors/fault.ts';
import { type RetryPolicy, retrying } from '../../../../shared/pipeline/retry.ts';
import { newTrace } from '../../../../shared/pipeline/trace.ts';
import type { Log } from '../../../../shared/ports/log.ts';
import type {
  Clock,
  Health,
  InputTelemetry,
  Logger,
  LossReason,
  StageTelemetry,
} from '../../../../shared/ports/telemetry.ts';
import type { Intake } from '../../intake.ts';

/** What bodies of one input have in common. */
export interface InputName {
  readonly source: string;
  readonly cluster: string;
  /** `file:…` or `topic:…`, from the configuration; also the metrics' label. */
  readonly senderId: string;
}

export interface DeliveryParts {
  readonly intake: Intake;
  readonly log: Log;
  readonly signals: { readonly topic: string; encode(signal: Signal): Buffer };
  readonly letters: { readonly topic: string; encode(letter: DeadLetter): Buffer };
  readonly telemetry: InputTelemetry;
  /** Of the collector: what never came as far as its intake is counted there. */
  readonly stage: StageTelemetry;
  readonly logger: Logger;
  readonly clock: Clock;
  readonly health: Health;
  readonly retry: RetryPolicy;
}

export interface Body {
  readonly bytes: Buffer;
  /** Lines or messages. */
  readonly records: number;
  /** Where it is from, a JSON object. */
  readonly origin: Readonly<Record<string, unknown>>;
  readonly contentEncoding?: string;
}

/** An item that the log would not take; `head` is its beginning. */
export interface Oversize {
  readonly head: Buffer;
  readonly bytes: number;
  /** A path, or a topic. */
  readonly where: string;
  readonly partition?: number;
  readonly offset: number;
  readonly origin: Readonly<Record<string, unknown>>;
  /** The intake has refused it, and counted it. */
  readonly isCounted: boolean;
}

export interface Loss {
  readonly reason: LossReason;
  readonly known: { readonly bytes?: number; readonly messages?: number };
  readonly where: Readonly<Record<string, string | number>>;
}

export interface Delivery {
  /** Resolves when the log has it, durably; false: one item of it is too large, ever. */
  hand(body: Body, signal: AbortSignal): Promise<boolean>;
  refuse(oversize: Oversize, signal: AbortSignal): Promise<void>;
  lost(loss: Loss, signal: AbortSignal): Promise<void>;
}

/** So much of an item that is too large is kept. */
export const KEPT_BYTES = 64 * 1024;

export function createDelivery(name: InputName, parts: DeliveryParts): Delivery {
  const { clock, health, intake, log, logger, telemetry } = parts;
  const { cluster, senderId, source } = name;
  const sender = hostname();

  /** Until it is done. What a person has to mend is waited for, too: giving up would lose lines. */
  const patiently = async <T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> => {
    const onRetry = (error: TransientError, attempt: number, waitMs: number): void => {
      const fields = { input: senderId, code: error.code, error: error.message, attempt, waitMs };
      health.set(senderId, `the log does not take it: ${error.message}`);
      const isFatal = error.cause instanceof FatalError;
      if (isFatal) logger.error(fields, 'Not taken, and will not be until this is mended');
      else logger.warn(fields, 'Not taken, trying again');
    };
    const done = await retrying({ policy: parts.retry, clock, signal, onRetry }, async () => {
      try {
        return await action();
      } catch (error) {
        if (!(error instanceof FatalError)) throw error;
        throw new TransientError(error.message, { code: error.code, cause: error });
      }
    });
    health.set(senderId, undefined);
    return done;
  };

  return {
    async hand({ bytes, contentEncoding = '', origin, records }, signal) {
      const request = {
        ...{ source, cluster, sender, senderId, contentEncoding, body: bytes },
        origin: JSON.stringify(origin),
      };
      const taken = await patiently(signal, () =>
        intake.take({ ...request, receivedAtMs: clock.now(), trace: newTrace(randomBytes) }),
      );
      if (taken.ok) telemetry.read(bytes.length, records);
      return taken.ok;
    },
    async refuse({ bytes, head, isCounted, offset, origin, partition = 0, where }, signal) {
      const id = contentId(['collector', senderId, where, String(partition), String(offset)]);
      const reason = `${bytes} bytes at ${offset} of ${where}, more than a record holds; the first ${head.length} are kept`;
      const receivedAt = clock.now();
      const value = parts.letters.encode({
        ...{ stage: 'collector', code: 'item_too_large', reason, attempts: 1, index: null },
        ...{ topic: where, partition, offset, receivedAt, bytes: head, id },
        ...{ source, cluster, sender, senderId, replayOf: null },
      });
      const record = { topic: parts.letters.topic, key: Buffer.from(id), value };
      logger.error(
        { input: senderId, bytes, ...origin },
        'Item refused as too large: raise kafka.maxMessageBytes and collector.maxBodyBytes, or set --audit-log-truncate-enabled on the API server',
      );
      await patiently(signal, () => log.append([{ ...record, timestampMs: receivedAt }]));
      if (isCounted) return;
      parts.stage.received(1, source);
      parts.stage.rejected('item_too_large', 1, source);
    },
    async lost({ known, reason, where }, signal) {
      telemetry.lost(reason, known);
      logger.error({ input: senderId, reason, ...known, ...where }, 'Lost before it was read');
      const key = `${cluster}/${source}/${senderId}`;
      const time = clock.now();
      const body = Buffer.from(JSON.stringify({ what: 'lost', reason, ...known, ...where }));
      const value = parts.signals.encode({ kind: 'source', key, cluster, time, body });
      const record = { topic: parts.signals.topic, key: Buffer.from(key), value };
      await patiently(signal, () => log.append([{ ...record, timestampMs: time }]));
    },
  };
}
