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

/** The chain's hash for a record with these bytes. */
function chainOf(previousChain: Buffer, sequence: number, bytesSha256: Buffer): Buffer {
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(sequence));
  return sha256(previousChain, counter, bytesSha256);
}

/** The link after `last` for a record whose bytes have this SHA-256. */
export function nextLink(last: Link, bytesSha256: Buffer): Link {
  const sequence = last.sequence + 1;
  const chain = chainOf(last.chain, sequence, bytesSha256);
  return { sequence, previousChain: last.chain, chain };
}

/** Whether a link is what its own fields and the record's bytes give; any fields, also forged ones. */
export function isLinkTrue({ chain, previousChain, sequence }: Link, bytes: Buffer): boolean {
  if (!Number.isSafeInteger(sequence) || sequence < 1) return false;
  return chain.equals(chainOf(previousChain, sequence, sha256(bytes)));
}
