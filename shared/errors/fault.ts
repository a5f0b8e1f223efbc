/**
 * Owns: the three kinds of trouble a worker can meet, as values and classes.
 * Does not own: the table of codes (codes.ts).
 *
 * - Fault: a bad record. A value, never thrown; it becomes a dead letter with the record's bytes.
 * - TransientError: a sick neighbour. Thrown by adapters, retried by the runner, never drops data.
 * - FatalError: a contract is broken (configuration, credentials, schema). Logged once, then exit.
 * Everything else that is thrown is a bug and crashes the process.
 */
import type { ErrorCode } from './codes.ts';

/** Why one record can't be processed, ever. `message` must not quote the record's content. */
export interface Fault {
  readonly code: ErrorCode;
  readonly message: string;
  readonly field?: string;
}

interface ErrorOptionsWithCode {
  readonly code: ErrorCode;
  readonly cause?: unknown;
}

/** A neighbour (broker, store, network) can't serve now; the same call may succeed later. */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly code: ErrorCode;
  readonly retryAfterMs: number | undefined;

  constructor(
    message: string,
    options: ErrorOptionsWithCode & { readonly retryAfterMs?: number | undefined },
  ) {
    super(message, { cause: options.cause });
    this.code = options.code;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** The process can't do its work until a person changes something. `message` says what. */
export class FatalError extends Error {
  override readonly name = 'FatalError';
  readonly code: ErrorCode;

  constructor(message: string, options: ErrorOptionsWithCode) {
    super(message, { cause: options.cause });
    this.code = options.code;
  }
}

/**
 * This process no longer owns the partition: another member of the group does.
 * Neither a bug nor a dead letter; whatever was not committed is the new owner's to do.
 */
export class LaneLostError extends Error {
  override readonly name = 'LaneLostError';
}
