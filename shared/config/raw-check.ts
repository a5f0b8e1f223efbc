/**
 * Owns: what must hold between the keys of audit.raw.
 */
import { type Check, conflictIf } from './conflict.ts';

/** `redact`, too: what it does not understand must not stay readable for that. */
export const rawKey: Check = ({ collector: { raw } }) =>
  conflictIf(
    raw.protect !== 'none' && raw.keyFile === undefined,
    'collector.raw.protect',
    `${raw.protect} needs a key: set collector.raw.keyFile to a file with 32 characters or more, such as ` +
      'of `openssl rand -base64 32`',
  );
