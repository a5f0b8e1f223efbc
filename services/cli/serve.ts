/**
 * Owns: a process's HTTP server from configuration to address.
 */
import type { FastifyInstance } from 'fastify';
import { createHttpServer, listen } from '../../shared/adapters/http/server.ts';
import { readTls, type TlsFiles } from '../../shared/adapters/http/tls.ts';
import type { Config } from '../../shared/config/load.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Context } from '../../shared/runtime/context.ts';

export interface OpenHttp {
  readonly url: string;
  close(): Promise<void>;
}

/** Undefined: plain HTTP. */
export function tlsFiles({ http: { tls } }: Config): TlsFiles | undefined {
  const { certFile, clientCaFile, keyFile } = tls;
  if (certFile === undefined || keyFile === undefined) return undefined;
  return { certFile, keyFile, clientCaFile };
}

/** Listens on http.host and http.port; `addRoutes` puts in what the worker serves besides health. */
export async function openHttp(
  context: Context,
  addRoutes: (server: FastifyInstance) => Promise<void> | void = () => {},
): Promise<OpenHttp> {
  const { config, health, metrics } = context;
  const { host, maxConnections, maxConnectionsPerAddress, port: wantedPort } = config.http;
  const files = tlsFiles(config);
  const tls = files === undefined ? undefined : { files, first: await readTls(files) };
  const options = {
    ...{ host, port: wantedPort, maxConnections, maxConnectionsPerAddress, health, tls },
    retryAfterSeconds: config.collector.retryAfterSeconds,
    door: metrics.door,
    limits: { shutdownGraceMs: config.pipeline.shutdownGraceMs },
    logger: context.logger('http'),
    metrics: () => metrics.text(),
  };
  const server = createHttpServer(options);
  await addRoutes(server);
  const port = await listen(server, options);
  const shown = host.includes(':') ? `[${host}]` : host;
  const scheme = tls === undefined ? 'http' : 'https';
  return { url: `${scheme}://${shown}:${port}`, close: () => server.close() };
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
