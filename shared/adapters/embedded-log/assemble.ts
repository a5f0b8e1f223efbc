/**
 * Owns: putting the parts of an open log together, and what one of them does to the others when a
 * write fails.
 */
import { setTimeout as delay } from 'node:timers/promises';
import { ENDLESS_ROOM, type Room } from '../../ports/room.ts';
import type { Failpoint, Logger } from '../../ports/telemetry.ts';
import type { Level } from './database.ts';
import type { Engine } from './engine.ts';
import { mend } from './mend.ts';
import { Offsets } from './offsets.ts';
import { RecentChunks } from './recent.ts';
import { Topics } from './topics.ts';
import { Writer } from './writer.ts';

const RECENT_BYTES = 32 * 1024 * 1024;

export interface AssemblyOptions {
  readonly directory: string;
  readonly failpoint?: Failpoint;
  readonly logger?: Logger;
  readonly room?: Room;
  readonly onTrouble?: (reason: string | undefined) => void;
}

/** The parts of a log whose database is open; see openDatabase for the errors. */
export async function assemble(
  level: Level,
  options: AssemblyOptions,
  rest: { readonly now: () => number; readonly closing: AbortSignal },
): Promise<Engine> {
  const { directory, logger, onTrouble, room = ENDLESS_ROOM } = options;
  const { closing, now } = rest;
  const topics = await Topics.load(level);
  const offsets = await Offsets.load(level);
  const recent = new RecentChunks(RECENT_BYTES);
  const hasRoom = () => !room.isSpent();
  const writer = new Writer({
    level,
    recent,
    now,
    logger,
    onFailure() {
      onTrouble?.('log_unavailable: the log can not be written');
      engine.onFailure();
    },
    async mend() {
      await mend({ level, directory, topics, offsets, logger, sleep, hasRoom, closing });
      onTrouble?.(undefined);
    },
  });
  const engine: Engine = {
    level,
    topics,
    offsets,
    writer,
    recent,
    room,
    failpoint: options.failpoint ?? (() => undefined),
    logger,
    closing,
    onFailure: () => undefined,
  };
  return engine;
}

async function sleep(ms: number, signal: AbortSignal): Promise<void> {
  try {
    await delay(ms, undefined, { signal });
  } catch (error) {
    if (!signal.aborted) throw error; // Woken because the log closes.
  }
}
