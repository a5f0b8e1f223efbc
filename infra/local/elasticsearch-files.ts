/**
 * Owns: the configuration folder of a node: settings, certificates, its keystore of secrets.
 * Does not own: the running node (elasticsearch.ts).
 */
import { randomBytes } from 'node:crypto';
import { chown, mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  jvmOptions,
  KEYSTORE_SETTINGS,
  keystoreInput,
  LOG4J2_PROPERTIES,
  nodeSettings,
  toolArguments,
} from './elasticsearch-config.ts';
import { runTool } from './java.ts';
import { freePorts } from './ports.ts';
import { makeTls } from './tls.ts';

export interface NodePlan {
  /** The distribution, not written to. */
  readonly home: string;
  readonly javaHome: string;
  readonly runDir: string;
  readonly heapMiB: number;
  readonly security: boolean;
  /** Whom the files are given to; undefined: they stay ours. */
  readonly owner: { readonly uid: number; readonly gid: number } | undefined;
}

/** How to log in as the super user. */
export interface NodeAccess {
  /** PEM file of the certificate to trust, and its text. */
  readonly caFile: string;
  readonly ca: string;
  readonly username: 'elastic';
  readonly password: string;
}

export interface NodeFiles {
  readonly httpPort: number;
  readonly config: string;
  readonly tmp: string;
  readonly access: NodeAccess | undefined;
}

/** Writes everything a node needs below the run folder. */
export async function writeNodeFiles(plan: NodePlan): Promise<NodeFiles> {
  const { runDir } = plan;
  const [config, dataDir, logsDir, tmp] = ['config', 'data', 'logs', 'tmp'].map((name) =>
    join(runDir, name),
  ) as [string, string, string, string];
  for (const folder of [config, dataDir, logsDir, tmp]) await mkdir(folder);
  const [httpPort, transportPort] = (await freePorts(2)) as [number, number];
  await writeFile(join(config, 'jvm.options'), jvmOptions(plan.heapMiB, logsDir));
  await writeFile(join(config, 'log4j2.properties'), LOG4J2_PROPERTIES);
  const secured = plan.security ? await secure(plan, config) : undefined;
  const settings = { httpPort, transportPort, dataDir, logsDir, ...secured?.settings };
  await writeFile(join(config, 'elasticsearch.yml'), nodeSettings(settings));
  if (plan.owner !== undefined) await giveTo(runDir, plan.owner);
  return { httpPort, config, tmp, access: secured?.access };
}

/** `bootstrap.password` is what `elastic` has until somebody changes it through the API. */
async function secure(plan: NodePlan, config: string) {
  const { keystore, keystorePassword, caFile, ca } = await makeTls(config, plan.javaHome);
  const password = randomBytes(12).toString('hex');
  const tool = toolArguments(plan.home, config, 'keystore');
  await runTool(
    join(plan.javaHome, 'bin', 'java'),
    [...tool, 'add', '--stdin', '--force', ...KEYSTORE_SETTINGS],
    { cwd: plan.home, stdin: keystoreInput(password, keystorePassword) },
  );
  const access: NodeAccess = { caFile, ca, username: 'elastic', password };
  return { settings: { keystore }, access };
}

async function giveTo(folder: string, owner: { uid: number; gid: number }): Promise<void> {
  await chown(folder, owner.uid, owner.gid);
  for (const entry of await readdir(folder, { recursive: true })) {
    await chown(join(folder, entry), owner.uid, owner.gid);
  }
}
