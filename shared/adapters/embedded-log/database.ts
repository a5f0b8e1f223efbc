/**
 * Owns: opening the one LevelDB of the log, also again, and reading from it, with errors in the
 * product's kinds.
 * Does not own: writing (writer.ts is the only writer), when it is opened again (mend.ts).
 */
import { ClassicLevel } from 'classic-level';
import { FatalError } from '../../errors/fault.ts';
import { KIND, type KeyRange, nameKey } from './keys.ts';
import { openTrouble, readTrouble, writeTrouble } from './trouble.ts';

export type Level = ClassicLevel<Buffer, Buffer>;
export type Entry = readonly [key: Buffer, value: Buffer];
export type WriteOp =
  | { readonly type: 'put'; readonly key: Buffer; readonly value: Buffer }
  | { readonly type: 'del'; readonly key: Buffer };

const FORMAT_KEY = nameKey(KIND.meta, 'format');
const FORMAT = JSON.stringify({ product: 'podwitness', format: 1 });

const MIB = 1024 * 1024;

/**
 * Opens the directory, making it when it is missing. It belongs to this process until `close`.
 * Throws FatalError: `data_dir_locked`, `data_dir_damaged`, `log_unavailable`, or `invalid_config`
 * when the folder was written by a release with another format.
 */
export async function openDatabase(directory: string): Promise<Level> {
  const level: Level = new ClassicLevel(directory, {
    keyEncoding: 'buffer',
    valueEncoding: 'buffer',
    // Measured, 2 kB records: 16 MiB 76 kev/s, 32 MiB 101, 64 MiB 106; two buffers may be in memory.
    writeBufferSize: 32 * MIB,
    maxFileSize: 32 * MIB,
    // Costs the CPU that it saves in writing, and a third of the disk is left.
    compression: true,
  });
  try {
    await level.open();
  } catch (error) {
    throw openTrouble(error, directory);
  }
  try {
    await checkFormat(level, directory);
  } catch (error) {
    await level.close();
    throw error;
  }
  return level;
}

/**
 * Closes and opens it again, with what the files say. Reads fail with TransientError meanwhile, and
 * afterwards if this throws: TransientError (no room, no access) or FatalError `data_dir_damaged`.
 */
export async function reopenDatabase(level: Level, directory: string): Promise<void> {
  await level.close();
  try {
    await level.open();
  } catch (error) {
    const trouble = openTrouble(error, directory);
    throw trouble.code === 'data_dir_damaged' ? trouble : writeTrouble(error);
  }
}

async function checkFormat(level: Level, directory: string): Promise<void> {
  const found = await level.get(FORMAT_KEY);
  if (found === undefined) {
    await level.put(FORMAT_KEY, Buffer.from(FORMAT), { sync: true });
  } else if (found.toString() !== FORMAT) {
    throw new FatalError(`${directory} was written by a release with another format`, {
      code: 'invalid_config',
    });
  }
}

export interface PageLimits {
  readonly entries: number;
  /** The page ends with the entry that passes this. */
  readonly bytes: number;
}

/** The first entries of a range, up to the limits: one seek, one call. */
export async function readPage(
  level: Level,
  range: KeyRange,
  limits: PageLimits,
): Promise<readonly Entry[]> {
  try {
    const iterator = level.iterator({
      ...range,
      highWaterMarkBytes: limits.bytes,
      fillCache: false,
    });
    try {
      return await iterator.nextv(limits.entries);
    } finally {
      await iterator.close();
    }
  } catch (error) {
    throw readTrouble(error);
  }
}

/** All entries of a range, page by page. */
export async function* scanRange(level: Level, range: KeyRange): AsyncGenerator<Entry> {
  try {
    const iterator = level.iterator({ ...range, highWaterMarkBytes: MIB, fillCache: false });
    try {
      for (;;) {
        const page = await iterator.nextv(1000);
        if (page.length === 0) return;
        yield* page;
      }
    } finally {
      await iterator.close();
    }
  } catch (error) {
    throw readTrouble(error);
  }
}

/** The last entry of a range. */
export async function lastEntry(level: Level, range: KeyRange): Promise<Entry | undefined> {
  try {
    const [last] = await level.iterator({ ...range, reverse: true, limit: 1 }).all();
    return last;
  } catch (error) {
    throw readTrouble(error);
  }
}
