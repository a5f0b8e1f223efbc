/**
 * Owns: a process's HTTP server from configuration to address.
 */
import type { FastifyInstance } from 'fastify';
import { createHttpServer, listen } from '../../shared/adapters/http/server.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Context } from '../../shared/runtime/context.ts';

export interface OpenHttp {
  readonly url: string;
  close(): Promise<void>;
}

/** Listens on http.host and http.port; `addRoutes` puts in what the worker serves besides health. */
export async function openHttp(
  context: Context,
  addRoutes: (server: FastifyInstance) => void = () => {},
): Promise<OpenHttp> {
  const { config, health, metrics } = context;
  const options = {
    ...config.http,
    health,
    logger: context.logger('http'),
    metrics: () => metrics.text(),
  };
  const server = createHttpServer(options);
  addRoutes(server);
  const port = await listen(server, options);
  const host = config.http.host.includes(':') ? `[${config.http.host}]` : config.http.host;
  return { url: `http://${host}:${port}`, close: () => server.close() };
}

/** Work that goes on until it is stopped: the collector works in its HTTP handlers. */
export function idleWorker(stop: () => Promise<void>): RunningWorker {
  let finish = (): void => {};
  const done = new Promise<void>((resolve) => {
    finish = resolve;
  });
  return {
    done,
    async stop() {
      await stop();
      finish();
    },
  };
}
