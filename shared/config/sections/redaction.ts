/**
 * Owns: keys of redaction: how secret values are marked.
 */
import { z } from 'zod';
import { file } from './values.ts';

export const redaction = z.strictObject({
  keyFile: file()
    .optional()
    .describe(
      'The file with the key (32 bytes or more, any text) of the hashes that stand for secret ' +
        'values, so that equal ones are recognised; the same for all normalizers. Not set: `up` ' +
        'makes one in `dataDir`, elsewhere secrets are replaced without a hash.',
    ),
});
