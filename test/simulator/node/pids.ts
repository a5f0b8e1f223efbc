/**
 * Owns: process numbers of a node: counted up for all that runs on it, reused when they have run out.
 */
import type { Process } from '../model.ts';
import { SECOND } from '../moments.ts';
import type { Random } from '../random.ts';

const FIRST_AGAIN = 300;
/** Other processes of the node, that nobody hears of. */
const PER_SECOND = 10;

/** Gives numbers to the processes of one node. */
export function givePids(processes: readonly Process[], pidMax: number, random: Random): void {
  const ordered = [...processes].sort((a, b) => a.start - b.start);
  const usedUntil = new Map<number, number>();
  let pid = random.int(FIRST_AGAIN, pidMax - 1);
  let before = ordered[0]?.start ?? 0;
  for (const process of ordered) {
    const others = Math.min(((process.start - before) / SECOND) * PER_SECOND, 10 * pidMax);
    pid += 1 + Math.floor(others * random.between(0.8, 1.2));
    before = process.start;
    if (pid >= pidMax) pid = FIRST_AGAIN + (pid % (pidMax - FIRST_AGAIN));
    while ((usedUntil.get(pid) ?? 0) > process.start) pid++;
    process.pid = pid;
    usedUntil.set(pid, process.end);
  }
}
