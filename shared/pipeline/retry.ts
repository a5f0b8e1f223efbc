/**
 * Owns: the one retry policy for sick neighbours: exponential, the second half of each wait left to
 * chance, endless until the signal aborts, never shorter than the neighbour's own Retry-After.
 */
import { LaneLostError, TransientError } from '../errors/fault.ts';
import type { Clock } from '../ports/telemetry.ts';

export interface RetryPolicy {
  readonly initialMs: number;
  readonly maxMs: number;
}

export interface RetryParts {
  readonly policy: RetryPolicy;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onRetry: (error: TransientError, attempt: number, waitMs: number) => void;
}

/** Timers that are set to more fire at once. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

/** Milliseconds to wait before attempt `attempt + 1`; `chance` in [0, 1). */
export function backoffMs(
  policy: RetryPolicy,
  attempt: number,
  chance: number,
  retryAfterMs = 0,
): number {
  const ceiling = Math.min(policy.maxMs, policy.initialMs * 2 ** Math.min(attempt - 1, 30));
  const waitMs = Math.max(retryAfterMs, Math.ceil(ceiling * (0.5 + chance / 2)));
  return Math.min(waitMs, LONGEST_TIMER_MS);
}

/**
 * Calls `action` until it no longer throws TransientError. Throws LaneLostError when the signal
 * aborts in between (whatever was not committed is the next owner's), any other error as it is.
 */
export async function retrying<T>(parts: RetryParts, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      if (!(error instanceof TransientError)) throw error;
      const waitMs = backoffMs(parts.policy, attempt, parts.clock.random(), error.retryAfterMs);
      parts.onRetry(error, attempt, waitMs);
      await parts.clock.sleep(waitMs, parts.signal);
      if (parts.signal.aborted) {
        throw new LaneLostError('Stopped while waiting to retry', { cause: error });
      }
    }
  }
}
