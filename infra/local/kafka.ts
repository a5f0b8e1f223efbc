/**
 * Owns: real Kafka brokers on this machine: started, stopped, one stopped and started again.
 * Does not own: their settings and files (kafka-config.ts, kafka-files.ts), downloads, supervision.
 */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import kafkajs from 'kafkajs';
import { makeRunFolders } from './cache.ts';
import { available, downloadKafka, type KafkaVersion } from './downloads.ts';
import type { KafkaUser } from './kafka-config.ts';
import { type BrokerFiles, type ClusterPlan, writeClusterFiles } from './kafka-files.ts';
import { type SupervisedServer, startSupervised, waitUntilReady } from './supervised.ts';

const READY_TIMEOUT_MS = 90_000;
const PROBE_TIMEOUT_MS = 2_000;

export interface KafkaOptions {
  readonly cacheDir: string;
  readonly javaHome?: string;
  /** Default 3.9.1. */
  readonly version?: KafkaVersion;
  /** Default 1. With 3, topics have three replicas and two of them must be in sync. */
  readonly brokers?: 1 | 3;
  /** Default none. `sasl`: SASL_SSL with SCRAM and PLAIN, and access control. */
  readonly security?: 'none' | 'sasl';
  /** Beside `admin`, with security `sasl`. */
  readonly users?: readonly KafkaUser[];
  /** Of each broker, MiB. Default 512, and 384 with three brokers. */
  readonly heapMiB?: number;
  /** Further lines of server.properties. */
  readonly settings?: Readonly<Record<string, string>>;
  /** Default 90 s. */
  readonly readyTimeoutMs?: number;
}

/** What the SASL_SSL listener asks of a client. */
export interface KafkaAccess {
  /** PEM file of the certificate to trust, and its text. */
  readonly caFile: string;
  readonly ca: string;
  /** The super user. */
  readonly admin: KafkaUser;
}

export interface LocalKafka {
  readonly version: KafkaVersion;
  /** `127.0.0.1:port` of each broker; the SASL_SSL listener with security `sasl`. */
  readonly brokers: readonly string[];
  /** The plain listener, where everybody is a super user. Same as `brokers` without security. */
  readonly internalBrokers: readonly string[];
  /** With security `sasl`. */
  readonly access: KafkaAccess | undefined;
  /** By broker; `undefined` while it is stopped. */
  readonly pids: readonly (number | undefined)[];
  readonly logsDir: string;
  /** Goes with the brokers, however they end. */
  readonly runDir: string;
  /** Ends one broker: `clean` (default) hands over leadership, `kill` is a crash. Data stays. */
  stopBroker(index: number, how?: 'clean' | 'kill'): Promise<void>;
  /** Starts it again on its ports and data; resolves when all running brokers know each other. */
  startBroker(index: number): Promise<void>;
  /** Kills all brokers and removes their data. */
  stop(): Promise<void>;
}

/** Starts brokers and waits until they answer. Throws with the logs' last lines if they don't. */
export async function startKafka(options: KafkaOptions): Promise<LocalKafka> {
  const { version = '3.9.1', brokers = 1, security = 'none', settings = {} } = options;
  const found = await available(options, [version]);
  if (!found.ok) throw new Error(`Kafka can't be started: ${found.reason}`);
  const libs = await downloadKafka(options, version);
  const folders = await makeRunFolders(options.cacheDir, `kafka-${version}`);
  const admin = { name: 'admin', password: randomBytes(12).toString('hex') };
  const users: ClusterPlan['users'] =
    security === 'none' ? undefined : [admin, ...(options.users ?? [])];
  const plan = { version, folders, javaHome: found.java.home, libs, brokers, users, settings };
  let cluster: Awaited<ReturnType<typeof createCluster>> | undefined;
  try {
    cluster = await createCluster(plan, admin, options);
    await cluster.startAll();
    return cluster.handle;
  } catch (error) {
    await cluster?.handle.stop();
    await rm(folders.runDir, { recursive: true, force: true });
    throw error;
  }
}

