/**
 * Owns: finding where a bracketed JSON value ends, 64 bytes at a time. AssemblyScript; `npm run wasm`
 * compiles it into nested-wasm.ts.
 * Does not own: what these bytes are called elsewhere, and what is meant by an end: skip-nested.ts has
 * the same in TypeScript, and a test holds both against each other on every kind of bytes.
 *
 * The memory holds one window of the bytes. What is known at its end is kept for the next.
 * Bits of 64 bytes at once as in simdjson (Langdale and Lemire, arXiv:1902.08318, 3.1).
 */
const BACKSLASH: u8 = 0x5c;
const QUOTE: u8 = 0x22;
/** With bit 0x20 set, `{` and `[` are one byte, `}` and `]` another, and no other byte is either. */
const OPEN: u8 = 0x7b;
const CLOSE: u8 = 0x7d;
const CASE: u8 = 0x20;
const ODD_BITS: u64 = 0xaaaaaaaaaaaaaaaa;

let depth: i32 = 0;
/** All bits: inside of a text. */
let inText: u64 = 0;
/** 1: the next byte is escaped. */
let escape: u64 = 0;

/** The bytes that come next begin a value. */
export function begin(): void {
  depth = 0;
  inText = 0;
  escape = 0;
}

/** Byte by byte; the position after the value, or -1: it goes on at `end`. */
function byBytes(start: i32, end: i32): i32 {
  for (let at = start; at < end; at++) {
    const byte = load<u8>(at);
    if (inText) {
      if (escape) escape = 0;
      else if (byte == BACKSLASH) escape = 1;
      else if (byte == QUOTE) inText = 0;
    } else if (byte == QUOTE) inText = ~0;
    else if ((byte | CASE) == OPEN) depth++;
    else if ((byte | CASE) == CLOSE) {
      depth--;
      if (depth == 0) return at + 1;
    }
  }
  return -1;
}

@inline function bitsOf(a: v128, b: v128, c: v128, d: v128, byte: u8): u64 {
  const same = i8x16.splat(byte);
  return (
    (<u64>i8x16.bitmask(i8x16.eq(a, same))) |
    ((<u64>i8x16.bitmask(i8x16.eq(b, same))) << 16) |
    ((<u64>i8x16.bitmask(i8x16.eq(c, same))) << 32) |
    ((<u64>i8x16.bitmask(i8x16.eq(d, same))) << 48)
  );
}

/** Bytes that a backslash stands in front of, which is not itself escaped. */
@inline function escapedBits(backslashes: u64): u64 {
  const starts = backslashes & ~escape;
  // Adds up along a run: an odd run ends with a carry into an odd or even place.
  const codes = (((starts << 1) | ODD_BITS) - starts) ^ ODD_BITS;
  const escaped = codes ^ (backslashes | escape);
  escape = (codes & backslashes) >>> 63;
  return escaped;
}

/** Each bit is the parity of the bits up to it: between a quote and the next, and on that first one. */
@inline function parity(quotes: u64): u64 {
  let bits = quotes;
  bits ^= bits << 1;
  bits ^= bits << 2;
  bits ^= bits << 4;
  bits ^= bits << 8;
  bits ^= bits << 16;
  return bits ^ (bits << 32);
}

/** Brackets of one block in their order; the position after the value, or -1. */
function byBrackets(block: i32, opens: u64, closes: u64): i32 {
  for (let left = opens | closes; left != 0; left &= left - 1) {
    if (opens & (left & (0 - left))) depth++;
    else {
      depth--;
      if (depth == 0) return block + <i32>ctz(left) + 1;
    }
  }
  return -1;
}

/** Goes on from `start`; the position after the value, or -1: it goes on at `end`. */
export function scan(start: i32, end: i32): i32 {
  let at = start;
  for (; at + 64 <= end; at += 64) {
    const a = v128.load(at);
    const b = v128.load(at, 16);
    const c = v128.load(at, 32);
    const d = v128.load(at, 48);
    const backslashes = bitsOf(a, b, c, d, BACKSLASH);
    const before = escape;
    const escaped = (backslashes | before) == 0 ? 0 : escapedBits(backslashes);
    const text = parity(bitsOf(a, b, c, d, QUOTE) & ~escaped) ^ inText;
    if (backslashes & ~text) {
      // No JSON: there a backslash escapes nothing, and the bits above are wrong from it on.
      escape = before;
      const found = byBytes(at, at + 64);
      if (found >= 0) return found;
      continue;
    }
    inText = <u64>(<i64>text >> 63);
    const bit = i8x16.splat(CASE);
    const e = v128.or(a, bit);
    const f = v128.or(b, bit);
    const g = v128.or(c, bit);
    const h = v128.or(d, bit);
    const opens = bitsOf(e, f, g, h, OPEN) & ~text;
    const closes = bitsOf(e, f, g, h, CLOSE) & ~text;
    const closing = <i32>popcnt(closes);
    if (depth > closing) depth += <i32>popcnt(opens) - closing;
    else {
      const found = byBrackets(at, opens, closes);
      if (found >= 0) return found;
    }
  }
  return byBytes(at, end);
}
