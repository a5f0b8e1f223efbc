/**
 * Owns: unpacking LZ4 frames, as producers of Kafka pack batches. Pure.
 * Source: lz4_Frame_format.md and lz4_Block_format.md of the LZ4 project. Checksums are not looked
 * at: the batch around has one of its own.
 */
const MAGIC = 0x184d2204;
const HAS_BLOCK_CHECKSUM = 0x10;
const HAS_CONTENT_SIZE = 0x08;
const HAS_CONTENT_CHECKSUM = 0x04;
const HAS_DICTIONARY = 0x01;
const IS_STORED = 0x80000000;
const LEAST_MATCH = 4;
const MORE = 15;

/** Grows as it is written; undefined results mean damage, or more than is allowed. */
class Output {
  readonly #maxBytes: number;
  #bytes: Buffer;
  length = 0;

  constructor(packedBytes: number, maxBytes: number) {
    this.#maxBytes = maxBytes;
    this.#bytes = Buffer.allocUnsafe(Math.min(maxBytes, Math.max(packedBytes * 4, 4096)));
  }

  #room(more: number): boolean {
    const wanted = this.length + more;
    if (wanted > this.#maxBytes) return false;
    if (wanted > this.#bytes.length) {
      const larger = Buffer.allocUnsafe(Math.min(this.#maxBytes, wanted * 2));
      this.#bytes.copy(larger, 0, 0, this.length);
      this.#bytes = larger;
    }
    return true;
  }

  append(from: Buffer, start: number, end: number): boolean {
    if (end > from.length || !this.#room(end - start)) return false;
    from.copy(this.#bytes, this.length, start, end);
    this.length += end - start;
    return true;
  }

  /** Again what stands `back` bytes before; it may reach into itself. */
  repeat(back: number, count: number): boolean {
    if (back === 0 || back > this.length || !this.#room(count)) return false;
    const bytes = this.#bytes;
    for (let i = this.length; i < this.length + count; i++) bytes[i] = bytes[i - back] ?? 0;
    this.length += count;
    return true;
  }

  take(): Buffer {
    return this.#bytes.subarray(0, this.length);
  }
}

interface Length {
  readonly count: number;
  readonly next: number;
}

/** A length of 15 goes on in the bytes that follow, as long as they are 255. */
function lengthAt(block: Buffer, nibble: number, at: number): Length {
  let count = nibble;
  let next = at;
  if (nibble !== MORE) return { count, next };
  for (;;) {
    const byte = block[next++] ?? 0;
    count += byte;
    if (byte !== 255) return { count, next };
  }
}

function unpackBlock(block: Buffer, out: Output): boolean {
  for (let at = 0; at < block.length; ) {
    const token = block[at] ?? 0;
    const literals = lengthAt(block, token >> 4, at + 1);
    const end = literals.next + literals.count;
    if (!out.append(block, literals.next, end)) return false;
    if (end === block.length) return true; // The last sequence has literals only.
    if (end + 2 > block.length) return false;
    const match = lengthAt(block, token & MORE, end + 2);
    if (!out.repeat(block.readUInt16LE(end), match.count + LEAST_MATCH)) return false;
    at = match.next;
  }
  return true;
}

/** Where the blocks begin; undefined: no frame. */
function headerEnd(packed: Buffer, start: number): number | undefined {
  if (start + 7 > packed.length || packed.readUInt32LE(start) !== MAGIC) return undefined;
  const flags = packed[start + 4] ?? 0;
  const size = (flags & HAS_CONTENT_SIZE) === 0 ? 0 : 8;
  const dictionary = (flags & HAS_DICTIONARY) === 0 ? 0 : 4;
  return start + 6 + size + dictionary + 1;
}

/** After the block that begins at `at` with its size; undefined: damaged, or too large. */
function unpackSized(packed: Buffer, at: number, size: number, out: Output): number | undefined {
  const isStored = size >= IS_STORED;
  const end = at + (isStored ? size - IS_STORED : size);
  if (end > packed.length) return undefined;
  const isGood = isStored
    ? out.append(packed, at, end)
    : unpackBlock(packed.subarray(at, end), out);
  return isGood ? end : undefined;
}

/** After the frame; undefined: damaged, or too large. */
function unpackFrame(packed: Buffer, start: number, out: Output): number | undefined {
  let at = headerEnd(packed, start);
  if (at === undefined) return undefined;
  const flags = packed[start + 4] ?? 0;
  const afterBlock = (flags & HAS_BLOCK_CHECKSUM) === 0 ? 0 : 4;
  const afterLast = (flags & HAS_CONTENT_CHECKSUM) === 0 ? 0 : 4;
  while (at + 4 <= packed.length) {
    const size = packed.readUInt32LE(at);
    if (size === 0) return at + 4 + afterLast;
    const end = unpackSized(packed, at + 4, size, out);
    if (end === undefined) return undefined;
    at = end + afterBlock;
  }
  return undefined;
}

/** All frames, unpacked; undefined: damaged, or more than `maxBytes`. */
export function unlz4(packed: Buffer, maxBytes: number): Buffer | undefined {
  const out = new Output(packed.length, maxBytes);
  for (let at = 0; at < packed.length; ) {
    const end = unpackFrame(packed, at, out);
    if (end === undefined) return undefined;
    at = end;
  }
  return out.take();
}
