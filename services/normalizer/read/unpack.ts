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

export interface Unpacked {
  readonly bytes: Buffer;
  /** It ended early: this is what was there. */
  readonly isTorn: boolean;
}

function tryGunzip(bytes: Buffer, budget: Budget, isTorn: boolean): Unpacked | undefined {
  try {
    const unpacked = gunzipSync(bytes, {
      maxOutputLength: budget.unpackBytes,
      ...(isTorn ? { finishFlush: constants.Z_SYNC_FLUSH } : {}),
    });
    budget.unpackBytes -= unpacked.length;
    return { bytes: unpacked, isTorn };
  } catch (error) {
    // One that is too large has cost as much as was left; the next such must cost less.
    const isTooLarge = error instanceof RangeError;
    budget.unpackBytes -= isTooLarge ? Math.ceil(budget.unpackBytes / 2) : bytes.length;
    return undefined;
  }
}

/**
 * Undefined if it is no gzip, damaged, or more than the budget: it stays a dead letter. What ends
 * early is unpacked as far as it goes.
 */
export function gunzip(bytes: Buffer, budget: Budget): Unpacked | undefined {
  for (const isTorn of [false, true]) {
    const unpacked = budget.unpackBytes > 0 ? tryGunzip(bytes, budget, isTorn) : undefined;
    if (unpacked !== undefined) return unpacked;
  }
  return undefined;
}

const BASE64 = /^[A-Za-z0-9+/_-]+={0,2}\s*$/;

/** Undefined if the text is no base64. */
export function fromBase64(text: string): Buffer | undefined {
  return BASE64.test(text) ? Buffer.from(text, 'base64') : undefined;
}
