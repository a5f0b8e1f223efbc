/**
 * Owns: a real schema registry on this machine, Apicurio with its data in memory, that speaks
 * Confluent's API.
 * Does not own: downloads, supervision.
 */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { makeRunFolders } from './cache.ts';
import {
  available,
  type DownloadOptions,
  downloadRegistry,
  REGISTRY_VERSION,
} from './downloads.ts';
import { freePorts } from './ports.ts';
import { startSupervised, waitUntilReady } from './supervised.ts';

const READY_TIMEOUT_MS = 90_000;
const PROBE_TIMEOUT_MS = 2_000;
const HEAP_MIB = 384;

export interface LocalRegistry {
  /** What `kafka.schemaRegistry.url` takes. */
  readonly url: string;
  stop(): Promise<void>;
}

/** Starts it and waits until it answers. Throws DownloadError, or with the last lines of its log. */
export async function startRegistry(options: DownloadOptions): Promise<LocalRegistry> {
  const found = await available(options, []);
  if (!found.ok) throw new Error(`The schema registry can't be started: ${found.reason}`);
  const home = await downloadRegistry(options);
  const name = `schema-registry-${REGISTRY_VERSION}`;
  const { logsDir, runDir } = await makeRunFolders(options.cacheDir, name);
  const [port] = await freePorts(1);
  const url = `http://127.0.0.1:${port}/apis/ccompat/v7`;
  const logFile = join(logsDir, 'registry.log');
  const server = await startSupervised({
    command: join(found.java.home, 'bin', 'java'),
    args: [
      ...[`-Xmx${HEAP_MIB}m`, '-XX:TieredStopAtLevel=1'],
      ...[`-Dquarkus.http.port=${port}`, '-Dquarkus.http.host=127.0.0.1'],
      ...['-jar', join(home, `apicurio-registry-app-${REGISTRY_VERSION}-runner.jar`)],
    ],
    cwd: runDir,
    env: { LANG: 'C.UTF-8' },
    logFile,
    folder: runDir,
  });
  const stop = async (): Promise<void> => {
    await server.stop({ signal: 'SIGKILL' });
    await rm(runDir, { recursive: true, force: true });
  };
  try {
    const probe = async (): Promise<void> => {
      const signal = AbortSignal.timeout(PROBE_TIMEOUT_MS);
      const reply = await fetch(`${url}/subjects`, { signal });
      if (!reply.ok) throw new Error(`it answered ${reply.status}`);
    };
    const what = { name: 'The schema registry', servers: [server], logFiles: [logFile] };
    await waitUntilReady({ ...what, timeoutMs: READY_TIMEOUT_MS, probe });
  } catch (error) {
    await stop();
    throw error;
  }
  return { url, stop };
}
