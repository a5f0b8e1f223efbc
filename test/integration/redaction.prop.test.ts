/**
 * The same as in the unit tests (test/unit/shared/domain/redaction), for longer: secrets in every
 * place never go on, and what is no secret stays.
 */
import { it } from 'vitest';
import { PLACES } from '../unit/shared/domain/redaction/command-places.ts';
import { check, redact } from '../unit/shared/domain/redaction/planted.ts';

const RUNS = 100;
const TIMEOUT_MS = 120_000;

it.each(PLACES.map((place) => [place.name, place] as const))(
  '%s',
  (_, place) => {
    check(place, redact, { numRuns: RUNS });
  },
  TIMEOUT_MS,
);
