/**
 * Owns: the one Kafka and the one Elasticsearch that the real-server tests of a run share. Each is
 * started when the first test asks for it, and stopped at the end of the run.
 * Does not own: what tests ask with (real.ts), the servers (infra/local).
 */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { homedir } from 'node:os';
import type { TestProject } from 'vitest/node';
import { cacheFolder, runsAsRoot } from '../../infra/local/cache.ts';
import {
  available,
  DownloadError,
  downloadElasticsearch,
  downloadKafka,
  parseKafkaVersion,
} from '../../infra/local/downloads.ts';
import { startElasticsearch } from '../../infra/local/elasticsearch.ts';
import { startKafka } from '../../infra/local/kafka.ts';

/** What the tests of the `real` project are told. */
export type RealServers =
  | {
      readonly ok: true;
      readonly cacheDir: string;
      /** Answers GET /kafka and GET /elasticsearch with the shared server's addresses. */
      readonly starter: string;
    }
  | { readonly ok: false; readonly reason: string; readonly required: boolean };

declare module 'vitest' {
  interface ProvidedContext {
    realServers?: RealServers;
  }
}

const ELASTICSEARCH_HEAP_MIB = 768;

type Stop = () => Promise<void>;
const stops: Stop[] = [];

export async function setup(project: TestProject): Promise<void> {
  const required = process.env['PODWITNESS_REAL'] === 'require';
  const cacheDir = cacheFolder(process.env, homedir(), runsAsRoot());
  const reason = await unavailableReason(cacheDir);
  if (reason !== undefined) {
    console.log(`Tests with real servers ${required ? 'can not run' : 'are skipped'}: ${reason}`);
    return project.provide('realServers', { ok: false, reason, required });
  }
  project.provide('realServers', { ok: true, cacheDir, starter: await listen(cacheDir) });
}

export async function teardown(): Promise<void> {
  await Promise.all(stops.splice(0).map((stop) => stop()));
}

async function unavailableReason(cacheDir: string): Promise<string | undefined> {
  if (process.env['PODWITNESS_REAL'] === 'off') return 'PODWITNESS_REAL=off';
  const found = await available({ cacheDir });
  if (!found.ok) return found.reason;
  try {
    await downloadKafka({ cacheDir }, kafkaVersion());
    await downloadElasticsearch({ cacheDir });
    return undefined;
  } catch (error) {
    if (!(error instanceof DownloadError)) throw error;
    return `${error.message} (${String(error.cause).split('\n')[0]})`;
  }
}

function kafkaVersion() {
  return parseKafkaVersion(process.env['PODWITNESS_LOCAL_KAFKA'] ?? '3.9.1');
}

async function listen(cacheDir: string): Promise<string> {
  const kafka = once(() => startKafka({ cacheDir, version: kafkaVersion() }));
  const heapMiB = ELASTICSEARCH_HEAP_MIB;
  const elasticsearch = once(() => startElasticsearch({ cacheDir, heapMiB }));
  const answers: Record<string, () => Promise<unknown>> = {
    '/kafka': async () => ({ brokers: (await kafka()).brokers }),
    '/elasticsearch': async () => ({ node: (await elasticsearch()).node }),
  };
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ''];
    const body = answer?.() ?? Promise.reject(new Error(`no server ${request.url}`));
    body.then(
      (value) => response.end(JSON.stringify(value)),
      (error: unknown) => response.writeHead(500).end(String(error)),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  stops.push(() => close(server));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** Starts at the first call; all callers get the same server, which is stopped in the end. */
function once<T extends { stop: Stop }>(start: () => Promise<T>): () => Promise<T> {
  let started: Promise<T> | undefined;
  return () => {
    if (started === undefined) {
      const starting = start();
      started = starting;
      // A failed start has cleaned up and was told to the test that asked.
      stops.push(async () => {
        const [result] = await Promise.allSettled([starting]);
        if (result.status === 'fulfilled') await result.value.stop();
      });
    }
    return started;
  };
}

function close(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}
