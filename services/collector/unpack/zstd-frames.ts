/**
 * Owns: where the frames and blocks of Zstandard data are, without unpacking them. Pure.
 * So a window that is too large is refused before anything is set aside for it, and unpacking can
 * be done block by block. Source: RFC 8878 §3.1.
 */
export interface ZstdFrame {
  readonly start: number;
  readonly end: number;
  readonly windowBytes: number;
  /** Where blocks end; the last one's checksum belongs to it. */
  readonly blockEnds: readonly number[];
  /** As the frame says; undefined where it does not. */
  readonly contentBytes: number | undefined;
}

const MAGIC = 0xfd2fb528;
const SKIPPABLE = 0x184d2a50;
const MAX_FRAMES = 10_000;
/** What every decoder should be able to hold, however small its content is (§3.1.1.1.2). */
const COMMON_WINDOW_BYTES = 8 * 1024 * 1024;

interface Header {
  readonly blocksStart: number;
  readonly windowBytes: number;
  readonly contentBytes: number | undefined;
  readonly hasChecksum: boolean;
}

/** `undefined` for what no frame begins with, also where it ends too early. */
function headerAt(packed: Buffer, start: number): Header | undefined {
  const flags = packed[start + 4];
  if (flags === undefined || (flags & 8) !== 0) return undefined;
  const isSingle = (flags & 0x20) !== 0;
  const sizeFlag = flags >> 6;
  const sizeBytes = sizeFlag === 0 ? Number(isSingle) : 1 << sizeFlag;
  const dictionaryBytes = [0, 1, 2, 4][flags & 3] as number;
  const windowAt = start + 5;
  const sizeAt = windowAt + (isSingle ? 0 : 1) + dictionaryBytes;
  const blocksStart = sizeAt + sizeBytes;
  if (blocksStart > packed.length || dictionaryBytes > 0) return undefined;
  const contentBytes = contentSize(packed, sizeAt, sizeBytes);
  const windowBytes = isSingle ? (contentBytes ?? 0) : windowOf(packed[windowAt] as number);
  return { blocksStart, windowBytes, contentBytes, hasChecksum: (flags & 4) !== 0 };
}

function contentSize(packed: Buffer, at: number, bytes: number): number | undefined {
  if (bytes === 0) return undefined;
  if (bytes === 8) return Number(packed.readBigUInt64LE(at));
  return packed.readUIntLE(at, bytes) + (bytes === 2 ? 256 : 0);
}

function windowOf(descriptor: number): number {
  const base = 2 ** (10 + (descriptor >> 3));
  return base + (base / 8) * (descriptor & 7);
}

function frameAt(packed: Buffer, start: number): ZstdFrame | undefined {
  const header = headerAt(packed, start);
  if (header === undefined) return undefined;
  const blockEnds: number[] = [];
  let at = header.blocksStart;
  for (let isLast = false; !isLast; ) {
    if (at + 3 > packed.length) return undefined;
    const block = packed.readUIntLE(at, 3);
    isLast = (block & 1) === 1;
    const kind = (block >> 1) & 3;
    // One byte is all that a run needs; kind 3 is reserved.
    if (kind === 3) return undefined;
    at += 3 + (kind === 1 ? 1 : block >>> 3);
    blockEnds.push(at);
  }
  if (header.hasChecksum) at += 4;
  if (at > packed.length) return undefined;
  blockEnds[blockEnds.length - 1] = at;
  const { contentBytes, windowBytes } = header;
  return { start, end: at, windowBytes, blockEnds, contentBytes };
}

/** All frames that hold data, in their order; undefined: something in between is none. */
export function zstdFrames(packed: Buffer): readonly ZstdFrame[] | undefined {
  const frames: ZstdFrame[] = [];
  for (let at = 0; at < packed.length; ) {
    if (at + 8 > packed.length || frames.length > MAX_FRAMES) return undefined;
    const magic = packed.readUInt32LE(at);
    if ((magic & 0xfffffff0) >>> 0 === SKIPPABLE) {
      at += 8 + packed.readUInt32LE(at + 4);
      if (at > packed.length) return undefined;
      continue;
    }
    const frame = magic === MAGIC ? frameAt(packed, at) : undefined;
    if (frame === undefined) return undefined;
    frames.push(frame);
    at = frame.end;
  }
  return frames.length === 0 ? undefined : frames;
}

/** A frame asks for more than its content may be, and more than is usual. */
export function hasHugeWindow(frames: readonly ZstdFrame[], maxBytes: number): boolean {
  const most = Math.max(maxBytes, COMMON_WINDOW_BYTES);
  return frames.some(({ windowBytes }) => windowBytes > most);
}
