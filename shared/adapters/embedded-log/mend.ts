/**
 * Owns: going on after a write that failed, without a restart: waiting for room, opening the files
 * again, and taking what they say for the truth.
 * Does not own: who is told meanwhile (writer.ts), lanes (group.ts: they begin anew, since a commit
 * that failed may be there as a whole).
 */
import { TransientError } from '../../errors/fault.ts';
import type { Clock, Logger } from '../../ports/telemetry.ts';
import { type Level, reopenDatabase } from './database.ts';
import type { Offsets } from './offsets.ts';
import type { Topics } from './topics.ts';

export interface MendParts {
  readonly level: Level;
  readonly directory: string;
  readonly topics: Topics;
  readonly offsets: Offsets;
  readonly logger: Logger | undefined;
  readonly sleep: Clock['sleep'];
  /** False: not worth trying yet. Until then what is there can still be read. */
  readonly hasRoom: () => boolean;
  /** The log closes. */
  readonly closing: AbortSignal;
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 5_000;

/**
 * Resolves when the log can be written again, or closes. Throws FatalError `data_dir_damaged` when
 * something is gone that was durable.
 */
export async function mend(parts: MendParts): Promise<void> {
  const { closing, logger } = parts;
  for (let waitMs = FIRST_WAIT_MS; ; waitMs = Math.min(2 * waitMs, LONGEST_WAIT_MS)) {
    await parts.sleep(waitMs, closing);
    if (closing.aborted) return;
    if (!parts.hasRoom()) continue;
    try {
      await reopenDatabase(parts.level, parts.directory);
      await parts.offsets.reload(parts.level);
      await parts.topics.reloadEnds(parts.level);
      logger?.info({}, 'The log can be written again');
      return;
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      logger?.warn({ error: error.message }, 'The log can not be opened again yet');
    }
  }
}
