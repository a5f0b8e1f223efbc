/**
 * Owns: the hash chain over everything one collector process wrote: a record that is changed or
 * taken out later breaks it.
 */
import { createHash } from 'node:crypto';

export interface Link {
  readonly sequence: number;
  readonly previousChain: Buffer;
  readonly chain: Buffer;
}

export const CHAIN_START: Link = {
  sequence: 0,
  previousChain: Buffer.alloc(0),
  chain: Buffer.alloc(0),
};

export function sha256(...parts: readonly Buffer[]): Buffer {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(part);
  return hash.digest();
}

/** The link after `last` for a record whose bytes have this SHA-256. */
export function nextLink(last: Link, bytesSha256: Buffer): Link {
  const sequence = last.sequence + 1;
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(sequence));
  return {
    sequence,
    previousChain: last.chain,
    chain: sha256(last.chain, counter, bytesSha256),
  };
}
