/**
 * Owns: what the front door tells its operator: log lines, and the counts that go with them. Never a
 * token, nor anything of a body, nor of a query, in which some senders have a token.
 */
import type { FastifyRequest } from 'fastify';
import { FatalError, TransientError } from '../../../../shared/errors/fault.ts';
import type { DoorTelemetry, Logger, StageTelemetry } from '../../../../shared/ports/telemetry.ts';
import type { Packing } from '../../unpack/layers.ts';
import { createOnce } from '../once.ts';
import type { Target } from '../target.ts';
import type { Entry } from './gate.ts';

export interface ReportParts {
  readonly logger: Logger;
  readonly telemetry: StageTelemetry;
  readonly door: DoorTelemetry;
  readonly limits: { readonly maxBodyBytes: number };
}

/** What was asked, and where to. */
interface Asked {
  readonly request: FastifyRequest;
  readonly target: Target;
}

export interface Report {
  turnedAway(asked: Asked, entry: Exclude<Entry, { kind: 'admitted' }>): void;
  /** `isToCount`: nobody else has. */
  tooLarge(asked: Asked, bytes: number, isToCount: boolean): void;
  keptPacked(asked: Asked, packing: Packing, why: string): void;
  /** What was thrown on the way into the log; true: by the log, false: a bug. */
  failed(request: FastifyRequest, error: unknown): boolean;
}

/** A sender that does something wrong does it with every request. */
const QUIET_MS = 60_000;

export function createReport(parts: ReportParts, now: () => number): Report {
  const { door, limits, logger, telemetry } = parts;
  const isNew = createOnce(QUIET_MS);
  return {
    turnedAway({ request: { ip: sender }, target: { cluster, source } }, entry) {
      const senderId = 'senderId' in entry ? entry.senderId : '';
      if (!isNew(JSON.stringify([entry.kind, sender, senderId]), now())) return;
      const fields = { sender, source, cluster };
      if (entry.kind === 'unavailable') {
        logger.warn({ ...fields, trouble: entry.trouble }, 'Token not checked, the sender repeats');
      } else if (entry.kind === 'forbidden') {
        logger.error(
          { ...fields, senderId },
          'Sender refused, and its batches are lost: it may not write there, see collector.senders',
        );
      } else {
        logger.error(
          fields,
          'Sender refused, and its batches are lost: it proves to be none of collector.senders',
        );
      }
    },
    tooLarge({ request: { ip: sender }, target }, bytes, isToCount) {
      const { cluster, source } = target;
      if (isToCount) {
        telemetry.received(1, source);
        telemetry.rejected('item_too_large', 1, source);
      }
      logger.error(
        { source, cluster, sender, bytes, maxBodyBytes: limits.maxBodyBytes },
        'Body refused as too large and lost by its sender: raise collector.maxBodyBytes and kafka.maxMessageBytes, or set --audit-webhook-truncate-enabled on the API server',
      );
    },
    keptPacked({ request: { ip: sender }, target: { cluster, source } }, { label }, why) {
      door.keptPacked();
      if (!isNew(JSON.stringify(['packed', sender, label]), now())) return;
      logger.warn(
        { sender, source, cluster, contentEncoding: label, why },
        'Body could not be unpacked: kept as it came, for the dead letters',
      );
    },
    failed({ routeOptions: { url: route } }, error) {
      if (!(error instanceof FatalError || error instanceof TransientError)) {
        logger.error({ err: error, route }, 'Request failed');
        return false;
      }
      telemetry.retried('log_unavailable');
      const fields = { code: error.code, error: error.message };
      if (error instanceof FatalError) {
        logger.error(fields, 'Body not accepted, and will not be until this is mended');
      } else logger.warn(fields, 'Body not accepted, the sender repeats it');
      return true;
    },
  };
}
