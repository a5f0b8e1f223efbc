/**
 * Owns: the EventStore port on one local DuckDB file: the store of `podwitness up` without
 * Elasticsearch.
 * Does not own: the tables (tables.ts), the statements (write-rows.ts, read-documents.ts), failures
 * of the engine (serving.ts), what is deleted (retention.ts).
 */
import pLimit from 'p-limit';
import type { CollectionName } from '../../domain/collections.ts';
import { TransientError } from '../../errors/fault.ts';
import type { EventStore, SetupStep } from '../../ports/event-store.ts';
import type { Room } from '../../ports/room.ts';
import type { Logger } from '../../ports/telemetry.ts';
import { lookUp, rowKey } from './keys.ts';
import type { DuckdbFileOptions } from './open-file.ts';
import { countDocuments, searchDocuments, withConnection } from './read-documents.ts';
import { createRetain, type StoreRetention } from './retention.ts';
import { type Serving, startServing } from './serving.ts';
import { COLLECTION_NAMES } from './tables.ts';
import { writeRows } from './write-rows.ts';

export interface DuckdbStoreOptions extends DuckdbFileOptions {
  /** Of the disk: writes are refused when it is spent. */
  readonly room?: Room;
  readonly retention?: StoreRetention;
  readonly retentionIntervalMs?: number;
  /** Milliseconds since the epoch; decides ages for retention, nothing else. */
  readonly now?: () => number;
  readonly logger?: Logger;
}

const RETENTION_INTERVAL_MS = 10 * 60_000;
/** One transaction at a time: a second writer would only meet conflicts. */
const WRITERS = 1;

/**
 * Opens the file, and makes it and its tables where they are missing. A write is durable when it
 * resolves. Throws FatalError: `data_dir_locked` when it is open elsewhere, `invalid_config` when
 * it is no event store.
 */
export async function openDuckdbStore(options: DuckdbStoreOptions): Promise<EventStore> {
  let fresh: ReadonlySet<CollectionName> = new Set();
  const serving = await startServing(options, ({ created }) => {
    fresh = new Set(created);
  });
  const { now = Date.now, room } = options;
  const oneAtATime = pLimit(WRITERS);
  const stopRetention = startRetention(options, serving, oneAtATime);

  return {
    write: (ops) =>
      oneAtATime(() => {
        if (room?.isSpent() === true) throw diskFull();
        return serving.run(({ writer }) => writeRows(writer, ops, now()));
      }),
    existing: (collection, ids) =>
      serving.run(async ({ instance }) => {
        const idOf = new Map(ids.map((id) => [rowKey(id), id]));
        const rows = withConnection(instance, async function* (connection) {
          yield* await lookUp(connection, `key from ${collection}`, [...idOf.keys()]);
        });
        const found = new Set<string>();
        for await (const [key] of rows) found.add(idOf.get(key as bigint) ?? '');
        return found;
      }),
    search: (query) => serving.stream(({ instance }) => searchDocuments(instance, query)),
    count: (filter) => serving.run(({ instance }) => countDocuments(instance, filter)),
    refresh: async () => {},
    setup: async () => {
      const steps = COLLECTION_NAMES.map(
        (name): SetupStep => ({
          name: `table ${name}`,
          state: fresh.has(name) ? 'created' : 'unchanged',
        }),
      );
      fresh = new Set();
      return steps;
    },
    ping: () => serving.run(async ({ writer }) => void (await writer.run('select 1'))),
    close: () => {
      stopRetention();
      return oneAtATime(() => serving.close());
    },
  };
}

function diskFull(): TransientError {
  return new TransientError('The disk is full', { code: 'store_unavailable' });
}

/** Deletes from time to time what is too old or too much; returns how to stop that. */
function startRetention(
  { file, logger, now = Date.now, retention, retentionIntervalMs }: DuckdbStoreOptions,
  serving: Serving,
  oneAtATime: ReturnType<typeof pLimit>,
): () => void {
  if (retention?.maxAgeMs === undefined && retention?.maxBytes === undefined) return () => {};
  const retain = createRetain(file, retention);
  const pass = async (): Promise<void> => {
    try {
      const deleted = await serving.run(({ writer }) => retain(writer, now()));
      if (deleted > 0) logger?.info({ deleted }, 'Deleted the oldest documents of the store');
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      // The indexes may be missing: opening makes them.
      serving.doubt();
      logger?.warn({ error: String(error.cause) }, 'Retention of the store could not be applied');
    }
  };
  const timer = setInterval(
    () => void oneAtATime(pass),
    retentionIntervalMs ?? RETENTION_INTERVAL_MS,
  ).unref();
  return () => clearInterval(timer);
}
