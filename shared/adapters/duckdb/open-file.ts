/**
 * Owns: opening the one database file, with its limits, and what it means when it can't be opened.
 * Does not own: its tables (tables.ts), reading and writing rows (read-documents.ts, write-rows.ts).
 */
import { accessSync, constants, existsSync, mkdirSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { CollectionName } from '../../domain/collections.ts';
import { FatalError } from '../../errors/fault.ts';
import { createTables } from './tables.ts';

export interface DuckdbFileOptions {
  /** Path of the database file; its folder is made where it is missing. */
  readonly file: string;
  /**
   * Most memory of the engine, MiB (not of Node). The index over the ids can't leave memory:
   * 45 bytes a document, so that 256 MiB hold about four million documents.
   */
  readonly memoryLimitMb: number;
  readonly threads: number;
}

export interface OpenFile {
  readonly instance: DuckDBInstance;
  /** Tables that were made just now. */
  readonly created: readonly CollectionName[];
  readonly close: () => void;
}

/**
 * A checkpoint holds the row group that it writes in memory, and writes the last one anew. With the
 * default of 122,880 rows that is 240 MB of documents each time, and a pause of two seconds; bench:
 * 57 µs a document by default, 23 so.
 */
const ROW_GROUP_ROWS = 4_096;
const CHECKPOINT_THRESHOLD = '64MB';

/** Files open in this process: the engine's lock keeps out other processes only. */
const openHere = new Set<string>();

/** Throws FatalError where the file is locked, no database, or of a later layout. */
export async function openFile(options: DuckdbFileOptions): Promise<OpenFile> {
  const file = resolve(options.file);
  if (openHere.has(file)) throw lockedError(file);
  openHere.add(file);
  let instance: DuckDBInstance | undefined;
  try {
    mkdirSync(dirname(file), { recursive: true });
    instance = await DuckDBInstance.create(':memory:', {
      memory_limit: `${options.memoryLimitMb}MiB`,
      threads: String(options.threads),
      temp_directory: `${file}.tmp`,
      checkpoint_threshold: CHECKPOINT_THRESHOLD,
      // Nothing is fetched from the network, whatever a query says.
      autoinstall_known_extensions: 'false',
      autoload_known_extensions: 'false',
    });
    const created = await prepare(instance, file);
    return { instance, created, close: closeOnce(instance, file) };
  } catch (error) {
    instance?.closeSync();
    openHere.delete(file);
    throw error;
  }
}

function closeOnce(instance: DuckDBInstance, file: string): () => void {
  let open = true;
  return () => {
    if (!open) return;
    open = false;
    instance.closeSync();
    openHere.delete(file);
  };
}

async function prepare(instance: DuckDBInstance, file: string): Promise<CollectionName[]> {
  const connection = await instance.connect();
  try {
    await attach(connection, file);
    await connection.run('use store');
    const created = await createTables(connection, file);
    return created;
  } finally {
    connection.closeSync();
  }
}

async function attach(connection: DuckDBConnection, file: string): Promise<void> {
  const path = file.replaceAll("'", "''");
  try {
    await connection.run(`attach '${path}' as store (row_group_size ${ROW_GROUP_ROWS})`);
  } catch (error) {
    throw openError(file, error);
  }
}

/**
 * The engine tells only by its message why a file can't be opened: its errors carry neither class
 * nor code. So the message decides between two errors that are both fatal, and nothing else.
 */
function openError(file: string, cause: unknown): FatalError {
  const message = cause instanceof Error ? cause.message : String(cause);
  if (message.includes('Could not set lock')) return lockedError(file, cause);
  return new FatalError(`The event store ${file} can not be opened${whyNot(file)}`, {
    code: 'invalid_config',
    cause,
  });
}

function whyNot(file: string): string {
  if (!existsSync(file)) return '';
  try {
    accessSync(file, constants.R_OK | constants.W_OK);
    return ': it is damaged, or no event store';
  } catch {
    return ': it may not be read and written';
  }
}

function lockedError(file: string, cause?: unknown): FatalError {
  return new FatalError(`The event store ${file} is in use`, { code: 'data_dir_locked', cause });
}
