/**
 * Owns: `npm run fuzz -- [--runs N] [--seed S] [--only I]`: the long run, with progress; the first
 * failures are printed with what makes them again, and the run goes on. --only writes that one body.
 */
import { parseArgs } from 'node:util';
import { readSamples } from '../support/samples.ts';
import { check, createFuzz } from './run.ts';

const PROGRESS_MS = 5000;
const MAX_SHOWN = 20;

const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '2000000' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string' },
  },
});
const seed = Number(values.seed);
const first = values.only === undefined ? 0 : Number(values.only);
const runs = values.only === undefined ? Number(values.runs) : first + 1;
const fuzz = createFuzz(readSamples());
const start = Date.now();
let failed = 0;
let toldAt = start;

for (let index = first; index < runs; index++) {
  const one = fuzz.caseAt(seed, index);
  const problem = check(one);
  if (problem !== undefined) {
    failed++;
    if (failed <= MAX_SHOWN) {
      console.log(`${one.sample} --seed ${seed} --only ${index}: ${problem.slice(0, 300)}`);
    }
  }
  if (values.only !== undefined) process.stdout.write(one.body);
  if (Date.now() - toldAt > PROGRESS_MS) {
    toldAt = Date.now();
    const perSecond = Math.round((index - first) / ((toldAt - start) / 1000));
    console.error(`${index} of ${runs}, ${perSecond}/s, ${failed} failed`);
  }
}
console.log(`${runs - first} inputs of seed ${seed}, ${failed} failed`);
process.exitCode = failed === 0 ? 0 : 1;
