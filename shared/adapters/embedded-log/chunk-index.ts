/**
 * Owns: the small entry beside each chunk, by which ends, times and ages are found without reading
 * records.
 */
import { damaged } from './trouble.ts';

export interface ChunkEntry {
  readonly count: number;
  readonly bytes: number;
  /** When it was written, for retention: the records' own times may be old on an import. */
  readonly appendedMs: number;
  readonly maxTimestampMs: number;
}

const BYTES = 24;

export function encodeEntry(entry: ChunkEntry): Buffer {
  const bytes = Buffer.allocUnsafe(BYTES);
  bytes.writeUInt32LE(entry.count, 0);
  bytes.writeUInt32LE(entry.bytes, 4);
  bytes.writeDoubleLE(entry.appendedMs, 8);
  bytes.writeDoubleLE(entry.maxTimestampMs, 16);
  return bytes;
}

/** Throws FatalError `data_dir_damaged`. */
export function decodeEntry(bytes: Buffer): ChunkEntry {
  if (bytes.length !== BYTES) throw damaged('an index entry has another length');
  return {
    count: bytes.readUInt32LE(0),
    bytes: bytes.readUInt32LE(4),
    appendedMs: bytes.readDoubleLE(8),
    maxTimestampMs: bytes.readDoubleLE(16),
  };
}
