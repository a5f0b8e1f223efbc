/**
 * Owns: unpacking snappy, one block or framed. Pure.
 * Sources: google/snappy format_description.txt (blocks), framing_format.txt (frames).
 */
import { crc32c } from './crc32c.ts';
import type { Steps } from './steps.ts';

const STREAM_START = Buffer.from([0xff, 0x06, 0x00, 0x00, 0x73, 0x4e, 0x61, 0x50, 0x70, 0x59]);
const STEP_BYTES = 256 * 1024;
/** Up to here a loop is faster than a call. */
const SHORT_BYTES = 32;
/** A frame holds no more than this, unpacked. */
const MAX_FRAME_BYTES = 64 * 1024;
const CRC_BYTES = 4;
const CRC_MASK = 0xa282ead8;

interface Length {
  readonly bytes: number;
  readonly start: number;
}

/** The block's length in front of it: a varint of 32 bits. */
function lengthOf(packed: Buffer): Length | undefined {
  let bytes = 0;
  for (let at = 0; at < 5; at++) {
    const byte = packed[at];
    if (byte === undefined) return undefined;
    bytes += (byte & 0x7f) * 2 ** (7 * at);
    if (byte < 0x80) return bytes < 2 ** 32 ? { bytes, start: at + 1 } : undefined;
  }
  return undefined;
}

/** Copies what was already written; an overlap repeats it. At most 64 bytes: no call is faster. */
function repeat(out: Buffer, at: number, offset: number, length: number): void {
  for (let index = at; index < at + length; index++) out[index] = out[index - offset] as number;
}

interface Place {
  read: number;
  written: number;
}

/** Bytes of a literal; its length is in the tag, or in up to 4 bytes after it. */
function literal(packed: Buffer, out: Buffer, place: Place, tag: number): boolean {
  let length = tag >> 2;
  if (length >= 60) {
    const extra = length - 59;
    if (place.read + extra > packed.length) return false;
    length = packed.readUIntLE(place.read, extra);
    place.read += extra;
  }
  length += 1;
  const end = place.read + length;
  if (end > packed.length || place.written + length > out.length) return false;
  if (length <= SHORT_BYTES) {
    let at = place.written;
    for (let index = place.read; index < end; index++) out[at++] = packed[index] as number;
  } else packed.copy(out, place.written, place.read, end);
  place.read = end;
  place.written += length;
  return true;
}

function copy(packed: Buffer, out: Buffer, place: Place, tag: number): boolean {
  const kind = tag & 3;
  const extra = kind === 3 ? 4 : kind;
  const { read } = place;
  if (read + extra > packed.length) return false;
  const length = kind === 1 ? ((tag >> 2) & 7) + 4 : (tag >> 2) + 1;
  let offset = packed[read] as number;
  if (kind === 1) offset |= (tag >> 5) << 8;
  else if (kind === 2) offset |= (packed[read + 1] as number) << 8;
  else offset = packed.readUInt32LE(read);
  place.read += extra;
  if (offset === 0 || offset > place.written) return false;
  if (place.written + length > out.length) return false;
  repeat(out, place.written, offset, length);
  place.written += length;
  return true;
}

/** Elements until `until` bytes are written; false: damaged. */
function elements(packed: Buffer, out: Buffer, place: Place, until: number): boolean {
  while (place.read < packed.length && place.written < until) {
    const tag = packed[place.read++] as number;
    const isGood =
      (tag & 3) === 0 ? literal(packed, out, place, tag) : copy(packed, out, place, tag);
    if (!isGood) return false;
  }
  return true;
}

function* block(packed: Buffer, maxBytes: number): Steps {
  const length = lengthOf(packed);
  if (length === undefined) return 'damaged';
  if (length.bytes > maxBytes) return 'too_large';
  // An element of 3 bytes gives 64 at most: more is a lie, for which nothing is set aside.
  if (length.bytes > packed.length * 64) return 'damaged';
  yield length.bytes;
  // Given out only when all of it is written.
  const out = Buffer.allocUnsafeSlow(length.bytes);
  const place: Place = { read: length.start, written: 0 };
  while (place.read < packed.length) {
    if (place.written === out.length) return 'damaged';
    if (!elements(packed, out, place, Math.min(out.length, place.written + STEP_BYTES))) {
      return 'damaged';
    }
    yield 0;
  }
  return place.written === out.length ? out : 'damaged';
}

/** One chunk's data; undefined: damaged. */
function frame(kind: number, data: Buffer): Buffer | undefined {
  if (data.length < CRC_BYTES) return undefined;
  const masked = data.readUInt32LE(0);
  const rest = data.subarray(CRC_BYTES);
  let out: Buffer = rest;
  if (kind === 0) {
    const length = lengthOf(rest);
    if (length === undefined || length.bytes > MAX_FRAME_BYTES) return undefined;
    out = Buffer.alloc(length.bytes);
    const place: Place = { read: length.start, written: 0 };
    if (!elements(rest, out, place, out.length)) return undefined;
    if (place.written !== out.length || place.read !== rest.length) return undefined;
  }
  if (out.length > MAX_FRAME_BYTES) return undefined;
  const crc = crc32c(out);
  return (((crc >>> 15) | (crc << 17)) + CRC_MASK) >>> 0 === masked ? out : undefined;
}

function* framed(packed: Buffer, maxBytes: number): Steps {
  const parts: Buffer[] = [];
  let written = 0;
  for (let at = 0; at < packed.length; ) {
    if (at + 4 > packed.length) return 'damaged';
    const kind = packed[at] as number;
    const end = at + 4 + packed.readUIntLE(at + 1, 3);
    if (end > packed.length) return 'damaged';
    if (kind <= 1) {
      const part = frame(kind, packed.subarray(at + 4, end));
      if (part === undefined) return 'damaged';
      written += part.length;
      if (written > maxBytes) return 'too_large';
      yield part.length;
      parts.push(part);
    } else if (kind < 0x80) return 'damaged';
    at = end;
  }
  return Buffer.concat(parts, written);
}

/** Framed where it begins as a stream does, one block otherwise. */
export function unsnap(packed: Buffer, maxBytes: number): Steps {
  return packed.subarray(0, STREAM_START.length).equals(STREAM_START)
    ? framed(packed, maxBytes)
    : block(packed, maxBytes);
}
