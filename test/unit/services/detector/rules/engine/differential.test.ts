/**
 * Owns: proof that the index finds what a plain reading of the rules finds. PODWITNESS_DIFFERENTIAL_PAIRS
 * makes the run longer, PODWITNESS_DIFFERENTIAL_SEED another one.
 */
import { expect, it } from 'vitest';
import { type Difference, differencesOf, EVENTS_PER_SET, type Tally } from './differential.ts';

const PAIRS = Number(process.env['PODWITNESS_DIFFERENTIAL_PAIRS'] ?? 10_000);
const FIRST_SEED = Number(process.env['PODWITNESS_DIFFERENTIAL_SEED'] ?? 1);

it(`agrees with a naive reading on ${PAIRS} pairs of a rule set and an event`, {
  timeout: 7_200_000,
}, () => {
  const found: Difference[] = [];
  const tally: Tally = { yes: 0, no: 0, 'cannot tell': 0 };
  for (let set = 0; set * EVENTS_PER_SET < PAIRS && found.length < 3; set++) {
    found.push(...differencesOf(FIRST_SEED + set, tally));
  }
  expect(found.slice(0, 3)).toEqual([]);
  // All three come up often enough to be compared.
  expect(Math.min(tally.yes, tally.no, tally['cannot tell'])).toBeGreaterThan(PAIRS / 10);
});