async function createCluster(plan: ClusterPlan, admin: KafkaUser, options: KafkaOptions) {
  const { brokers, tls } = await writeClusterFiles(plan);
  const heapMiB = options.heapMiB ?? (plan.brokers === 1 ? 512 : 384);
  const running: (SupervisedServer | undefined)[] = brokers.map(() => undefined);
  const internalBrokers = brokers.map(({ ports }) => `127.0.0.1:${ports.internal}`);
  const secureBrokers = brokers.map(({ ports }) => `127.0.0.1:${ports.secure}`);
  const start = async (index: number) => {
    const files = brokers[index];
    if (files === undefined) throw new Error(`there is no broker ${index}`);
    if (running[index] !== undefined) throw new Error(`broker ${index} is running`);
    running[index] = await startBrokerProcess(plan, files, heapMiB);
  };
  const end = async (index: number, signal: 'SIGTERM' | 'SIGKILL', keepFolder: boolean) => {
    const server = running[index];
    running[index] = undefined;
    await server?.stop({ signal, keepFolder });
  };
  const ready = () =>
    waitUntilReady({
      name: `Kafka ${plan.version}`,
      servers: running.filter((server) => server !== undefined),
      logFiles: brokers.map(({ logFile }) => logFile),
      timeoutMs: options.readyTimeoutMs ?? READY_TIMEOUT_MS,
      probe: () => probeCluster(internalBrokers.filter((_, index) => running[index])),
    });
  const startAll = async () => {
    const starts = await Promise.allSettled(running.map((_, index) => start(index)));
    for (const each of starts) if (each.status === 'rejected') throw each.reason;
    await ready();
  };
  const handle: LocalKafka = {
    version: plan.version,
    brokers: tls ? secureBrokers : internalBrokers,
    internalBrokers,
    access: tls && { caFile: tls.caFile, ca: tls.ca, admin },
    get pids() {
      return running.map((server) => server?.pid);
    },
    logsDir: plan.folders.logsDir,
    runDir: plan.folders.runDir,
    stopBroker: (index, how = 'clean') => end(index, how === 'clean' ? 'SIGTERM' : 'SIGKILL', true),
    async startBroker(index) {
      await start(index);
      await ready();
    },
    async stop() {
      await Promise.all(running.map((_, index) => end(index, 'SIGKILL', false)));
      await rm(plan.folders.runDir, { recursive: true, force: true });
    },
  };
  return { handle, startAll };
}

function startBrokerProcess(plan: ClusterPlan, files: BrokerFiles, heapMiB: number) {
  const simpleLogger = {
    showDateTime: 'true',
    dateTimeFormat: 'HH:mm:ss.SSS',
    defaultLogLevel: 'info',
  };
  return startSupervised({
    command: join(plan.javaHome, 'bin', 'java'),
    args: [
      `-Xmx${heapMiB}m`,
      // Compiles less, starts sooner: the servers of tests live for seconds.
      '-XX:TieredStopAtLevel=1',
      ...Object.entries(simpleLogger).map(([k, v]) => `-Dorg.slf4j.simpleLogger.${k}=${v}`),
      ...['-cp', `${plan.libs}/*`, 'kafka.Kafka', files.propertiesFile],
    ],
    cwd: plan.folders.runDir,
    env: { LANG: 'C.UTF-8' },
    logFile: files.logFile,
    folder: plan.folders.runDir,
  });
}

/** Ready means: one of them knows the controller and all the others. */
async function probeCluster(brokers: readonly string[]): Promise<void> {
  const kafka = new kafkajs.Kafka({
    clientId: 'podwitness-local',
    brokers: [...brokers],
    logLevel: kafkajs.logLevel.NOTHING,
    connectionTimeout: PROBE_TIMEOUT_MS,
    requestTimeout: PROBE_TIMEOUT_MS,
    retry: { retries: 0 },
  });
  const admin = kafka.admin();
  try {
    await admin.connect();
    const { brokers: known, controller } = await admin.describeCluster();
    if (known.length < brokers.length || controller === null || controller < 0) {
      throw new Error(`${known.length} of ${brokers.length} brokers, controller ${controller}`);
    }
  } finally {
    await admin.disconnect();
  }
}
