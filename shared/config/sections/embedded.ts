/**
 * Owns: keys of the embedded log and store: what they may take of the machine.
 */
import { z } from 'zod';
import { whole } from './values.ts';

const HOURS_OF_TEN_YEARS = 87_600;
const DAYS_OF_TEN_YEARS = 3_650;
const TEBIBYTE_MB = 1_048_576;

export const embedded = z.strictObject({
  minFreeMb: whole(0, TEBIBYTE_MB)
    .default(512)
    .describe(
      'Room, in MiB, that stays free on the disk of `dataDir`: with less, senders are told 503, and ' +
        'with half of it the workers wait, too. Nothing is lost, and no file is torn.',
    ),
  logMaxMb: whole(64, 64 * TEBIBYTE_MB)
    .optional()
    .describe(
      'About the most that the embedded log takes, in MiB. The oldest records that every worker has ' +
        'processed are deleted first; where nothing else is left, senders are told 503. Not set: ' +
        'age alone decides.',
    ),
  logRetentionHours: whole(1, HOURS_OF_TEN_YEARS)
    .optional()
    .describe(
      'How long records stay in the embedded log at most; what a worker has not processed stays ' +
        'longer. Not set: as long as each topic’s retention says.',
    ),
  storeRetentionDays: whole(1, DAYS_OF_TEN_YEARS)
    .optional()
    .describe(
      'How long documents stay in the embedded store after they were written. Not set: for ever.',
    ),
  storeMaxMb: whole(64, 64 * TEBIBYTE_MB)
    .optional()
    .describe(
      'About the most that the embedded store takes, in MiB; the documents that were written first ' +
        'are deleted. Not set: no limit.',
    ),
  storeMemoryLimitMb: whole(64, 1_048_576)
    .default(256)
    .describe('The memory that the embedded store may use for its queries.'),
});
