/**
 * Owns: what goes wrong with the embedded log, as the product's kinds of error.
 */
import { FatalError, TransientError } from '../../errors/fault.ts';

/** Told to whoever appends while nothing can be written. */
const RETRY_AFTER_MS = 1000;

/** What was read is not what was written: disk, file system, or a hand in the folder. */
export function damaged(what: string, cause?: unknown): FatalError {
  return new FatalError(`the data folder of the log is damaged: ${what}`, {
    code: 'data_dir_damaged',
    cause,
  });
}

export function missingTopic(name: string): FatalError {
  return new FatalError(`the log has no topic ${name}`, { code: 'missing_topic' });
}

export function closed(): TransientError {
  return new TransientError('the log is closed', { code: 'log_unavailable' });
}

/** Codes that classic-level gives: LEVEL_LOCKED, LEVEL_CORRUPTION, LEVEL_IO_ERROR. */
function codesOf(error: unknown): readonly unknown[] {
  if (!(error instanceof Error)) return [];
  const own = 'code' in error ? error.code : undefined;
  return [own, ...codesOf(error.cause)];
}

/** The error of an open that failed. */
export function openTrouble(error: unknown, directory: string): FatalError {
  const codes = codesOf(error);
  if (codes.includes('LEVEL_LOCKED')) {
    return new FatalError(`another process holds the log in ${directory}`, {
      code: 'data_dir_locked',
      cause: error,
    });
  }
  if (codes.includes('LEVEL_CORRUPTION')) return damaged('it can not be opened', error);
  return new FatalError(`the log in ${directory} can not be opened`, {
    code: 'log_unavailable',
    cause: error,
  });
}

/** The error of a read that failed. */
export function readTrouble(error: unknown): Error {
  const codes = codesOf(error);
  if (codes.includes('LEVEL_DATABASE_NOT_OPEN') || codes.includes('LEVEL_ITERATOR_NOT_OPEN')) {
    return closed();
  }
  if (codes.includes('LEVEL_CORRUPTION')) return damaged('a file can not be read', error);
  if (!codes.includes('LEVEL_IO_ERROR'))
    return error instanceof Error ? error : new Error(String(error));
  return new TransientError('the log can not be read now', {
    code: 'log_unavailable',
    cause: error,
  });
}

/**
 * The error of a write that failed, for whoever may simply write again. LevelDB may have written a
 * part of the batch: what it appended behind that could be skipped by the next recovery although it
 * was synced. So nothing is written before the files were opened anew (mend.ts).
 */
export function writeTrouble(error: unknown): TransientError {
  return new TransientError('the log can not be written now: has the disk room, does it work?', {
    code: 'log_unavailable',
    retryAfterMs: RETRY_AFTER_MS,
    cause: error,
  });
}

/** What a caller is told who should come again. */
export function notNow(what: string): TransientError {
  return new TransientError(what, { code: 'log_unavailable', retryAfterMs: RETRY_AFTER_MS });
}
