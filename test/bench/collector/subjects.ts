/**
 * Owns: who is measured at the front door, each as a process of its own: podwitness and its peers.
 * Does not own: load, rounds, figures.
 */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { freePorts } from '../../../infra/local/ports.ts';
import { start } from '../../support/podwitness.ts';
import { buildBento } from '../bento.ts';
import { bentoConfig } from './bento.ts';

const NAIVE = fileURLToPath(new URL('./naive.mjs', import.meta.url));
const READY_MS = 30_000;

export interface Stand {
  readonly cacheDir: string;
  readonly folder: string;
  readonly broker: string;
  readonly certFile: string;
  readonly keyFile: string;
  readonly token: string;
  readonly tokenFile: string;
  /** For one record per event, by subject. */
  eventTopic(subject: string): Promise<string>;
}

export interface Subject {
  readonly name: string;
  readonly pid: number;
  readonly url: string;
  readonly topic: string;
  /** Records in the topic after one body of so many events. */
  recordsOf(events: number): number;
  stop(): Promise<void>;
}

export type Started = Subject | { readonly name: string; readonly missing: string };

export const PREFIX = 'bench.';

/** Variants of podwitness' collector by name: as it comes, and with small parts: all bodies cut. */
export const VARIANTS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  podwitness: {},
  'podwitness, cut at 64 KiB': { PODWITNESS_COLLECTOR_PART_BYTES: '65536' },
};

export function podwitnessSettings(stand: Stand): Readonly<Record<string, string>> {
  return {
    PODWITNESS_KAFKA_BROKERS: stand.broker,
    PODWITNESS_KAFKA_TOPIC_PREFIX: PREFIX,
    PODWITNESS_DATA_DIR: join(stand.folder, 'data'),
  };
}

export async function startPodwitness(name: string, stand: Stand): Promise<Subject> {
  const senders = [{ name: 'bench', clusters: ['bench'], tokenFiles: [stand.tokenFile] }];
  const settings = {
    ...podwitnessSettings(stand),
    ...VARIANTS[name],
    PODWITNESS_HTTP_TLS_CERT_FILE: stand.certFile,
    PODWITNESS_HTTP_TLS_KEY_FILE: stand.keyFile,
    PODWITNESS_COLLECTOR_SENDERS: JSON.stringify(senders),
  };
  const worker = await start(['collector'], settings, /"url":"(https?:[^"]+)"/);
  return {
    name,
    pid: worker.pid,
    url: `${worker.url}/v1/audit/bench`,
    topic: `${PREFIX}audit.raw`,
    // Bodies are kept whole or cut by size, so that their number says nothing.
    recordsOf: () => 0,
    async stop() {
      worker.kill('SIGTERM');
      await worker.exited;
    },
  };
}

async function untilListening(port: number, child: ChildProcess): Promise<void> {
  const end = Date.now() + READY_MS;
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    try {
      await once(socket, 'connect');
      return;
    } catch (error) {
      if (child.exitCode !== null || Date.now() > end) throw error;
      await sleep(100);
    } finally {
      socket.destroy();
    }
  }
}

interface Program {
  readonly name: string;
  readonly command: readonly [string, ...string[]];
  readonly port: number;
  readonly topic: string;
}

async function startProgram({ command, name, port, topic }: Program): Promise<Subject> {
  const [file, ...args] = command;
  const child = spawn(file, args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const exited = once(child, 'exit');
  try {
    await untilListening(port, child);
  } catch (error) {
    child.kill('SIGKILL');
    throw new Error(`${name} does not listen`, { cause: error });
  }
  return {
    name,
    pid: child.pid ?? 0,
    url: `https://127.0.0.1:${port}/post`,
    topic,
    recordsOf: (events) => events,
    async stop() {
      child.kill('SIGTERM');
      const late = setTimeout(() => child.kill('SIGKILL'), READY_MS);
      await exited;
      clearTimeout(late);
    },
  };
}

export async function startBento(stand: Stand): Promise<Started> {
  const name = 'bento';
  const built = await buildBento(stand.cacheDir);
  if ('missing' in built) return { name, missing: built.missing };
  const [port] = (await freePorts(1)) as [number];
  const topic = await stand.eventTopic(name);
  const file = join(stand.folder, 'bento.json');
  const { broker, certFile, keyFile } = stand;
  await writeFile(file, bentoConfig({ port, broker, topic, certFile, keyFile }));
  return startProgram({ name, command: [built.program, '-c', file], port, topic });
}

export async function startNaive(stand: Stand): Promise<Started> {
  const name = 'naive';
  const [port] = (await freePorts(1)) as [number];
  const topic = await stand.eventTopic(name);
  const { broker, certFile, keyFile } = stand;
  const settings = JSON.stringify({ brokers: [broker], certFile, keyFile, port, topic });
  return startProgram({ name, command: [process.execPath, NAIVE, settings], port, topic });
}
