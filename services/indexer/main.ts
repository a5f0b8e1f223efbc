/**
 * Owns: wiring of the indexer: audit.events, audit.findings and audit.sessions into the event store.
 */
import type { AuditEvent, Finding } from '../../schemas/generated/avro.ts';
import { collectionOfKind } from '../../shared/domain/collections.ts';
import { joinWorkers, type RunningWorker } from '../../shared/pipeline/runner.ts';
import type { EventStore } from '../../shared/ports/event-store.ts';
import type { Log } from '../../shared/ports/log.ts';
import type { Context } from '../../shared/runtime/context.ts';
import {
  aboutEvent,
  aboutFinding,
  aboutSession,
  startStageWorker,
} from '../../shared/runtime/stage-worker.ts';
import { createIndexBatch, type IndexerParts } from './index-batch.ts';
import { createIndexLatest } from './edge/index-latest.ts';

const HOUR_MS = 3_600_000;

/** The indexer writes no topic: its output is the store's. */
const nothing = (item: never): never => item;

export async function startIndexer(
  context: Context,
  log: Log,
  store: EventStore,
): Promise<RunningWorker> {
  const { clock, config, failpoint } = context;
  const partsFor = <T>(collectionOf: IndexerParts<T>['collectionOf']): IndexerParts<T> => ({
    store,
    collectionOf,
    window: { windowMs: config.indexer.seenWindowHours * HOUR_MS },
    maxBatchRecords: config.pipeline.maxBatchRecords,
    failpoint,
    now: clock.now,
  });
  const workers = await Promise.all([
    startStageWorker(context, log, {
      name: 'indexer.events',
      input: 'audit.events',
      about: aboutEvent,
      changelog: 'audit.state.indexer.events',
      decide: createIndexBatch(partsFor(({ kind }: AuditEvent) => collectionOfKind(kind))),
      out: nothing,
    }),
    startStageWorker(context, log, {
      name: 'indexer.findings',
      input: 'audit.findings',
      about: aboutFinding,
      changelog: 'audit.state.indexer.findings',
      decide: createIndexBatch(partsFor((_: Finding) => 'findings')),
      out: nothing,
    }),
    startStageWorker(context, log, {
      name: 'indexer.sessions',
      input: 'audit.sessions',
      about: aboutSession,
      decide: createIndexLatest({ store, collection: 'sessions', failpoint }),
      out: nothing,
    }),
  ]);
  return joinWorkers(workers);
}
