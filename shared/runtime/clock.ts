/**
 * Owns: the real clock and chance, handed to the code at the edge.
 */
import { setTimeout as delay } from 'node:timers/promises';
import type { Clock } from '../ports/telemetry.ts';

export const systemClock: Clock = {
  now: () => Date.now(),
  random: () => Math.random(),
  async sleep(ms, signal) {
    try {
      await delay(ms, undefined, { signal });
    } catch (error) {
      if (!signal.aborted) throw error; // An abort ends the sleep early: that is its purpose.
    }
  },
};
