/**
 * Owns: a real Elasticsearch 8.6.1 node on this machine, on a fresh data folder.
 * Does not own: its settings' text (elasticsearch-config.ts), downloads, supervision.
 */
import { chown, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { makeRunFolders, runsAsRoot } from './cache.ts';
import { available, type DownloadOptions, downloadElasticsearch } from './downloads.ts';
import { jvmOptions, LOG4J2_PROPERTIES, nodeSettings } from './elasticsearch-config.ts';
import { freePorts } from './ports.ts';
import { startSupervised, waitUntilReady } from './supervised.ts';

const READY_TIMEOUT_MS = 120_000;
const PROBE_TIMEOUT_MS = 5_000;
/** `nobody`: Elasticsearch refuses to run as root. */
const NOBODY = 65_534;

export interface ElasticsearchOptions extends DownloadOptions {
  /** MiB. Default 1024. */
  readonly heapMiB?: number;
  /** Default 120 s. */
  readonly readyTimeoutMs?: number;
}

export interface LocalElasticsearch {
  /** `http://127.0.0.1:port`. */
  readonly node: string;
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
  const [httpPort, transportPort] = (await freePorts(2)) as [number, number];
  const config = join(runDir, 'config');
  for (const name of ['config', 'data', 'logs', 'tmp']) await mkdir(join(runDir, name));
  await writeFile(
    join(config, 'elasticsearch.yml'),
    nodeSettings({
      httpPort,
      transportPort,
      dataDir: join(runDir, 'data'),
      logsDir: join(runDir, 'logs'),
    }),
  );
  await writeFile(
    join(config, 'jvm.options'),
    jvmOptions(options.heapMiB ?? 1024, join(runDir, 'logs')),
  );
  await writeFile(join(config, 'log4j2.properties'), LOG4J2_PROPERTIES);
  const user = runsAsRoot() ? { uid: NOBODY, gid: NOBODY } : undefined;
  if (user !== undefined) await giveTo(runDir, user);
  const logFile = join(logsDir, 'elasticsearch.log');
  const server = await startSupervised({
    command: join(found.java.home, 'bin', 'java'),
    args: launcherArguments(home, config),
    // The launcher finds its tools by paths relative to the distribution.
    cwd: home,
    env: {
      LANG: 'C.UTF-8',
      ES_JAVA_HOME: found.java.home,
      ES_TMPDIR: join(runDir, 'tmp'),
    },
    logFile,
    folder: runDir,
    ...user,
  });
  const node = `http://127.0.0.1:${httpPort}`;
  const stop = async () => {
    await server.stop({ signal: 'SIGKILL' });
    await rm(runDir, { recursive: true, force: true });
  };
  try {
    await waitUntilReady({
      name: 'Elasticsearch',
      servers: [server],
      logFiles: [logFile],
      timeoutMs: options.readyTimeoutMs ?? READY_TIMEOUT_MS,
      probe: () => probeNode(node),
    });
  } catch (error) {
    await stop();
    throw error;
  }
  return { node, pid: server.pid, logsDir, stop };
}

/** What bin/elasticsearch would run; that script is not in the zip. */
function launcherArguments(home: string, config: string): string[] {
  return [
    ...['-Xms4m', '-Xmx64m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1'],
    '-Dcli.name=server',
    `-Dcli.script=${join(home, 'bin', 'elasticsearch')}`,
    '-Dcli.libs=lib/tools/server-cli',
    `-Des.path.home=${home}`,
    `-Des.path.conf=${config}`,
    '-Des.distribution.type=tar',
    '-cp',
    `${home}/lib/*:${home}/lib/cli-launcher/*`,
    'org.elasticsearch.launcher.CliToolLauncher',
  ];
}

async function giveTo(folder: string, user: { uid: number; gid: number }): Promise<void> {
  await chown(folder, user.uid, user.gid);
  for (const entry of await readdir(folder, { recursive: true })) {
    await chown(join(folder, entry), user.uid, user.gid);
  }
}

async function probeNode(node: string): Promise<void> {
  const url = `${node}/_cluster/health?wait_for_status=yellow&timeout=1s`;
  const reply = await fetch(url, { signal: AbortSignal.timeout(PROBE_TIMEOUT_MS) });
  const text = await reply.text();
  if (!reply.ok) throw new Error(`${reply.status} ${text}`);
}
