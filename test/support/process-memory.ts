/**
 * Owns: how much memory a process took at most, as the kernel counted it (Linux).
 */
import { readFileSync } from 'node:fs';

/** Peak resident set in MiB since the process began; undefined where the system does not say. */
export function peakRssMiB(pid: number): number | undefined {
  try {
    const found = /^VmHWM:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
    return found === null ? undefined : Number(found[1]) / 1024;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}
