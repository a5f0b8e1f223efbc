/**
 * Owns: keys of the embedded log and store.
 */
import { z } from 'zod';
import { whole } from './values.ts';

export const embedded = z.strictObject({
  storeMemoryLimitMb: whole(64, 1_048_576)
    .default(256)
    .describe('The memory that the embedded store may use for its queries.'),
});
