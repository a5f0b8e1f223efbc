/**
 * Owns: bytes in one piece or in several that follow each other, so that a large piece is handed on
 * without being copied.
 */
export type Bytes = Buffer | readonly Buffer[];

export function piecesOf(bytes: Bytes): readonly Buffer[] {
  return Buffer.isBuffer(bytes) ? [bytes] : bytes;
}

export function lengthOf(bytes: Bytes): number {
  return piecesOf(bytes).reduce((sum, piece) => sum + piece.length, 0);
}

/** In one piece; a copy where there are several. */
export function joined(bytes: Bytes): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.concat(bytes);
}
