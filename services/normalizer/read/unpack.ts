/**
 * Owns: packed content inside of a body: base64 (Firehose, Pub/Sub, Lambda), gzip in it (CloudWatch),
 * each with what is left of the body's limit, since a few bytes can unpack to gigabytes.
 */
import { constants, gunzipSync } from 'node:zlib';
import type { Budget } from './node.ts';

/** All packed content of one body together. */
export const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

export function isGzip(bytes: Buffer): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 0x08;
}

/** Undefined if it is no gzip or more than the budget. What ends early is unpacked as far as it goes. */
export function gunzip(bytes: Buffer, budget: Budget): Buffer | undefined {
  if (budget.unpackBytes <= 0) return undefined;
  try {
    const unpacked = gunzipSync(bytes, {
      maxOutputLength: budget.unpackBytes,
      finishFlush: constants.Z_SYNC_FLUSH,
    });
    budget.unpackBytes -= unpacked.length;
    return unpacked;
  } catch {
    // Whatever was wrong with it, it stays a dead letter; one that is too large counts as a try.
    budget.unpackBytes -= bytes.length;
    return undefined;
  }
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}\s*$/;

/** Undefined if the text is no base64. */
export function fromBase64(text: string): Buffer | undefined {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
