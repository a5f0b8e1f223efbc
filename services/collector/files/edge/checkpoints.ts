/**
 * Owns: checkpoints on disk: one small file for each followed path, replaced as a whole (written
 * beside it, fsynced, renamed). A busy path is written a few times a second, not for each body: what
 * is read again after a crash has the same ids.
 * Does not own: what stands in them (position.ts).
 */
import { mkdir, open, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { contentId } from '../../../../shared/domain/ids.ts';
import type { Clock, Logger } from '../../../../shared/ports/telemetry.ts';
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from '../position.ts';

export interface Checkpoints {
  /** Whether this input was followed before, in whatever process. */
  readonly isFirst: boolean;
  /** From now on it was. */
  begin(): Promise<void>;
  /** What was found, by followed path. */
  readonly found: ReadonlyMap<string, Checkpoint>;
  /** Names of files that hold no checkpoint: whose they were is told by nameOf. */
  readonly damaged: ReadonlySet<string>;
  nameOf(path: string): string;
  /** Soon; `take` is asked for what is true then. Undefined: the path is not followed any more. */
  saveSoon(path: string, take: () => Checkpoint | undefined): void;
  /** Writes what is due; resolves when it is on disk. */
  close(): Promise<void>;
}

const PAUSE_MS = 300;
const PAUSE_AFTER_FAILURE_MS = 5_000;
const STARTED = 'started';

async function replaceFile(folder: string, name: string, text: string): Promise<void> {
  const path = join(folder, name);
  const handle = await open(`${path}.new`, 'w', 0o600);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await rename(`${path}.new`, path);
}

/** Makes the renames last, too. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

interface Reading {
  readonly isFirst: boolean;
  readonly found: Map<string, Checkpoint>;
  readonly damaged: Set<string>;
}

async function readAll(folder: string, logger: Logger): Promise<Reading> {
  const names = await readdir(folder);
  const reading: Reading = {
    isFirst: !names.includes(STARTED),
    found: new Map(),
    damaged: new Set(),
  };
  for (const name of names.filter((n) => n.endsWith('.json'))) {
    const checkpoint = decodeCheckpoint(await readFile(join(folder, name), 'utf8'));
    if (checkpoint !== undefined) reading.found.set(checkpoint.path, checkpoint);
    else {
      reading.damaged.add(name);
      const fields = { file: join(folder, name) };
      logger.error(fields, 'Checkpoint is damaged: its files are read again from their beginning');
    }
  }
  return reading;
}

export interface CheckpointParts {
  /** Of one input. */
  readonly folder: string;
  readonly logger: Logger;
  readonly clock: Clock;
}

export async function openCheckpoints(parts: CheckpointParts): Promise<Checkpoints> {
  const { clock, folder, logger } = parts;
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const reading = await readAll(folder, logger);
  const due = new Map<string, () => Checkpoint | undefined>();
  const closed = new AbortController();
  const nameOf = (path: string) => `${contentId([path])}.json`;
  let writing: Promise<void> | undefined;

  const writeOne = async (path: string, take: () => Checkpoint | undefined): Promise<void> => {
    const checkpoint = take();
    if (checkpoint === undefined) await rm(join(folder, nameOf(path)), { force: true });
    else await replaceFile(folder, nameOf(path), encodeCheckpoint(checkpoint));
  };

  /** What fails stays due. Returns how long to wait. */
  const writeDue = async (): Promise<number> => {
    try {
      for (const [path, take] of [...due]) {
        await writeOne(path, take);
        if (due.get(path) === take) due.delete(path);
      }
      await syncFolder(folder);
      return PAUSE_MS;
    } catch (error) {
      // A full disk, say. Without it, more is read again after a crash; nothing is lost.
      logger.error({ err: error, folder }, 'Checkpoint not written');
      return PAUSE_AFTER_FAILURE_MS;
    }
  };

  const keepWriting = async (): Promise<void> => {
    while (due.size > 0 && !closed.signal.aborted) {
      await clock.sleep(await writeDue(), closed.signal);
    }
    writing = undefined;
  };

  return {
    ...reading,
    nameOf,
    begin: () => writeFile(join(folder, STARTED), '', { mode: 0o600 }),
    saveSoon(path, take) {
      due.set(path, take);
      writing ??= keepWriting();
    },
    async close() {
      closed.abort();
      await writing;
      if (due.size > 0) await writeDue();
    },
  };
}
