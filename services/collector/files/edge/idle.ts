/**
 * Owns: how many files stay open though nobody reads them.
 */
import { hasWork } from './drain.ts';
import { type Family, release } from './family.ts';

/** Open without need: more are closed, oldest first. */
const MAX_IDLE_OPEN = 256;

/** Descriptors are worth holding while a file may be taken away unread, which quiet ones are not. */
export async function closeIdle(families: readonly Family[], nowMs: number): Promise<void> {
  const open = families.flatMap(({ files }) => files).filter(({ source }) => source !== undefined);
  if (open.length <= MAX_IDLE_OPEN) return;
  const busy = new Set(families.flatMap(({ files, isDraining }) => (isDraining ? files : [])));
  const idle = open
    .filter((file) => !hasWork(file, nowMs) && !busy.has(file))
    .sort((a, b) => a.position.modifiedMs - b.position.modifiedMs);
  for (const file of idle.slice(0, open.length - MAX_IDLE_OPEN)) await release(file);
}
