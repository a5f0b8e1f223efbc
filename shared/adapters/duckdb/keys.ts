/**
 * Owns: keys of rows, finding rows by key, transactions.
 * Does not own: what rows hold (prepare-row.ts, parts.ts).
 */
import { createHash } from 'node:crypto';
import type { DuckDBConnection } from '@duckdb/node-api';

const KEYS_PER_LOOKUP = 256;

/**
 * Row key of a text: the first 128 bits of its SHA-256. The index over the keys stays in memory:
 * 45 bytes a row, where an id's text takes 120 and inserts take twice the time.
 */
export function rowKey(text: string): bigint {
  const digest = createHash('sha256').update(text).digest();
  return (digest.readBigInt64BE(0) << 64n) | digest.readBigUInt64BE(8);
}

/**
 * Rows of `select <what> where key in <keys>`, in no order, found through the index: a list of
 * constants is looked up, a sub-query would scan the table.
 */
export async function lookUp(
  connection: DuckDBConnection,
  what: string,
  keys: readonly bigint[],
): Promise<unknown[][]> {
  const rows: unknown[][] = [];
  for (let from = 0; from < keys.length; from += KEYS_PER_LOOKUP) {
    const page = keys.slice(from, from + KEYS_PER_LOOKUP);
    const marks = page.map(() => '?').join(',');
    const result = await connection.run(`select ${what} where key in (${marks})`, page);
    rows.push(...(await result.getRowsJS()));
  }
  return rows;
}

/** All of `work`, or nothing; what it reads is of one moment. */
export async function inTransaction<T>(
  connection: DuckDBConnection,
  work: () => Promise<T>,
): Promise<T> {
  await connection.run('begin');
  try {
    const result = await work();
    await connection.run('commit');
    return result;
  } catch (error) {
    // A commit that failed has ended the transaction: a second error says nothing new.
    await connection.run('rollback').catch(() => undefined);
    throw error;
  }
}
