/**
 * Owns: keys of audit.raw: in what form the evidence is kept.
 */
import { z } from 'zod';
import { file } from './values.ts';

export const raw = z.strictObject({
  protect: z
    .enum(['none', 'encrypt', 'redact'])
    .default('none')
    .describe(
      'How bodies stand in audit.raw: as they came; `encrypt`: readable with the key only; `redact`: ' +
        'secrets taken out for good, and what is in no form that is understood encrypted. What each ' +
        'costs of the evidence: docs/raw-protection.md.',
    ),
  keyFile: file()
    .optional()
    .describe(
      'The file with the key of `encrypt` and `redact`: 32 characters or more of text that nobody can ' +
        'guess, such as of `openssl rand -base64 32`. The same for collectors, normalizers and commands. ' +
        'Wherever it is set, the normalizer’s dead letters are encrypted, too.',
    ),
  previousKeyFiles: z
    .array(file())
    .default([])
    .describe('Files with keys that were used before: what is encrypted with them stays readable.'),
});
