/**
 * Owns: sealing the body of a record of audit.raw, bound to everything that the record says of it, so
 * that it can't be shown as another sender's, cluster's or time's.
 * Does not own: the cipher (seal.ts), the hash chain, which is over the bytes as they are stored.
 */
import { keyedHash, NONCE_BYTES, open, seal, type SealKey } from './seal.ts';

/** Of a RawBatch, what a seal is bound to, and the body. Fields as in schemas/avro/raw-batch. */
export interface BatchFacts {
  readonly source: string;
  readonly cluster: string;
  readonly sender: string;
  readonly senderId: string;
  readonly receivedAt: number;
  readonly collectorId: string;
  readonly sequence: number;
  readonly bodySha256: Buffer;
  readonly part: number;
  readonly parts: number;
  readonly framing: string;
  readonly contentEncoding: string;
  readonly origin: string;
  readonly replayOf: string | null;
  readonly body: Buffer;
}

/** Last in contentEncoding. No sender can say so: what the collector can't unpack ends in `!`. */
const ENCODING = 'aes256gcm';
const AFTER_OTHERS = `, ${ENCODING}`;

function labelOf(batch: BatchFacts): Buffer {
  const { bodySha256, cluster, collectorId, framing, origin, part, parts } = batch;
  const { contentEncoding, receivedAt, replayOf, sender, senderId, sequence, source } = batch;
  return Buffer.from(
    JSON.stringify([
      ...['raw', source, cluster, sender, senderId, receivedAt, collectorId, sequence],
      ...[bodySha256.toString('base64'), part, parts, framing, contentEncoding, origin, replayOf],
    ]),
  );
}

export interface Sealer {
  /** Stands where a body's SHA-256 stands otherwise. */
  hash(bytes: Buffer): Buffer;
  /** The batch with its body sealed; the chain's fields are the caller's. */
  seal<T extends BatchFacts>(batch: T): T;
}

/** `random` gives so many bytes, each time others. */
export function createSealer(key: SealKey, random: (bytes: number) => Buffer): Sealer {
  return {
    hash: (bytes) => keyedHash(key, bytes),
    seal(batch) {
      const { contentEncoding } = batch;
      return {
        ...batch,
        body: seal(key, batch.body, labelOf(batch), random(NONCE_BYTES)),
        contentEncoding: contentEncoding === '' ? ENCODING : contentEncoding + AFTER_OTHERS,
      };
    },
  };
}

export function isSealedBatch({ contentEncoding }: Pick<BatchFacts, 'contentEncoding'>): boolean {
  return contentEncoding === ENCODING || contentEncoding.endsWith(AFTER_OTHERS);
}

export type OpenedBatch<T> =
  | { readonly ok: true; readonly batch: T }
  | { readonly ok: false; readonly why: 'unknown_key' | 'broken_seal' };

/** The batch as it was before it was sealed; itself if it is not. Total. */
export function openBatch<T extends BatchFacts>(
  keys: readonly SealKey[],
  batch: T,
): OpenedBatch<T> {
  if (!isSealedBatch(batch)) return { ok: true, batch };
  const end = batch.contentEncoding.length - AFTER_OTHERS.length;
  const before = { ...batch, contentEncoding: batch.contentEncoding.slice(0, Math.max(0, end)) };
  const opened = open(keys, batch.body, labelOf(before));
  return opened.ok ? { ok: true, batch: { ...before, body: opened.bytes } } : opened;
}
