import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LaneLostError, TransientError } from '../../../../shared/errors/fault.ts';
import { backoffMs, type RetryParts, retrying } from '../../../../shared/pipeline/retry.ts';
import type { Clock } from '../../../../shared/ports/telemetry.ts';

const POLICY = { initialMs: 100, maxMs: 30_000 };

describe('backoffMs', () => {
  const chance = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
  const policies = fc
    .tuple(fc.integer({ min: 1, max: 60_000 }), fc.integer({ min: 1, max: 60_000 }))
    .map(([a, b]) => ({ initialMs: Math.min(a, b), maxMs: Math.max(a, b) }));

  it('lies between half of the ceiling and the ceiling', () => {
    fc.assert(
      fc.property(policies, fc.integer({ min: 1, max: 1e9 }), chance, (policy, attempt, c) => {
        const ceiling = Math.min(policy.maxMs, policy.initialMs * 2 ** Math.min(attempt - 1, 40));
        const waitMs = backoffMs(policy, attempt, c);
        expect(waitMs).toBeGreaterThanOrEqual(ceiling / 2);
        expect(waitMs).toBeLessThanOrEqual(ceiling);
        expect(Number.isInteger(waitMs)).toBe(true);
      }),
    );
  });

  it('doubles up to the longest', () => {
    const waits = [1, 2, 3, 9, 10, 50].map((attempt) => backoffMs(POLICY, attempt, 0));
    expect(waits).toStrictEqual([50, 100, 200, 12_800, 15_000, 15_000]);
  });

  it('is never shorter than the neighbour asks, and never longer than a timer can be', () => {
    expect(backoffMs(POLICY, 1, 0, 7_000)).toBe(7_000);
    expect(backoffMs(POLICY, 20, 0, 7)).toBe(15_000);
    expect(backoffMs(POLICY, 1, 0, 1e15)).toBe(2 ** 31 - 1);
  });
});

describe('retrying', () => {
  function parts(stopAfter = Number.POSITIVE_INFINITY) {
    const stop = new AbortController();
    const waits: number[] = [];
    const clock: Clock = {
      now: () => 0,
      random: () => 0,
      async sleep(ms) {
        waits.push(ms);
        if (waits.length >= stopAfter) stop.abort();
      },
    };
    const retried: string[] = [];
    const settings: RetryParts = {
      ...{ policy: POLICY, clock, signal: stop.signal },
      onRetry: (error, attempt, waitMs) => retried.push(`${error.code} ${attempt} ${waitMs}`),
    };
    return { settings, retried, waits };
  }

  const busy = (retryAfterMs?: number) =>
    new TransientError('busy', { code: 'store_busy', retryAfterMs });

  it('tries until it works, and waits in between as the policy says', async () => {
    const { settings, retried, waits } = parts();
    const errors = [busy(), busy(), busy(5_000)];
    const action = async (): Promise<string> => {
      const error = errors.shift();
      if (error !== undefined) throw error;
      return 'done';
    };
    expect(await retrying(settings, action)).toBe('done');
    expect(waits).toStrictEqual([50, 100, 5_000]);
    expect(retried).toStrictEqual(['store_busy 1 50', 'store_busy 2 100', 'store_busy 3 5000']);
  });

  it('ends with LaneLostError and the last trouble when it is told to stop', async () => {
    const { settings, waits } = parts(2);
    const error = busy();
    const ending = retrying(settings, () => Promise.reject(error));
    await expect(ending).rejects.toThrow(LaneLostError);
    await expect(ending).rejects.toMatchObject({ cause: error });
    expect(waits).toHaveLength(2);
  });

  it.each([new TypeError('bug'), new LaneLostError('lost')])(
    'does not repeat after anything else: %s',
    async (error) => {
      const { settings, waits } = parts();
      await expect(retrying(settings, () => Promise.reject(error))).rejects.toBe(error);
      expect(waits).toStrictEqual([]);
    },
  );
});
