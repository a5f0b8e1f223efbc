/**
 * Owns: the HTTP server that every worker has: /livez, /readyz, /metrics.
 */
import Fastify, { type FastifyInstance } from 'fastify';
import { FatalError } from '../../errors/fault.ts';
import type { Health, Logger } from '../../ports/telemetry.ts';

export interface HttpOptions {
  readonly host: string;
  readonly port: number;
  readonly health: Health;
  readonly logger: Logger;
  /** Prometheus exposition text. */
  metrics(): Promise<string>;
}

/** A client that has not sent its request in this time is cut off (apiserver's own limit is 30 s). */
const REQUEST_TIMEOUT_MS = 60_000;
const MAX_PARAM_CHARS = 512;

export function createHttpServer(options: HttpOptions): FastifyInstance {
  const { health, logger, metrics } = options;
  const server = Fastify({
    requestTimeout: REQUEST_TIMEOUT_MS,
    forceCloseConnections: 'idle',
    // Fastify's own limit is 100 characters, less than a cluster name may have.
    routerOptions: { maxParamLength: MAX_PARAM_CHARS },
  });
  server.addHook('onError', async (request, _reply, error) => {
    const status = (error as { statusCode?: number }).statusCode ?? 500;
    if (status >= 500) logger.error({ err: error, url: request.url }, 'Request failed');
  });
  server.get('/livez', () => 'ok\n');
  server.get('/readyz', (_request, reply) => {
    const troubles = health.troubles();
    const ready = Object.keys(troubles).length === 0;
    return reply.code(ready ? 200 : 503).send({ ready, troubles });
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
