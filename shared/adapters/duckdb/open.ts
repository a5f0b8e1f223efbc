/**
 * Owns: the EventStore port on one local DuckDB file: the store of `podwitness up` without
 * Elasticsearch.
 * Does not own: the tables (open-file.ts), the statements (write-rows.ts, read-documents.ts).
 */
import pLimit from 'p-limit';
import type { CollectionName } from '../../domain/collections.ts';
import { TransientError } from '../../errors/fault.ts';
import type { EventStore, SetupStep } from '../../ports/event-store.ts';
import { lookUp, rowKey } from './keys.ts';
import { COLLECTION_NAMES, type DuckdbFileOptions, openFile } from './open-file.ts';
import { countDocuments, searchDocuments, withConnection } from './read-documents.ts';
import { STAGING_SQL, writeRows } from './write-rows.ts';

/**
 * Opens the file, and makes it and its tables where they are missing. A write is durable when it
 * resolves. Throws FatalError: `data_dir_locked` when it is open elsewhere, `invalid_config` when
 * it is no event store.
 */
export async function openDuckdbStore(options: DuckdbFileOptions): Promise<EventStore> {
  const { instance, created, close } = await openFile(options);
  const writer = await instance.connect();
  await writer.run('use store');
  for (const sql of STAGING_SQL) await writer.run(sql);
  // One transaction at a time: a second writer would only meet conflicts.
  const oneAtATime = pLimit(1);
  let fresh: ReadonlySet<CollectionName> = new Set(created);

  return {
    write: (ops) => oneAtATime(() => whileServing(() => writeRows(writer, ops))),
    existing: (collection, ids) =>
      whileServing(async () => {
        const idOf = new Map(ids.map((id) => [rowKey(id), id]));
        const rows = withConnection(instance, async function* (connection) {
          yield* await lookUp(connection, `key from ${collection}`, [...idOf.keys()]);
        });
        const found = new Set<string>();
        for await (const [key] of rows) found.add(idOf.get(key as bigint) ?? '');
        return found;
      }),
    search: (query) => stream(searchDocuments(instance, query)),
    count: (filter) => whileServing(() => countDocuments(instance, filter)),
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
    ping: () => whileServing(async () => void (await writer.run('select 1'))),
    close: () =>
      oneAtATime(() => {
        writer.closeSync();
        close();
      }),
  };
}

/**
 * The engine throws plain `Error` for all that goes wrong in it (disk full, out of memory); what
 * is of another class is a bug here and passes.
 */
function servingError(error: unknown): unknown {
  if (!(error instanceof Error) || error.constructor !== Error) return error;
  return new TransientError('The embedded event store failed', {
    code: 'store_unavailable',
    cause: error,
  });
}

async function whileServing<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw servingError(error);
  }
}

async function* stream<T>(items: AsyncIterable<T>): AsyncGenerator<T> {
  try {
    yield* items;
  } catch (error) {
    throw servingError(error);
  }
}
