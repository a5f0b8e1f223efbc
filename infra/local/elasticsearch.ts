/**
 * Owns: a real Elasticsearch 8.6.1 node on this machine, on a fresh data folder.
 * Does not own: its settings and files (elasticsearch-config.ts, elasticsearch-files.ts),
 * downloads, supervision.
 */
import { rm } from 'node:fs/promises';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { join } from 'node:path';
import { makeRunFolders, runsAsRoot } from './cache.ts';
import { available, type DownloadOptions, downloadElasticsearch } from './downloads.ts';
import { toolArguments } from './elasticsearch-config.ts';
import { type NodeAccess, type NodePlan, writeNodeFiles } from './elasticsearch-files.ts';
import { type SupervisedServer, startSupervised, waitUntilReady } from './supervised.ts';

const READY_TIMEOUT_MS = 120_000;
const PROBE_TIMEOUT_MS = 5_000;
/** `nobody`: Elasticsearch refuses to run as root. */
const NOBODY = { uid: 65_534, gid: 65_534 };

export interface ElasticsearchOptions extends DownloadOptions {
  /** Default false. True: users, API keys, TLS. */
  readonly security?: boolean;
  /** Default 1024. */
  readonly heapMiB?: number;
  /** Default 120 s. */
  readonly readyTimeoutMs?: number;
}

export interface LocalElasticsearch {
  /** `http://127.0.0.1:port`, with security `https://…`. */
  readonly node: string;
  /** With security. */
  readonly access: NodeAccess | undefined;
  /** Leader of the process group: the launcher; the node is its child. */
  readonly pid: number;
  readonly logsDir: string;
  /** Kills the node and removes its data. */
  stop(): Promise<void>;
}

/** Starts a node and waits until its health is yellow. Throws with the log's last lines if not. */
export async function startElasticsearch(
  options: ElasticsearchOptions,
): Promise<LocalElasticsearch> {
  const found = await available(options, ['elasticsearch']);
  if (!found.ok) throw new Error(`Elasticsearch can't be started: ${found.reason}`);
  const home = await downloadElasticsearch(options);
  const { runDir, logsDir } = await makeRunFolders(options.cacheDir, 'elasticsearch');
  const { security = false, heapMiB = 1024, readyTimeoutMs = READY_TIMEOUT_MS } = options;
  const owner = runsAsRoot() ? NOBODY : undefined;
  const plan = { home, javaHome: found.java.home, runDir, heapMiB, security, owner };
  const logFile = join(logsDir, 'elasticsearch.log');
  let server: SupervisedServer | undefined;
  const stop = async () => {
    await server?.stop({ signal: 'SIGKILL' });
    await rm(runDir, { recursive: true, force: true });
  };
  try {
    const files = await writeNodeFiles(plan);
    server = await startNode(plan, files, logFile);
    const { access } = files;
    const node = `${access ? 'https' : 'http'}://127.0.0.1:${files.httpPort}`;
    await waitUntilReady({
      name: 'Elasticsearch',
      servers: [server],
      logFiles: [logFile],
      timeoutMs: readyTimeoutMs,
      probe: () => probeNode(node, access),
    });
    return { node, access, pid: server.pid, logsDir, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

function startNode(plan: NodePlan, files: { config: string; tmp: string }, logFile: string) {
  return startSupervised({
    command: join(plan.javaHome, 'bin', 'java'),
    args: toolArguments(plan.home, files.config, 'server'),
    // The launcher finds its tools by paths relative to the distribution.
    cwd: plan.home,
    env: { LANG: 'C.UTF-8', ES_JAVA_HOME: plan.javaHome, ES_TMPDIR: files.tmp },
    logFile,
    folder: plan.runDir,
    ...plan.owner,
  });
}

function probeNode(node: string, access: NodeAccess | undefined): Promise<void> {
  const url = new URL('/_cluster/health?wait_for_status=yellow&timeout=1s', node);
  const options = {
    timeout: PROBE_TIMEOUT_MS,
    ...(access && { ca: access.ca, auth: `${access.username}:${access.password}` }),
  };
  return new Promise((resolve, reject) => {
    const request = (access ? requestHttps : requestHttp)(url, options, (reply) => {
      reply.resume();
      if (reply.statusCode === 200) resolve();
      else reject(new Error(`health answered ${reply.statusCode}`));
    });
    request.on('timeout', () => request.destroy(new Error('health did not answer')));
    request.on('error', reject);
    request.end();
  });
}
