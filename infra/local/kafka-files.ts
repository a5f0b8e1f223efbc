/**
 * Owns: what must lie on disk before brokers start: certificates, server.properties, formatted
 * data folders. Does not own: the running brokers (kafka.ts).
 */
import { randomBytes } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { RunFolders } from './cache.ts';
import type { KafkaVersion } from './downloads.ts';
import { runTool } from './java.ts';
import {
  type BrokerPorts,
  brokerSettings,
  clusterIdOf,
  formatArguments,
  type KafkaSecurity,
  type KafkaUser,
  propertiesText,
} from './kafka-config.ts';
import { freePorts } from './ports.ts';
import { makeTls, type TlsMaterial } from './tls.ts';

/** For programs that end after a second. */
const SHORT_LIVED = ['-XX:TieredStopAtLevel=1', '-XX:+UseSerialGC', '-Xshare:auto'];
const STORAGE_TOOL = 'kafka.tools.StorageTool';

export interface ClusterPlan {
  readonly version: KafkaVersion;
  readonly folders: RunFolders;
  readonly javaHome: string;
  /** Folder of jars. */
  readonly libs: string;
  readonly brokers: 1 | 3;
  /** Undefined: no security. The first one is the administrator. */
  readonly users: readonly [KafkaUser, ...KafkaUser[]] | undefined;
  readonly settings: Readonly<Record<string, string>>;
}

export interface BrokerFiles {
  readonly ports: BrokerPorts;
  readonly propertiesFile: string;
  readonly logFile: string;
}

export interface ClusterFiles {
  readonly brokers: readonly BrokerFiles[];
  readonly tls: TlsMaterial | undefined;
}

/** Picks ports, writes all files and formats the data folders. */
export async function writeClusterFiles(plan: ClusterPlan): Promise<ClusterFiles> {
  const { users } = plan;
  const tls = users && (await makeTls(plan.folders.runDir, plan.javaHome));
  const security = users && tls && { ...tls, users };
  const ports = await brokerPorts(plan.brokers);
  const clusterId = clusterIdOf(randomBytes(16));
  const brokers = await Promise.all(
    ports.map((_, index) => writeBrokerFiles(plan, { index, ports, clusterId, security })),
  );
  return { brokers, tls };
}

interface BrokerPlan {
  readonly index: number;
  readonly ports: readonly BrokerPorts[];
  readonly clusterId: string;
  readonly security: KafkaSecurity | undefined;
}

async function writeBrokerFiles(plan: ClusterPlan, broker: BrokerPlan): Promise<BrokerFiles> {
  const { index, ports, clusterId, security } = broker;
  const folder = join(plan.folders.runDir, `broker-${index}`);
  await mkdir(folder);
  const { settings } = plan;
  const config = { index, ports, dataDir: join(folder, 'data'), settings };
  const text = propertiesText(brokerSettings(security ? { ...config, security } : config));
  const propertiesFile = join(folder, 'server.properties');
  await writeFile(propertiesFile, text, { mode: 0o600 });
  const format = formatArguments(clusterId, propertiesFile, security?.users ?? []);
  const java = join(plan.javaHome, 'bin', 'java');
  await runTool(java, [...SHORT_LIVED, '-cp', `${plan.libs}/*`, STORAGE_TOOL, ...format]);
  const logFile = join(plan.folders.logsDir, `broker-${index}.log`);
  return { ports: ports[index] as BrokerPorts, propertiesFile, logFile };
}

async function brokerPorts(brokers: number): Promise<BrokerPorts[]> {
  const ports = await freePorts(3 * brokers);
  return Array.from({ length: brokers }, (_, index) => {
    const [internal, controller, secure] = ports.slice(3 * index) as [number, number, number];
    return { internal, controller, secure };
  });
}
