/**
 * Owns: what is done to bodies so that not everybody who reads audit.raw reads their secrets.
 * Does not own: which of it is wanted (main.ts), where it happens (../accept.ts).
 */
import type { Redact } from '../../../shared/domain/redaction/redact.ts';
import { createSealer, type Sealer } from '../../../shared/domain/sealing/batch.ts';
import type { SealKey } from '../../../shared/domain/sealing/seal.ts';
import { redactBody } from './redact-body.ts';

/** What came, as far as it matters here. */
interface Came {
  readonly body: Buffer;
  readonly contentEncoding: string;
}

export interface Protection {
  readonly sealer: Sealer;
  /** The body as it may be read by anybody; undefined: it has to be sealed. Absent: always. */
  readonly redact?: (came: Came) => Buffer | undefined;
}

export interface ProtectionParts {
  readonly key: SealKey;
  /** Gives so many bytes, each time others. */
  random(bytes: number): Buffer;
  /** Absent: everything is sealed. */
  readonly redact?: Redact;
}

export function createProtection({ key, random, redact }: ProtectionParts): Protection {
  const sealer = createSealer(key, random);
  if (redact === undefined) return { sealer };
  return {
    sealer,
    // What could not be unpacked can't be looked into, either.
    redact: ({ body, contentEncoding }) =>
      contentEncoding.endsWith('!') ? undefined : redactBody(body, redact),
  };
}
