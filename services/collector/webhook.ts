/**
 * Owns: the collector's HTTP endpoints. Answers 2xx only after the log has it durably; 503 with
 * Retry-After is the one "not now" that every sender repeats; a body that can't be read is accepted
 * and ends as a dead letter, since a sender would only repeat it and then lose the batch.
 */
import { randomBytes } from 'node:crypto';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { FatalError, TransientError } from '../../shared/errors/fault.ts';
import { newTrace, traceHeaders } from '../../shared/pipeline/trace.ts';
import type { Headers } from '../../shared/ports/log.ts';
import type { Clock, Logger, StageTelemetry } from '../../shared/ports/telemetry.ts';
import { createBudget, type Hold } from './budget.ts';
import type { Intake } from './intake.ts';

export interface CollectorParts {
  readonly intake: Intake;
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

function notNow(parts: CollectorParts, reply: FastifyReply, why: string): FastifyReply {
  parts.telemetry.retried('log_unavailable');
  return reply
    .code(503)
    .header('retry-after', String(parts.retryAfterSeconds))
    .send({ error: `Not now: ${why}` });
}

function tooLarge(
  parts: CollectorParts,
  request: FastifyRequest,
  reply: FastifyReply,
  bytes: number,
): FastifyReply {
  const { logger, maxBodyBytes } = parts;
  logger.error(
    { url: request.url, bytes, maxBodyBytes },
    'Body refused as too large and lost by its sender: raise collector.maxBodyBytes and kafka.maxMessageBytes, or set --audit-webhook-truncate-enabled on the API server',
  );
  return reply.code(413).send({ error: 'Larger than the log takes' });
}

/** Bodies as bytes, whatever they are called; too large ones are counted. */
function takeBytes(server: FastifyInstance, parts: CollectorParts): void {
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) =>
    done(null, body),
  );
  server.setErrorHandler((error, request, reply) => {
    if ((error as { code?: string }).code !== TOO_LARGE) throw error;
    const bytes = Number(request.headers['content-length'] ?? parts.maxBodyBytes);
    parts.telemetry.received(1);
    parts.telemetry.rejected('item_too_large', 1);
    return tooLarge(parts, request, reply, bytes);
  });
}

function traceOf(request: FastifyRequest): Headers {
  const trace = traceHeaders({
    traceparent: header(request.headers['traceparent']),
    tracestate: header(request.headers['tracestate']),
  });
  return 'traceparent' in trace ? trace : newTrace(randomBytes);
}

type Handler = (request: FastifyRequest<Route>, reply: FastifyReply) => Promise<unknown>;

/** Answers once the log has the body, or can not have it. */
function createReceiver(parts: CollectorParts): Handler {
  const { clock, intake, logger } = parts;
  return async (request, reply) => {
    const body = request.body ?? Buffer.alloc(0);
    const from = { ...request.params, sender: request.ip, receivedAtMs: clock.now() };
    const rest = { senderId: '', contentEncoding: '', origin: '', trace: traceOf(request) };
    try {
      const taken = await intake.take({ ...from, ...rest, body });
      if (!taken.ok) return tooLarge(parts, request, reply, taken.largestBytes);
      return { accepted: taken.records };
    } catch (error) {
      // Also where a person is needed: some senders drop what is answered with any other code.
      const isFatal = error instanceof FatalError;
      if (!isFatal && !(error instanceof TransientError)) throw error;
      const fields = { code: error.code, error: error.message };
      if (isFatal) logger.error(fields, 'Body not accepted, and will not be until this is mended');
      else logger.warn(fields, 'Body not accepted, the sender repeats it');
      return notNow(parts, reply, 'the log is unavailable');
    }
  };
}

/** Adds POST /v1/{source}/{cluster} to `server`. */
export function addCollectorRoutes(server: FastifyInstance, parts: CollectorParts): void {
  const budget = createBudget(parts.maxInFlightBytes);
  const holds = new WeakMap<FastifyRequest, Hold>();
  const receive = createReceiver(parts);
  takeBytes(server, parts);
  server.post<Route>('/v1/:source/:cluster', {
    bodyLimit: parts.maxBodyBytes,
    async onRequest(request, reply) {
      const refused = refusal(request);
      if (refused !== undefined) return reply.code(refused[0]).send({ error: refused[1] });
      // Fastify refuses content types that it can't read; here they say nothing.
      request.headers['content-type'] = undefined;
      const hold = budget.take(declaredBytes(request, parts.maxBodyBytes));
      if (hold === undefined) return notNow(parts, reply, 'too much in flight');
      holds.set(request, hold);
      reply.raw.once('close', () => hold.release());
    },
    async handler(request, reply) {
      // A sender that hangs up does not free what the log is still writing.
      const hold = holds.get(request);
      hold?.share();
      try {
        return await receive(request, reply);
      } finally {
        hold?.release();
      }
    },
  });
}
