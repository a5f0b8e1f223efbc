/**
 * Owns: deleting the documents that were written first, by age and by size, so that the room is
 * used again: the file's, and the memory of the index over the ids.
 * Does not own: when that is done (open.ts).
 *
 * Age counts from when a document was written here, not from its own time: an import of old audit
 * files must not be gone at once.
 */
import { statSync } from 'node:fs';
import type { DuckDBConnection } from '@duckdb/node-api';
import { inTransaction } from './keys.ts';
import { COLLECTION_NAMES, createIndexes, dropIndexes } from './tables.ts';

export interface StoreRetention {
  readonly maxAgeMs?: number;
  readonly maxBytes?: number;
}

/** After a pass by size so much of the limit is in use, so that the next is not due at once. */
const LEFT_OF_LIMIT = 0.9;
/** The time before which nothing was written: a pass with this cut-off deletes nothing. */
const NOTHING = Number.NEGATIVE_INFINITY;

/** One pass; returns how many documents were deleted. No other write may be under way. */
export type Retain = (connection: DuckDBConnection, nowMs: number) => Promise<number>;

export function createRetain(file: string, { maxAgeMs, maxBytes }: StoreRetention): Retain {
  /** Documents that the last pass by size left. */
  let left: number | undefined;

  /**
   * What was deleted is given back when nobody reads it any more, and not at once: until there are
   * more documents again than a pass left, the size of the file is no reason for another.
   */
  const bySize = async (connection: DuckDBConnection): Promise<number> => {
    if (maxBytes === undefined) return NOTHING;
    if (left !== undefined && (await countAll(connection)) < left / LEFT_OF_LIMIT) return NOTHING;
    return cutoffForSize(connection, file, maxBytes);
  };

  return async (connection, nowMs) => {
    const byAge = maxAgeMs === undefined ? NOTHING : nowMs - maxAgeMs;
    const size = await bySize(connection);
    const cutoffMs = Math.max(byAge, size);
    if (cutoffMs === NOTHING) return 0;
    const count = await countBefore(connection, cutoffMs);
    if (count > 0) await deleteBefore(connection, cutoffMs);
    if (size !== NOTHING) left = await countAll(connection);
    return count;
  };
}

function countAll(connection: DuckDBConnection): Promise<number> {
  return countBefore(connection, Number.MAX_SAFE_INTEGER);
}

/** Everything that was written before goes; NOTHING where the file is small enough. */
async function cutoffForSize(
  connection: DuckDBConnection,
  file: string,
  maxBytes: number,
): Promise<number> {
  const logBytes = statSync(`${file}.wal`, { throwIfNoEntry: false })?.size ?? 0;
  if ((await usedBytes(connection)) + logBytes <= maxBytes) return NOTHING;
  // The write-ahead log is not packed: what it comes to shows when it is worked in.
  await connection.run('checkpoint store');
  const used = await usedBytes(connection);
  if (used <= maxBytes) return NOTHING;
  const share = 1 - (maxBytes * LEFT_OF_LIMIT) / used;
  const all = COLLECTION_NAMES.map((name) => `select stored from ${name}`).join(' union all ');
  const found = await first(connection, `select quantile_disc(stored, ${share}) from (${all})`);
  return found === null || found === undefined ? NOTHING : Number(found) + 1;
}

/** Of the file, without what is free in it. */
async function usedBytes(connection: DuckDBConnection): Promise<number> {
  const sql = `select used_blocks * block_size from pragma_database_size()
    where database_name = 'store'`;
  return Number(await first(connection, sql));
}

async function countBefore(connection: DuckDBConnection, cutoffMs: number): Promise<number> {
  let count = 0;
  for (const name of COLLECTION_NAMES) {
    const sql = `select count(*) from ${name} where stored < ${cutoffMs}`;
    count += Number(await first(connection, sql));
  }
  return count;
}

async function deleteBefore(connection: DuckDBConnection, cutoffMs: number): Promise<void> {
  for (const name of COLLECTION_NAMES) {
    await inTransaction(connection, async () => {
      const old = `from ${name} where stored < ${cutoffMs}`;
      await connection.run(`delete from ${name}_parts where owner in (select key ${old})`);
      await connection.run(`delete ${old}`);
    });
  }
  try {
    for (const name of COLLECTION_NAMES) await dropIndexes(connection, name);
    await connection.run('checkpoint store');
  } finally {
    // What fails here fails every write after it, until the file is opened anew and makes them.
    for (const name of COLLECTION_NAMES) await createIndexes(connection, name);
  }
}

async function first(connection: DuckDBConnection, sql: string): Promise<unknown> {
  return (await (await connection.run(sql)).getRowsJS())[0]?.[0];
}
