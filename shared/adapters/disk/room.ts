/**
 * Owns: how much room a folder's disk has, asked at most a few times a second.
 */
import { statfsSync } from 'node:fs';
import type { Room } from '../../ports/room.ts';

export interface RoomOptions {
  /** While it does not exist, or can't be asked, room is not what is missing. */
  readonly directory: string;
  /** Kept free; what was accepted may be worked on until half of it is used. */
  readonly minFreeBytes: number;
  /** Milliseconds, of any clock. */
  readonly now: () => number;
}

const ASK_EVERY_MS = 250;

export function diskRoom({ directory, minFreeBytes, now }: RoomOptions): Room {
  let askedMs = Number.NEGATIVE_INFINITY;
  let free = 0;
  const freeBytes = (): number => {
    const nowMs = now();
    // Also when the clock was set back.
    if (Math.abs(nowMs - askedMs) >= ASK_EVERY_MS) {
      free = freeOn(directory);
      askedMs = nowMs;
    }
    return free;
  };
  return {
    freeBytes,
    isShort: () => freeBytes() < minFreeBytes,
    isSpent: () => freeBytes() < minFreeBytes / 2,
  };
}

function freeOn(directory: string): number {
  try {
    const { bavail, bsize } = statfsSync(directory);
    return bavail * bsize;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
