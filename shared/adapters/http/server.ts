/**
 * Owns: the HTTP server that every worker has: /livez, /readyz, /metrics, which anybody who reaches
 * it may ask; what is answered to requests that are none.
 */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import Fastify, { type FastifyInstance } from 'fastify';
import { FatalError } from '../../errors/fault.ts';
import type { DoorTelemetry, Health, Logger } from '../../ports/telemetry.ts';
import { createListener, DEFAULT_LIMITS, type Listener, type ListenerLimits } from './listener.ts';
import { followTls, type TlsFiles, type TlsMaterial } from './tls.ts';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly health: Health;
  readonly logger: Logger;
  readonly door: DoorTelemetry;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly retryAfterSeconds: number;
  /** Absent: plain HTTP. */
  readonly tls?: { readonly files: TlsFiles; readonly first: TlsMaterial } | undefined;
  /** Other than the default, for tests. */
  readonly limits?: Partial<ListenerLimits>;
  /** Prometheus exposition text. */
  metrics(): Promise<string>;
}

const MAX_PARAM_CHARS = 512;

/** Answers for what the parser refused: there is no request, and no route to ask. */
function statusFor(code: string | undefined): readonly [line: string, text: string] {
  if (code === 'HPE_HEADER_OVERFLOW') {
    return ['431 Request Header Fields Too Large', 'Headers too large'];
  }
  // Not 408: Fluentd drops a chunk for that.
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return ['503 Service Unavailable', 'Not now: too slow'];
  return ['400 Bad Request', 'Not HTTP'];
}

/** Node keeps the answer under way there; a second one in its midst would be taken for a part of it. */
function isAnswering(socket: Socket): boolean {
  const { _httpMessage: message } = socket as { _httpMessage?: { headersSent?: boolean } | null };
  return message?.headersSent === true;
}

function onClientError(options: HttpOptions) {
  return (error: Error & { code?: string }, socket: Socket): void => {
    const [line, text] = statusFor(error.code);
    if (error.code !== 'ECONNRESET') {
      options.door.refused(line.startsWith('431') ? 'bad_headers' : reasonOf(line));
    }
    if (socket.writable && !isAnswering(socket)) {
      const body = JSON.stringify({ error: text });
      const retry = line.startsWith('503') ? `retry-after: ${options.retryAfterSeconds}\r\n` : '';
      socket.end(
        `HTTP/1.1 ${line}\r\n${retry}content-type: application/json\r\n` +
          `content-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
    }
    socket.destroySoon();
  };
}

function reasonOf(line: string): 'too_slow' | 'bad_request' {
  return line.startsWith('503') ? 'too_slow' : 'bad_request';
}

function listenerFor(options: HttpOptions, handler: unknown): Listener {
  const { door, limits, maxConnections, maxConnectionsPerAddress, tls } = options;
  return createListener(
    handler as (request: IncomingMessage, response: ServerResponse) => void,
    { ...DEFAULT_LIMITS, maxConnections, maxConnectionsPerAddress, ...limits },
    tls?.first,
    () => door.connectionRefused(),
  );
}

export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { health, logger, metrics, tls } = options;
  const listeners: Listener[] = [];
  const server = Fastify({
    forceCloseConnections: 'idle',
    // Routes say "not now" themselves, with the header that says when.
    return503OnClosing: false,
    clientErrorHandler: onClientError(options),
    serverFactory(handler): Server {
      const listener = listenerFor(options, handler);
      listeners.push(listener);
      return listener.server;
    },
    // Fastify's own limit is 100 characters, less than a cluster name may have.
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
  });
  if (tls !== undefined) {
    const watched = followTls(server.server as never, { ...tls, logger, door: options.door });
    server.addHook('onClose', async () => watched.stop());
  }
  server.addHook('preClose', async () => {
    for (const listener of listeners) listener.wind();
  });
  server.addHook('onError', async (request, _reply, error) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500)
      logger.error({ err: error, route: request.routeOptions.url }, 'Request failed');
  });
  // Fastify's own answer repeats the query, in which some senders have a token.
  server.setNotFoundHandler((_request, reply) => reply.code(404).send({ error: 'Not found' }));
  server.get('/livez', () => 'ok\n');
  server.get('/readyz', (_request, reply) => {
    const troubles = health.troubles();
    const ready = Object.keys(troubles).length === 0;
    const degraded = health.weaknesses();
    return reply.code(ready ? 200 : 503).send({ ready, troubles, degraded });
  });
  server.get('/metrics', async (_request, reply) =>
    reply.type('text/plain; version=0.0.4; charset=utf-8').send(await metrics()),
  );
  return server;
}

/** Listens; resolves to the port (that the system chose, for port 0). */
export async function listen(server: FastifyInstance, options: HttpOptions): Promise<number> {
  try {
    await server.listen({ host: options.host, port: options.port });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code;
    if (code !== 'EADDRINUSE' && code !== 'EACCES' && code !== 'EADDRNOTAVAIL') throw error;
    throw new FatalError(
      `Can't listen on ${options.host}:${options.port} (${code}): set http.host and http.port to an address that is free`,
      { code: 'invalid_config', cause: error },
    );
  }
  const address = server.server.address();
  return typeof address === 'object' && address !== null ? address.port : options.port;
}
