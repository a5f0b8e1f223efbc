/**
 * Owns: the collector's HTTP endpoints. Answers 2xx only after the log has it durably; 503 with
 * Retry-After is the one "not now" that every sender repeats; a body that can't be read is accepted
 * and ends as a dead letter, since a sender would only repeat it and then lose the batch.
 * Does not own: which answer means what (door/answers.ts), connections (shared/adapters/http).
 */
import type { Http2Stream } from 'node:http2';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { type Answer, answerOf } from './door/answers.ts';
import { createVisitor, type Visited, type VisitorParts } from './door/edge/visit.ts';
import { headerRequestId } from './door/firehose.ts';

export interface CollectorParts extends VisitorParts {
  readonly retryAfterSeconds: number;
}

interface Route {
  readonly Params: { readonly source: string; readonly cluster: string };
}

/** How long a sender that was answered early may go on with what it was sending. */
const LINGER_MS = 5_000;

/**
 * The rest of a body that was answered before its end is read and forgotten, so that the sender sees
 * the answer and can use its connection again; but not for ever.
 */
function linger(request: FastifyRequest): void {
  const { raw } = request;
  if (raw.readableEnded || raw.destroyed) return;
  raw.on('error', () => {}); // It may hang up now.
  raw.resume();
  const { stream } = raw as { readonly stream?: Http2Stream };
  const cut = (): unknown => (stream === undefined ? raw.destroy() : stream.close());
  const timer = setTimeout(cut, LINGER_MS).unref();
  raw.once('end', () => clearTimeout(timer)).once('close', () => clearTimeout(timer));
}

function answerTo(
  parts: CollectorParts,
  request: FastifyRequest<Route>,
  { ending, requestId }: Visited,
): Answer | undefined {
  if (ending.kind === 'gone') return undefined;
  if (ending.kind === 'refused') parts.door.refused(ending.reason);
  const { clock, retryAfterSeconds } = parts;
  const inHeader = headerRequestId(request.headers['x-amz-firehose-request-id']);
  return answerOf(ending, {
    source: request.params.source,
    requestId: inHeader === '' ? requestId : inHeader,
    nowMs: clock.now(),
    retryAfterSeconds,
  });
}

/** Adds POST /v1/{source}/{cluster} to `server`. */
export function addCollectorRoutes(server: FastifyInstance, parts: CollectorParts): void {
  const visitor = createVisitor(parts);
  let isStopping = false;
  server.addHook('preClose', async () => {
    isStopping = true;
    visitor.stop();
  });
  // Bodies are read by the visitor, as bytes, whatever they are called.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser('*', (_request, _payload, done) => done(null));
  server.post<Route>('/v1/:source/:cluster', {
    async onRequest(request) {
      // Fastify refuses content types that it can't read; here they say nothing.
      request.headers['content-type'] = undefined;
    },
    async handler(request, reply) {
      const visited = await visitor.visit(request, request.params);
      const answer = answerTo(parts, request, visited);
      if (visited.ending.kind !== 'taken') linger(request);
      if (answer === undefined) return reply.hijack(); // Nobody is there any more.
      // In HTTP/2, which has no such header, the session is told.
      if (isStopping && request.raw.httpVersionMajor === 1) reply.header('connection', 'close');
      return reply.code(answer.status).headers(answer.headers).send(answer.body);
    },
  });
}
