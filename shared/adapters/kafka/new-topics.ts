/**
 * Owns: patience with topics that were just made: each broker learns of them a moment later.
 */
import { FatalError } from '../../errors/fault.ts';
import type { Clock } from '../../ports/telemetry.ts';

const ATTEMPTS = 5;
const WAIT_MS = 150;

/** Calls `action` again while it throws `missing_topic`, for less than a second. */
export async function patientWithNewTopics<T>(clock: Clock, action: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await action();
    } catch (error) {
      const isMissing = error instanceof FatalError && error.code === 'missing_topic';
      if (!isMissing || attempt === ATTEMPTS) throw error;
      await clock.sleep(WAIT_MS, new AbortController().signal);
    }
  }
}
