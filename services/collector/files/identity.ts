/**
 * Owns: whether bytes are those that were read before. An inode number says nothing by itself: it is
 * given to another file within seconds. So a file is known by how it begins (`head`), and the place
 * in it by what stands right before it (`tail`). Pure.
 */
import { createHash } from 'node:crypto';

/** A hash over the first so many bytes of something; content itself is not kept. */
export interface Print {
  readonly bytes: number;
  readonly sha256: string;
}

/** The first line's start: for an audit event that is level, auditID and URI. */
export const HEAD_BYTES = 4096;
export const TAIL_BYTES = 256;

export function printOf(bytes: Buffer): Print {
  return { bytes: bytes.length, sha256: createHash('sha256').update(bytes).digest('base64url') };
}

export const NOTHING = printOf(Buffer.alloc(0));

/** Whether `bytes` begins with what was printed. */
export function fits(print: Print, bytes: Buffer): boolean {
  if (bytes.length < print.bytes) return false;
  return printOf(bytes.subarray(0, print.bytes)).sha256 === print.sha256;
}

/** Print of the last bytes of a body: what stands before the place after it. */
export function tailOf(body: Buffer): Print {
  return printOf(body.subarray(Math.max(0, body.length - TAIL_BYTES)));
}
