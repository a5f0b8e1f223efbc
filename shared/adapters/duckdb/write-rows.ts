/**
 * Owns: one write call as one transaction: which rows are new, which revisions win, and the
 * verdict of each.
 * Does not own: what a row is (prepare-row.ts); one caller at a time is the store's care.
 */
import assert from 'node:assert/strict';
import type { DuckDBConnection } from '@duckdb/node-api';
import { COLLECTIONS, type CollectionName } from '../../domain/collections.ts';
import type { WriteOp, WriteVerdict } from '../../ports/event-store.ts';
import { inTransaction, lookUp } from './keys.ts';
import { prepareRow, type Row } from './prepare-row.ts';
import { COLUMNS } from './tables.ts';

/** A row and the place of its operation in the call. */
interface Staged {
  readonly index: number;
  readonly row: Row;
}

/** What is staged at once: rows of five MB each must not all be in memory at the same time. */
const STAGE_BYTES = 16 * 1024 * 1024;

export const STAGING_SQL = [
  `create temp table staging (key hugeint, id varchar, ts bigint, revision bigint,
    bytes integer, unusual boolean, document varchar)`,
  'create temp table staging_parts (key hugeint, part blob, owner hugeint)',
];

/** Verdicts in the order of `ops`; durable when it resolves, and nothing changed when it throws. */
export async function writeRows(
  connection: DuckDBConnection,
  ops: readonly WriteOp[],
  nowMs: number,
): Promise<readonly WriteVerdict[]> {
  const verdicts: (WriteVerdict | undefined)[] = [];
  const rows = new Map<CollectionName, Staged[]>();
  ops.forEach((op, index) => {
    assertKind(op);
    const prepared = prepareRow(op);
    if (!prepared.ok) {
      verdicts[index] = { kind: 'refused', fault: prepared.fault };
      return;
    }
    const staged = rows.get(op.collection) ?? [];
    staged.push({ index, row: prepared.row });
    rows.set(op.collection, staged);
  });
  const writing: Writing = { connection, verdicts, nowMs };
  if (rows.size > 0) await inTransaction(connection, () => writeAll(writing, rows));
  return ops.map((_, index) => known(verdicts[index]));
}

function known(verdict: WriteVerdict | undefined): WriteVerdict {
  assert(verdict !== undefined, 'an operation got no verdict');
  return verdict;
}

/** A create for what is updated in place, or the other way round, is a bug of the caller. */
export function assertKind(op: WriteOp): void {
  const fits = (COLLECTIONS[op.collection].mode === 'append') === (op.kind === 'create');
  assert(fits, `operation ${op.kind} does not fit collection ${op.collection}`);
}

/** One call: where it writes, its time, and what has become of each operation so far. */
interface Writing {
  readonly connection: DuckDBConnection;
  readonly verdicts: (WriteVerdict | undefined)[];
  readonly nowMs: number;
}

async function writeAll(
  writing: Writing,
  rows: ReadonlyMap<CollectionName, readonly Staged[]>,
): Promise<void> {
  for (const [collection, staged] of rows) {
    const write = COLLECTIONS[collection].mode === 'append' ? createRows : putRows;
    await write(writing, collection, staged);
  }
}

async function createRows(
  { connection, nowMs, verdicts }: Writing,
  collection: CollectionName,
  staged: readonly Staged[],
): Promise<void> {
  const first = new Map<bigint, Staged>();
  for (const item of staged) {
    if (first.has(item.row.key)) verdicts[item.index] = { kind: 'duplicate' };
    else first.set(item.row.key, item);
  }
  for (const part of partsByBytes([...first.values()])) {
    await stage(connection, part);
    const result = await connection.run(
      `insert or ignore into ${collection} select ${COLUMNS}, ${nowMs} from staging returning key`,
    );
    const written = new Set((await result.getColumnsJS())[0]);
    for (const { index, row } of part) {
      verdicts[index] = { kind: written.has(row.key) ? 'written' : 'duplicate' };
    }
    const fresh = part.filter((item) => written.has(item.row.key));
    await putParts(connection, collection, fresh);
  }
}

async function putRows(
  { connection, nowMs, verdicts }: Writing,
  collection: CollectionName,
  staged: readonly Staged[],
): Promise<void> {
  const revisions = await storedRevisions(connection, collection, staged);
  const winners = new Map<bigint, Staged>();
  for (const item of staged) {
    const { key, revision } = item.row;
    const isStale = revision < (revisions.get(key) ?? Number.NEGATIVE_INFINITY);
    verdicts[item.index] = { kind: isStale ? 'stale' : 'written' };
    if (isStale) continue;
    revisions.set(key, revision);
    winners.set(key, item);
  }
  for (const part of partsByBytes([...winners.values()])) {
    await stage(connection, part);
    await connection.run(`insert into ${collection} select ${COLUMNS}, ${nowMs} from staging
      on conflict (key) do update set ts = excluded.ts, revision = excluded.revision,
      bytes = excluded.bytes, unusual = excluded.unusual, document = excluded.document,
      stored = excluded.stored`);
    await putParts(connection, collection, part);
  }
}

/** Parts of a longer revision that was there before may stay: `bytes` says how many count. */
async function putParts(
  connection: DuckDBConnection,
  collection: CollectionName,
  staged: readonly Staged[],
): Promise<void> {
  const parts = staged.flatMap((item) => item.row.parts);
  if (parts.length === 0) return;
  await connection.run('truncate temp.staging_parts');
  const appender = await connection.createAppender('staging_parts', 'main', 'temp');
  for (const { bytes, key, owner } of parts) {
    appender.appendHugeInt(key);
    appender.appendBlob(bytes);
    appender.appendHugeInt(owner);
    appender.endRow();
  }
  appender.closeSync();
  await connection.run(`insert into ${collection}_parts select key, part, owner from staging_parts
    on conflict (key) do update set part = excluded.part`);
}

async function storedRevisions(
  connection: DuckDBConnection,
  collection: CollectionName,
  staged: readonly Staged[],
): Promise<Map<bigint, number>> {
  const keys = [...new Set(staged.map((item) => item.row.key))];
  const found = new Map<bigint, number>();
  for (const [key, revision] of await lookUp(
    connection,
    `key, revision from ${collection}`,
    keys,
  )) {
    found.set(key as bigint, Number(revision));
  }
  return found;
}

function* partsByBytes(staged: readonly Staged[]): Generator<readonly Staged[]> {
  let part: Staged[] = [];
  let bytes = 0;
  for (const item of staged) {
    if (part.length > 0 && bytes + item.row.bytes > STAGE_BYTES) {
      yield part;
      part = [];
      bytes = 0;
    }
    part.push(item);
    bytes += item.row.bytes;
  }
  if (part.length > 0) yield part;
}

/** Replaces what is in the staging table. */
async function stage(connection: DuckDBConnection, part: readonly Staged[]): Promise<void> {
  await connection.run('truncate temp.staging');
  const appender = await connection.createAppender('staging', 'main', 'temp');
  for (const { row } of part) {
    appender.appendHugeInt(row.key);
    appender.appendVarchar(row.id);
    appender.appendBigInt(BigInt(row.ts));
    appender.appendBigInt(BigInt(row.revision));
    appender.appendInteger(row.bytes);
    appender.appendBoolean(row.unusual);
    appender.appendVarchar(row.document);
    appender.endRow();
  }
  appender.closeSync();
}
