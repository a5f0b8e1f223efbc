/**
 * Owns: the tables of the store's file, and their indexes.
 * Does not own: their rows (prepare-row.ts, parts.ts).
 */
import type { DuckDBConnection } from '@duckdb/node-api';
import { COLLECTIONS, type CollectionName } from '../../domain/collections.ts';
import { FatalError } from '../../errors/fault.ts';

/** A file of another layout is refused. */
const LAYOUT = 2;
export const COLLECTION_NAMES = Object.keys(COLLECTIONS) as readonly CollectionName[];
export const COLUMNS = 'key, id, ts, revision, bytes, unusual, document';

/** Makes what is missing; returns the collections that were made. */
export async function createTables(
  connection: DuckDBConnection,
  file: string,
): Promise<CollectionName[]> {
  const names = await tableNames(connection);
  if (names.has('layout')) await checkLayout(connection, file);
  await connection.run('begin');
  if (!names.has('layout')) {
    await connection.run(`create table layout as select ${LAYOUT} as version`);
  }
  const created = COLLECTION_NAMES.filter((name) => !names.has(name));
  for (const name of created) {
    await connection.run(documentTable(name));
    await connection.run(partTable(name));
  }
  await connection.run('commit');
  // Also those that retention had dropped when the process died.
  for (const name of COLLECTION_NAMES) await createIndexes(connection, name);
  return created;
}

/** `stored`: ms since the epoch, when it was last written, for retention. */
function documentTable(name: CollectionName): string {
  return `create table ${name} (key hugeint not null, id varchar not null,
    ts bigint not null, revision bigint not null, bytes integer not null,
    unusual boolean not null, document varchar not null, stored bigint not null)`;
}

/** Where large documents are; see parts.ts. `owner`: key of the document. */
function partTable(name: CollectionName): string {
  return `create table ${name}_parts
    (key hugeint not null, part blob not null, owner hugeint not null)`;
}

/**
 * Indexes, not primary keys: these could not be dropped, and while a table has any index the engine
 * never gives back the room of rows that were deleted.
 */
export async function createIndexes(
  connection: DuckDBConnection,
  name: CollectionName,
): Promise<void> {
  for (const table of [name, `${name}_parts`]) {
    await connection.run(`create unique index if not exists ${table}_key on ${table} (key)`);
  }
}

export async function dropIndexes(
  connection: DuckDBConnection,
  name: CollectionName,
): Promise<void> {
  for (const table of [name, `${name}_parts`]) {
    await connection.run(`drop index if exists ${table}_key`);
  }
}

async function tableNames(connection: DuckDBConnection): Promise<ReadonlySet<unknown>> {
  const sql = "select table_name from duckdb_tables() where database_name = 'store'";
  const rows = await (await connection.run(sql)).getRowsJS();
  return new Set(rows.map((row) => row[0]));
}

async function checkLayout(connection: DuckDBConnection, file: string): Promise<void> {
  const rows = await (await connection.run('select version from layout')).getRowsJS();
  if (rows[0]?.[0] === LAYOUT) return;
  throw new FatalError(`The event store ${file} was written by another release`, {
    code: 'invalid_config',
  });
}
