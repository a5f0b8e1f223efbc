/**
 * Owns: the pipeline on a real embedded log and store in a temporary folder, worker by worker, for the
 * tests of `deadletter` and `doctor`.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AuditEvent, DeadLetter, RawBatch } from '../../schemas/generated/avro.ts';
import { rawBatch } from '../../schemas/raw-batch.ts';
import type { TopicName } from '../../schemas/topics.ts';
import { openDuckdbStore } from '../../shared/adapters/duckdb/open.ts';
import { openEmbeddedLog } from '../../shared/adapters/embedded-log/open.ts';
import { loadConfig } from '../../shared/config/load.ts';
import { CHAIN_START, type Link, nextLink, sha256 } from '../../shared/domain/chain.ts';
import { decideStateless } from '../../shared/pipeline/decide.ts';
import type { RunningWorker } from '../../shared/pipeline/runner.ts';
import type { Stage } from '../../shared/pipeline/stage.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import type { Log } from '../../shared/ports/log.ts';
import { type Context, createContext } from '../../shared/runtime/context.ts';
import {
  aboutBatch,
  codecOf,
  sinkTo,
  startStageWorker,
  type ValueOf,
} from '../../shared/runtime/stage-worker.ts';
import { groupOf, topicSpecs } from '../../shared/runtime/topics.ts';
import { type Pipeline, pipelineOn } from '../../services/cli/local/pipeline.ts';
import { startDetector } from '../../services/detector/main.ts';
import { startIndexer } from '../../services/indexer/main.ts';
import { createNormalizerStage } from '../../services/normalizer/stage.ts';
import { within } from '../contract/log/harness.ts';
import { createLines, type LogLine, until } from './worker-rig.ts';

const WAIT_MS = 20_000;
export type NormalizerStage = Stage<RawBatch, AuditEvent>;

/** The product's own. */
export function normalizer(): NormalizerStage {
  return createNormalizerStage({ dataStreamNamespace: 'default' });
}

export interface Sent {
  readonly source?: string;
  readonly cluster?: string;
  readonly receivedAt?: number;
  readonly collectorId?: string;
  readonly refused?: number[];
  readonly framing?: RawBatch['framing'];
}

export interface PipelineRig {
  readonly context: Context;
  readonly log: Log;
  readonly store: EventStore;
  readonly pipeline: Omit<Pipeline, 'close'>;
  /** Lines of the log of whoever writes for `deadletter`. */
  readonly lines: readonly LogLine[];
  /** Appends bodies as one collector would. */
  send(bodies: readonly (string | Buffer)[], sent?: Sent): Promise<void>;
  /** Takes a number of the chain that is never appended. */
  skipSequence(collectorId?: string): number;
  /** Each works until it has caught up, and stops. */
  normalize(stage?: NormalizerStage): Promise<void>;
  detect(): Promise<void>;
  index(): Promise<void>;
  values<T extends TopicName>(topic: T): Promise<readonly ValueOf<T>[]>;
  letters(): Promise<readonly DeadLetter[]>;
  close(): Promise<void>;
}

