/**
 * Owns: how batches of foreign topics are unpacked, which the Kafka client leaves to us (all but
 * gzip). Pure.
 */
import { unsnap } from '../unpack/snappy.ts';
import type { Steps } from '../unpack/steps.ts';
import { unzstd } from '../unpack/zstd.ts';
import { unlz4 } from './lz4.ts';

/** More than any broker takes in one batch by default, a hundred times over. */
const MAX_BATCH_BYTES = 128 * 1024 * 1024;
/** Java's producers put blocks into a frame of their own: a magic, two versions, lengths. */
const JAVA_SNAPPY = Buffer.from([0x82, 0x53, 0x4e, 0x41, 0x50, 0x50, 0x59, 0x00]);
const JAVA_HEADER_BYTES = 16;

function all(steps: Steps): Buffer | undefined {
  for (;;) {
    const { done, value } = steps.next();
    if (done === true) return typeof value === 'object' ? value : undefined;
  }
}

function unsnapJava(packed: Buffer): Buffer | undefined {
  const parts: Buffer[] = [];
  let bytes = 0;
  for (let at = JAVA_HEADER_BYTES; at + 4 <= packed.length; ) {
    const end = at + 4 + packed.readUInt32BE(at);
    const part = all(unsnap(packed.subarray(at + 4, end), MAX_BATCH_BYTES - bytes));
    if (end > packed.length || part === undefined) return undefined;
    parts.push(part);
    bytes += part.length;
    at = end;
  }
  return Buffer.concat(parts);
}

/** By name of the compression; undefined: damaged, or too large. */
export const DECOMPRESSIONS = {
  snappy: (packed: Buffer): Buffer | undefined =>
    packed.subarray(0, JAVA_SNAPPY.length).equals(JAVA_SNAPPY)
      ? unsnapJava(packed)
      : all(unsnap(packed, MAX_BATCH_BYTES)),
  lz4: (packed: Buffer): Buffer | undefined => unlz4(packed, MAX_BATCH_BYTES),
  zstd: (packed: Buffer): Buffer | undefined => all(unzstd(packed, MAX_BATCH_BYTES)),
} as const;
