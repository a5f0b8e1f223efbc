/**
 * Owns: exit codes (docs/reference/errors.md has them by error) and what is said on the way out.
 */
import { ERROR_CODES, type ErrorEntry } from '../../shared/errors/codes.ts';
import { FatalError, TransientError } from '../../shared/errors/fault.ts';

export const EXIT = {
  done: 0,
  failOn: 2,
  /** `doctor` found something missing, doubled or altered. */
  missing: 3,
  usage: 64,
  unreadableInput: 65,
  unavailable: 69,
  bug: 70,
  config: 78,
} as const;
export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** Runs a command's action: sets the exit code, reports errors. */
export type Run = (action: Promise<ExitCode>) => Promise<void>;

export interface Ending {
  readonly exitCode: ExitCode;
  readonly text: string;
}

/** What an error means for the process, and what to tell the person who ran it. */
export function endingOf(error: unknown): Ending {
  if (error instanceof FatalError || error instanceof TransientError) {
    const entry: ErrorEntry = ERROR_CODES[error.code];
    const text = `podwitness: ${error.message}\n${entry.action}\n`;
    return { exitCode: entry.exit ?? EXIT.unavailable, text };
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return {
    exitCode: EXIT.bug,
    text: `podwitness: this is a bug, please report it\n${detail}\n`,
  };
}
