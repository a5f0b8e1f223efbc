/**
 * Owns: dying at a named point, for the tests that prove that nothing is lost or doubled there.
 */
import { kill, pid } from 'node:process';
import type { Failpoint } from '../ports/telemetry.ts';

/**
 * `setting` undefined: never dies. `before-commit`: SIGKILL when the point is first passed;
 * `before-commit:3`: at the third time.
 */
export function createFailpoint(setting: string | undefined): Failpoint {
  const [name, nth = '1'] = setting?.split(':') ?? [];
  let left = Number(nth);
  return (point) => {
    if (point !== name) return;
    left--;
    if (left === 0) kill(pid, 'SIGKILL');
  };
}
