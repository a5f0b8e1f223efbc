/**
 * Owns: unpacking Zstandard without Node's own (which came with 22.15). Pure.
 */
import { Decompress } from 'fzstd';
import type { Steps } from './steps.ts';
import { hasHugeWindow, type ZstdFrame, zstdFrames } from './zstd-frames.ts';

/** In JavaScript, a body that unpacks to more takes too long. */
export const MAX_SCRIPTED_BYTES = 32 * 1024 * 1024;
/** What is set aside for a window is not counted: one body at a time is unpacked so. */
/** fzstd moves its whole window for each block: that, not the output, is what time goes into. */
const MAX_MOVED_BYTES = 8 * 1024 ** 3;
const STEP_MOVED_BYTES = 8 * 1024 * 1024;
const BLOCK_BYTES = 128 * 1024;

/** fzstd throws plain errors, and others where damage leads it astray: all of them mean the same. */
function pushed(decoder: Decompress, bytes: Buffer, isFinal: boolean): boolean {
  try {
    decoder.push(bytes, isFinal);
    return true;
  } catch {
    return false; // Damaged.
  }
}

function* frameSteps(packed: Buffer, frame: ZstdFrame, parts: Buffer[], maxBytes: number) {
  let written = 0;
  const decoder = new Decompress((part) => {
    if (part.length === 0) return;
    written += part.length;
    parts.push(Buffer.from(part.buffer, part.byteOffset, part.length));
  });
  let at = frame.start;
  let movedBytes = 0;
  for (const end of frame.blockEnds) {
    const before = written;
    if (!pushed(decoder, packed.subarray(at, end), end === frame.end)) return -1;
    at = end;
    if (written > maxBytes) return written;
    movedBytes += frame.windowBytes + BLOCK_BYTES;
    const isPause = movedBytes >= STEP_MOVED_BYTES;
    if (isPause) movedBytes = 0;
    if (isPause || written > before) yield written - before;
  }
  const isWhole = frame.contentBytes === undefined || frame.contentBytes === written;
  return isWhole ? written : -1;
}

export function unzstd(packed: Buffer, maxBytes: number): Steps {
  const frames = zstdFrames(packed);
  return allFrames(packed, frames, Math.min(maxBytes, MAX_SCRIPTED_BYTES));
}

function* allFrames(
  packed: Buffer,
  frames: readonly ZstdFrame[] | undefined,
  maxBytes: number,
): Steps {
  if (frames === undefined) return 'damaged';
  // Each frame has a window made for it, and each block moves that.
  const movedBytes = frames.reduce((sum, { windowBytes, blockEnds }) => {
    return sum + windowBytes * (blockEnds.length + 1);
  }, 0);
  if (movedBytes > MAX_MOVED_BYTES || hasHugeWindow(frames, maxBytes)) return 'too_large';
  const parts: Buffer[] = [];
  let written = 0;
  for (const frame of frames) {
    const bytes = yield* frameSteps(packed, frame, parts, maxBytes - written);
    if (bytes < 0) return 'damaged';
    written += bytes;
    if (written > maxBytes) return 'too_large';
  }
  return Buffer.concat(parts, written);
}
