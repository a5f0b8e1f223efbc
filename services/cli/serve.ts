/**
 * Owns: a process's HTTP server from configuration to address.
 */
import type { FastifyInstance } from 'fastify';
import { createHttpServer, type HttpOptions, listen } from '../../shared/adapters/http/server.ts';
import { readTls, type TlsFiles } from '../../shared/adapters/http/tls.ts';
import { isLoopback } from '../../shared/config/conflict.ts';
import type { Config } from '../../shared/config/load.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Context } from '../../shared/runtime/context.ts';
import { openSenderTokens } from '../collector/main.ts';

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

type AddRoutes = (server: FastifyInstance) => Promise<void> | void;

interface Place {
  readonly host: string;
  readonly port: number;
  readonly tls?: HttpOptions['tls'];
}

/** What `check` says of the certificate and the senders' tokens; throws FatalError with what is wrong. */
export async function reviewDoor(context: Context): Promise<string> {
  const files = tlsFiles(context.config);
  if (files !== undefined) await readTls(files);
  (await openSenderTokens(context)).stop();
  const { length } = context.config.collector.senders;
  const scheme = files === undefined ? 'http' : 'https';
  return `${scheme}, ${length === 0 ? 'open to whoever reaches it' : `senders: ${length}`}`;
}

/** Whether other processes on this machine reach the front door over plain HTTP. */
export function isPlainOnLoopback({ http }: Config): boolean {
  return http.tls.certFile === undefined && isLoopback(http.host);
}

/** Listens on http.host and http.port; `addRoutes` puts in what the worker serves besides health. */
export async function openHttp(
  context: Context,
  addRoutes: AddRoutes = () => {},
): Promise<OpenHttp> {
  const { host, port } = context.config.http;
  const files = tlsFiles(context.config);
  const tls = files === undefined ? undefined : { files, first: await readTls(files) };
  return openAt(context, { host, port, tls }, addRoutes);
}

/** For this machine's own commands, where the front door is not theirs: on any port of loopback. */
export function openLocalHttp(context: Context, addRoutes: AddRoutes): Promise<OpenHttp> {
  return openAt(context, { host: '127.0.0.1', port: 0 }, addRoutes);
}

async function openAt(context: Context, place: Place, addRoutes: AddRoutes): Promise<OpenHttp> {
  const { config, health, metrics } = context;
  const { maxConnections, maxConnectionsPerAddress } = config.http;
  const { host, tls } = place;
  const options = {
    ...{ ...place, maxConnections, maxConnectionsPerAddress, health },
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
