/**
 * Owns: the collector's HTTP endpoints. Answers 2xx only after the log has it durably; 503 with
 * Retry-After is the one "not now" that every sender repeats; a body that can't be read is accepted
 * and ends as a dead letter, since a sender would only repeat it and then lose the batch.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { TransientError } from '../../shared/errors/fault.ts';
import { newTrace, traceHeaders } from '../../shared/pipeline/trace.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Clock, Logger, StageTelemetry } from '../../shared/ports/telemetry.ts';
import { accept, type AcceptParts } from './accept.ts';
import { CHAIN_START } from './chain.ts';

export interface CollectorParts extends AcceptParts {
  readonly log: Log;
  readonly logger: Logger;
  readonly telemetry: StageTelemetry;
  readonly clock: Clock;
  readonly maxBodyBytes: number;
  /** Bodies held in memory at one time; above it the answer is 503. */
  readonly maxInFlightBytes: number;
  readonly retryAfterSeconds: number;
}

const CLUSTER_NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,252}$/;
const TOO_LARGE = 'FST_ERR_CTP_BODY_TOO_LARGE';

interface Route {
  readonly Params: { readonly source: string; readonly cluster: string };
  readonly Body: Buffer | undefined;
}

function declaredBytes(request: FastifyRequest, maxBodyBytes: number): number {
  const declared = Number(request.headers['content-length'] ?? Number.NaN);
  return Number.isNaN(declared) ? maxBodyBytes : Math.min(declared, maxBodyBytes);
}

function header(value: string | string[] | undefined): string | undefined {
  return Array.isArray(value) ? value[0] : value;
}

/** What is wrong with the request's address or encoding; undefined: nothing. */
function refusal(
  request: FastifyRequest<Route>,
): readonly [status: number, text: string] | undefined {
  const { source, cluster } = request.params;
  if (source !== 'audit')
    return [404, `No source '${source}': post audit events to /v1/audit/{cluster}`];
  if (!CLUSTER_NAME.test(cluster)) {
    return [400, 'A cluster name has letters, digits, dots, dashes and underscores, 253 at most'];
  }
  const encoding = request.headers['content-encoding'];
  if (encoding !== undefined && encoding !== 'identity') {
    return [415, `Content-Encoding ${encoding} is not supported: send the body as it is`];
  }
  return undefined;
}

/** Adds POST /v1/{source}/{cluster} to `server`. */
export function addCollectorRoutes(server: FastifyInstance, parts: CollectorParts): void {
  const { clock, log, logger, telemetry } = parts;
  let inFlightBytes = 0;
  let chain = CHAIN_START;

  const notNow = (reply: FastifyReply, why: string): FastifyReply => {
    telemetry.retried('log_unavailable');
    return reply
      .code(503)
      .header('retry-after', String(parts.retryAfterSeconds))
      .send({ error: `Not now: ${why}` });
  };

  const tooLarge = (reply: FastifyReply, request: FastifyRequest, bytes: number): FastifyReply => {
    telemetry.received(1);
    telemetry.rejected('item_too_large', 1);
    const { url } = request;
    logger.error(
      { url, bytes, maxBodyBytes: parts.maxBodyBytes, maxItemBytes: parts.limits.maxBytes },
      'Body refused as too large and lost by its sender: raise collector.maxBodyBytes and kafka.maxMessageBytes, or set --audit-webhook-truncate-enabled on the API server',
    );
    return reply.code(413).send({ error: 'Larger than the log takes' });
  };

  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  server.setErrorHandler((error, request, reply) => {
    if ((error as { code?: string }).code === TOO_LARGE) {
      return tooLarge(
        reply,
        request,
        Number(request.headers['content-length'] ?? parts.maxBodyBytes),
      );
    }
    throw error;
  });

  server.post<Route>('/v1/:source/:cluster', {
    bodyLimit: parts.maxBodyBytes,
    async onRequest(request, reply) {
      const refused = refusal(request);
      if (refused !== undefined) return reply.code(refused[0]).send({ error: refused[1] });
      const bytes = declaredBytes(request, parts.maxBodyBytes);
      if (inFlightBytes + bytes > parts.maxInFlightBytes)
        return notNow(reply, 'too much in flight');
      inFlightBytes += bytes;
      reply.raw.once('close', () => {
        inFlightBytes -= bytes;
      });
    },
    async handler(request, reply) {
      const body = request.body ?? Buffer.alloc(0);
      const trace = traceHeaders({
        traceparent: header(request.headers['traceparent']),
        tracestate: header(request.headers['tracestate']),
      });
      const accepted = accept(
        parts,
        {
          ...request.params,
          sender: request.ip,
          receivedAtMs: clock.now(),
          body,
          trace: 'traceparent' in trace ? trace : newTrace(randomBytes),
        },
        chain,
      );
      if (!accepted.ok) return tooLarge(reply, request, accepted.largestBytes);
      chain = accepted.last;
      try {
        await log.append(accepted.records);
      } catch (error) {
        if (!(error instanceof TransientError)) throw error;
        logger.warn(
          { code: error.code, error: error.message },
          'Body not accepted, the sender repeats it',
        );
        return notNow(reply, 'the log is unavailable');
      }
      telemetry.received(1);
      telemetry.emitted(1);
      telemetry.sent(accepted.records.length);
      return { accepted: accepted.records.length };
    },
  });
}
