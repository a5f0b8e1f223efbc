/**
 * Owns: the burst from POST to searchable, on the embedded pair and on real servers: events per
 * second on the wall, CPU per event and peak memory of each process.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startElasticsearch } from '../../infra/local/elasticsearch.ts';
import { startKafka } from '../../infra/local/kafka.ts';
import type { Recording } from '../support/data.ts';
import { distinctEvents } from '../support/distinct.ts';
import { type Process, run, type Settings, start, startWorker } from '../support/podwitness.ts';
import { deliver, eventually } from '../support/sender.ts';
import { difference, type Figure, figureOf, usageOf } from './measure.ts';

const SETTLE_MS = 300_000;
/** Connections of the sender: an API server opens more only while requests overlap. */
const SENDERS = 4;

async function emitted(worker: Process, stage: string): Promise<number> {
  const text = await (await fetch(`${worker.url}/metrics`)).text();
  const line = new RegExp(
    `podwitness_records_emitted_total\\{stage="${stage}",[^}]*\\} (\\d+)`,
    'g',
  );
  return [...text.matchAll(line)].reduce((sum, [, count]) => sum + Number(count), 0);
}

async function deliverAll(url: string, bodies: readonly Buffer[]): Promise<void> {
  const queue = bodies.values();
  const send = async (): Promise<void> => {
    for (const body of queue) await deliver(() => url, 'bench', body);
  };
  await Promise.all(Array.from({ length: SENDERS }, send));
}

interface Parts {
  readonly name: string;
  readonly collector: Process;
  readonly indexer: Process;
  /** What is measured, by the name it has in the report. */
  readonly measured: ReadonlyMap<string, number>;
}

async function measure(parts: Parts, recording: Recording): Promise<readonly Figure[]> {
  const events = distinctEvents(recording.bodies).length;
  const before = new Map([...parts.measured].map(([name, pid]) => [name, usageOf(pid)]));
  const started = performance.now();
  await deliverAll(parts.collector.url, recording.bodies);
  await eventually(
    () => emitted(parts.indexer, 'indexer.events'),
    (count) => count >= events,
    SETTLE_MS,
  );
  const seconds = (performance.now() - started) / 1000;
  return [...parts.measured].map(([name, pid]) => {
    const used = difference(usageOf(pid), before.get(name) ?? { cpuSeconds: 0, peakMiB: 0 });
    return figureOf({ run: parts.name, part: name }, events, seconds, used);
  });
}

async function withFolder<T>(action: (settings: Settings) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'podwitness-bench-'));
  try {
    return await action({ PODWITNESS_DATA_DIR: folder, PODWITNESS_LOGGING_LEVEL: 'warn' });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function stopAll(processes: readonly Process[]): Promise<void> {
  for (const process of processes) process.kill('SIGTERM');
  await Promise.all(processes.map((process) => process.exited));
}

export function benchEmbedded(recording: Recording): Promise<readonly Figure[]> {
  return withFolder(async (settings) => {
    const up = await start(['up'], settings);
    try {
      const measured = new Map([['up', up.pid]]);
      return await measure({ name: 'embedded', collector: up, indexer: up, measured }, recording);
    } finally {
      await stopAll([up]);
    }
  });
}

export interface Stack {
  /** The four workers by name. */
  readonly workers: ReadonlyMap<string, Process>;
  readonly elasticsearch: string;
  /** Process ids of the workers and of the servers, by name. */
  readonly pids: ReadonlyMap<string, number>;
}

const WORKERS = ['indexer', 'detector', 'normalizer', 'collector'];

/** Four workers on a Kafka and an Elasticsearch of their own. */
export function withStack<T>(
  cacheDir: string,
  extra: Settings,
  action: (stack: Stack) => Promise<T>,
): Promise<T> {
  return withFolder(async (settings) => {
    const [kafka, elasticsearch] = await Promise.all([
      startKafka({ cacheDir }),
      startElasticsearch({ cacheDir }),
    ]);
    try {
      const env = {
        ...settings,
        PODWITNESS_LOGGING_LEVEL: 'info',
        PODWITNESS_KAFKA_BROKERS: kafka.brokers.join(','),
        PODWITNESS_ELASTICSEARCH_NODE: elasticsearch.node,
        ...extra,
      };
      const set = await run(['setup'], env);
      if (set.exitCode !== 0) throw new Error(`setup: ${set.stderr}`);
      const started = await Promise.all(WORKERS.map((name) => startWorker(name, env)));
      const workers = new Map(WORKERS.map((name, i) => [name, started[i] as Process]));
      const pids = new Map([...workers].map(([name, worker]) => [name, worker.pid]));
      pids.set('kafka', kafka.pids[0] ?? 0);
      pids.set('elasticsearch', elasticsearch.pid);
      try {
        return await action({ workers, elasticsearch: elasticsearch.node, pids });
      } finally {
        await stopAll(started);
      }
    } finally {
      await Promise.all([kafka.stop(), elasticsearch.stop()]);
    }
  });
}

export function benchReal(recording: Recording, cacheDir: string): Promise<readonly Figure[]> {
  return withStack(cacheDir, {}, ({ pids: measured, workers }) => {
    const collector = workers.get('collector') as Process;
    const indexer = workers.get('indexer') as Process;
    return measure({ name: 'real', collector, indexer, measured }, recording);
  });
}
