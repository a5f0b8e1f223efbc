/**
 * Owns: dying at a named point, for the tests that prove that nothing is lost or doubled there.
 */
import { kill, pid } from 'node:process';
import type { Failpoint } from '../ports/telemetry.ts';

/** `name` undefined: never dies. Otherwise SIGKILL at the point's `nth` passing. */
export function createFailpoint(name: string | undefined, nth = 1): Failpoint {
  let passed = 0;
  return (point) => {
    if (point !== name) return;
    passed++;
    if (passed === nth) kill(pid, 'SIGKILL');
  };
}