export async function openPipelineRig(
  env: Readonly<Record<string, string>> = {},
): Promise<PipelineRig> {
  const folder = await mkdtemp(join(tmpdir(), 'podwitness-pipeline-'));
  const config = await loadConfig({
    env: { PODWITNESS_DATA_DIR: folder, ...env },
    defaultFile: join(folder, 'none.yaml'),
  });
  const context = { ...createContext(config), logger: () => createLines().logger };
  const log = await openEmbeddedLog({ directory: join(folder, 'log') });
  await log.ensureTopics(topicSpecs(config));
  const file = join(folder, 'events.duckdb');
  const store = await openDuckdbStore({ file, memoryLimitMb: 128, threads: 1 });
  await store.setup();
  const { lines, logger } = createLines();
  const chains = new Map<string, Link>();
  const chainOf = (id: string): Link => chains.get(id) ?? CHAIN_START;
  const raw = codecOf('audit.raw');

  const caughtUp = async (stage: string, topic: TopicName): Promise<void> => {
    const isDone = async (): Promise<boolean> =>
      (await log.positions(groupOf('', stage), topic)).every((p) => p.committed === p.end);
    await within(WAIT_MS, `${stage} to catch up`, until(isDone));
  };

  const run = async (
    worker: Promise<RunningWorker>,
    stages: readonly (readonly [stage: string, topic: TopicName])[],
  ): Promise<void> => {
    const running = await worker;
    for (const [stage, topic] of stages) await caughtUp(stage, topic);
    await running.stop();
  };

  const values = async <T extends TopicName>(topic: T): Promise<readonly ValueOf<T>[]> => {
    const found: ValueOf<T>[] = [];
    const { signal } = new AbortController();
    for await (const { value } of log.read({ topic, from: 'beginning', untilEnd: true, signal })) {
      const decoded = codecOf(topic).decode(value ?? Buffer.alloc(0));
      if (decoded.ok) found.push(decoded.value);
    }
    return found;
  };

  return {
    ...{ context, log, store, lines },
    pipeline: pipelineOn({ log, store, topicPrefix: '', logger }),
    async send(bodies, sent = {}) {
      const { cluster = 'c1', receivedAt = Date.now(), source = 'audit' } = sent;
      const { collectorId = 'collector-1', framing = 'BODY', refused = [] } = sent;
      const records = bodies.map((text, i) => {
        const body = Buffer.from(text);
        const link = nextLink(chainOf(collectorId), sha256(body));
        chains.set(collectorId, link);
        const batch = rawBatch({
          ...{ source, cluster, body, receivedAt, collectorId, framing, ...link },
          ...{ sender: '10.1.2.3', senderId: 'apiserver', bodySha256: sha256(body) },
          refused: i === 0 ? refused : [],
        });
        const value = raw.encode(batch);
        return { topic: 'audit.raw', key: sha256(body), value, timestampMs: receivedAt };
      });
      await log.append(records);
    },
    skipSequence(collectorId = 'collector-1') {
      const link = nextLink(chainOf(collectorId), sha256(Buffer.from('refused')));
      chains.set(collectorId, link);
      return link.sequence;
    },
    normalize: (stage = normalizer()) =>
      run(
        startStageWorker(context, log, {
          name: 'normalizer',
          input: 'audit.raw',
          about: aboutBatch,
          decide: decideStateless(stage),
          out: sinkTo(context, 'audit.events', (event) => event.id),
        }),
        [['normalizer', 'audit.raw']],
      ),
    detect: () => run(startDetector(context, log), [['detector', 'audit.events']]),
    index: () =>
      run(startIndexer(context, log, store), [
        ['indexer.events', 'audit.events'],
        ['indexer.findings', 'audit.findings'],
        ['indexer.sessions', 'audit.sessions'],
      ]),
    values,
    letters: () => values('audit.deadletter'),
    async close() {
      await log.close();
      await store.close();
      await rm(folder, { recursive: true });
    },
  };
}

let made = 0;

/** An audit event that no other call gives; `rest` beats it. */
export function auditEvent(rest: Readonly<Record<string, unknown>> = {}): string {
  made++;
  return JSON.stringify({
    ...{ kind: 'Event', apiVersion: 'audit.k8s.io/v1', level: 'Metadata', verb: 'get' },
    auditID: `d9a1f8c2-5b7e-4c3d-8f10-${String(made).padStart(12, '0')}`,
    ...{ stage: 'ResponseComplete', requestURI: '/api/v1/pods' },
    user: { username: 'alice' },
    requestReceivedTimestamp: '2026-11-21T10:00:00.000000Z',
    stageTimestamp: `2026-11-21T10:00:00.${String(made).padStart(6, '0')}Z`,
    ...rest,
  });
}

export function eventList(events: readonly string[]): string {
  return `{"kind":"EventList","apiVersion":"audit.k8s.io/v1","items":[${events.join(',')}]}`;
}
