/**
 * Owns: `npm run bench keyed`: memory and speed of 100,000 open cells on an embedded log, and that
 * they outlive kill -9. Throws where they do not, or take more than they may.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Figure, figureOf } from '../measure.ts';
import { fill, fillAndKill, verify } from './processes.ts';

const CELLS = 100_000;
const TOUCHES = 50_000;
const MAX_GROWN_MIB = 512;

export async function benchKeyed(say: (text: string) => void): Promise<readonly Figure[]> {
  const folder = await mkdtemp(join(tmpdir(), 'podwitness-cells-'));
  const load = { folder, cells: CELLS, touches: TOUCHES };
  try {
    await fillAndKill(load, CELLS / 2);
    const half = await verify(load);
    say(`keyed: killed; ${half.committed} committed, ${half.cells} cells, ${half.wrong} wrong`);
    if (half.committed < CELLS / 2 || half.cells !== half.committed || half.wrong > 0) {
      throw new Error('The state is not that of the last commit');
    }
    const used = await fill(load);
    const whole = await verify(load);
    const isWhole = whole.cells === CELLS && whole.touches === TOUCHES && whole.timers === CELLS;
    if (!isWhole || whole.wrong > 0) throw new Error(`Not all is there: ${JSON.stringify(whole)}`);
    say(
      `keyed: ${Math.round(used.grownMiB)} MiB more with ${CELLS} cells, at most ${MAX_GROWN_MIB}`,
    );
    if (used.grownMiB > MAX_GROWN_MIB) throw new Error('It takes too much memory');
    const records = CELLS + TOUCHES - half.committed;
    const figure = { cpuSeconds: used.cpuSeconds, peakMiB: Math.round(used.grownMiB) };
    const name = { run: 'keyed', part: '100,000 open cells, embedded log' };
    return [figureOf(name, records, used.seconds, figure)];
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
