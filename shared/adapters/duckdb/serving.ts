/**
 * Owns: the open file of the store over its failures: what the engine throws as the product's error,
 * and opening the file anew where the engine has given it up.
 * Does not own: how a file is opened (open-file.ts).
 */
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import type { CollectionName } from '../../domain/collections.ts';
import { TransientError } from '../../errors/fault.ts';
import { type DuckdbFileOptions, openFile } from './open-file.ts';
import { STAGING_SQL } from './write-rows.ts';

export interface Opened {
  readonly instance: DuckDBInstance;
  /** The one connection that writes. */
  readonly writer: DuckDBConnection;
  /** Tables that were made just now. */
  readonly created: readonly CollectionName[];
  close(): void;
}

export interface Serving {
  /** Throws TransientError `store_unavailable` for what goes wrong in the engine. */
  run<T>(work: (opened: Opened) => Promise<T>): Promise<T>;
  stream<T>(work: (opened: Opened) => AsyncIterable<T>): AsyncGenerator<T>;
  /** What failed has left the file in a state that only opening it again mends. */
  doubt(): void;
  close(): void;
}

export async function startServing(
  options: DuckdbFileOptions,
  first: (opened: Opened) => void,
): Promise<Serving> {
  let opened = await open(options);
  first(opened);
  let isBroken = false;
  let opening: Promise<Opened> | undefined;

  const reopen = async (): Promise<Opened> => {
    opened.close();
    opened = await open(options);
    isBroken = false;
    return opened;
  };

  const usable = async (): Promise<Opened> => {
    if (!isBroken) return opened;
    opening ??= reopen().finally(() => {
      opening = undefined;
    });
    try {
      return await opening;
    } catch (error) {
      // It was open before: what is missing now is room, mostly.
      throw unavailable('The embedded event store can not be opened again yet', error);
    }
  };

  const translated = async (error: unknown, used: Opened): Promise<unknown> => {
    // The engine throws plain `Error` for all that goes wrong in it; other classes are bugs here.
    if (!(error instanceof Error) || error.constructor !== Error) return error;
    if (used === opened && !(await isAlive(used.instance))) isBroken = true;
    return unavailable('The embedded event store failed', error);
  };

  return {
    async run(work) {
      const used = await usable();
      try {
        return await work(used);
      } catch (error) {
        throw await translated(error, used);
      }
    },
    async *stream(work) {
      const used = await usable();
      try {
        yield* work(used);
      } catch (error) {
        throw await translated(error, used);
      }
    },
    doubt() {
      isBroken = true;
    },
    close: () => opened.close(),
  };
}

function unavailable(what: string, cause: unknown): TransientError {
  return new TransientError(what, { code: 'store_unavailable', cause });
}

async function open(options: DuckdbFileOptions): Promise<Opened> {
  const { close, created, instance } = await openFile(options);
  try {
    const writer = await instance.connect();
    await writer.run('use store');
    for (const sql of STAGING_SQL) await writer.run(sql);
    const closeAll = () => {
      writer.closeSync();
      close();
    };
    return { instance, writer, created, close: closeAll };
  } catch (error) {
    close();
    throw error;
  }
}

/** After a checkpoint that failed the engine answers nothing any more for this file. */
async function isAlive(instance: DuckDBInstance): Promise<boolean> {
  try {
    const connection = await instance.connect();
    try {
      await connection.run('select version from store.layout');
      return true;
    } finally {
      connection.closeSync();
    }
  } catch {
    return false;
  }
}
