/**
 * Owns: MessagePack (github.com/msgpack/msgpack, spec.md) to plain values, with the bytes of each
 * value, so that a bad record costs itself alone.
 * Does not own: what Fluent Bit and Fluentd pack so (msgpack-records.ts).
 *
 * Written here since packages make lists as long as a header says before there are elements, refuse
 * keys like __proto__ with all that is around them, and give no way back to a record's bytes.
 */
import type { Span } from '../../../shared/domain/json-items.ts';

/** Deeper values are refused: nobody packs so. */
const MAX_DEPTH = 128;

export type Kind = 'nil' | 'boolean' | 'number' | 'text' | 'binary' | 'extension' | 'list' | 'map';

interface Header {
  readonly kind: Kind;
  /** Of a scalar that is in the header. */
  readonly value?: unknown;
  /** Bytes of a text, elements of a list, members of a map. */
  readonly length: number;
  /** After the header. */
  readonly start: number;
}

/** Thrown and caught in here alone: the bytes are no MessagePack, or end too early. */
class MalformedError extends Error {}

function need(bytes: Buffer, at: number, length: number): void {
  if (at + length > bytes.length) throw new MalformedError();
}

function unsigned(bytes: Buffer, at: number, width: number): number {
  need(bytes, at, width);
  return width === 0 ? 0 : bytes.readUIntBE(at, width);
}

function scalar(kind: Kind, value: unknown, start: number): Header {
  return { kind, value, length: 0, start };
}

/** A 64 bit integer as number if a double holds it, else as text. */
function wide(value: bigint): number | string {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : String(value);
}

function number(bytes: Buffer, type: number, at: number): Header {
  const width = type <= 0xcb ? 4 * (type - 0xc9) : 2 ** ((type - 0xcc) % 4);
  need(bytes, at, width);
  const start = at + width;
  if (type === 0xca) return scalar('number', bytes.readFloatBE(at), start);
  if (type === 0xcb) return scalar('number', bytes.readDoubleBE(at), start);
  if (type === 0xcf) return scalar('number', wide(bytes.readBigUInt64BE(at)), start);
  if (type === 0xd3) return scalar('number', wide(bytes.readBigInt64BE(at)), start);
  const value = type < 0xd0 ? bytes.readUIntBE(at, width) : bytes.readIntBE(at, width);
  return scalar('number', value, start);
}

/** Types with a length of 1, 2 or 4 bytes, by their first type byte. */
function sized(bytes: Buffer, type: number, at: number): Header {
  const of = (kind: Kind, width: number, more = 0): Header => {
    return { kind, length: unsigned(bytes, at, width) + more, start: at + width };
  };
  if (type <= 0xc6) return of('binary', 2 ** (type - 0xc4));
  if (type <= 0xc9) return of('extension', 2 ** (type - 0xc7), 1);
  if (type <= 0xd8) return { kind: 'extension', length: 1 + 2 ** (type - 0xd4), start: at };
  if (type <= 0xdb) return of('text', 2 ** (type - 0xd9));
  return of(type <= 0xdd ? 'list' : 'map', type % 2 === 0 ? 2 : 4);
}

function header(bytes: Buffer, at: number): Header {
  need(bytes, at, 1);
  const type = bytes.readUInt8(at);
  const start = at + 1;
  if (type <= 0x7f) return scalar('number', type, start);
  if (type <= 0x8f) return { kind: 'map', length: type & 0x0f, start };
  if (type <= 0x9f) return { kind: 'list', length: type & 0x0f, start };
  if (type <= 0xbf) return { kind: 'text', length: type & 0x1f, start };
  if (type >= 0xe0) return scalar('number', type - 0x100, start);
  if (type === 0xc0) return scalar('nil', null, start);
  if (type === 0xc1) throw new MalformedError();
  if (type <= 0xc3) return scalar('boolean', type === 0xc3, start);
  const isNumber = type >= 0xca && type <= 0xd3;
  return isNumber ? number(bytes, type, start) : sized(bytes, type, start);
}

/** How many values follow a header. */
function inside({ kind, length }: Header): number {
  return kind === 'map' ? 2 * length : kind === 'list' ? length : 0;
}

function after(bytes: Buffer, { kind, length, start }: Header): number {
  if (kind === 'list' || kind === 'map') return start;
  need(bytes, start, length);
  return start + length;
}

/** Position after the value at `at`. No recursion; every value that is promised needs a byte. */
function skip(bytes: Buffer, at: number): number {
  let missing = 1;
  let end = at;
  while (missing > 0) {
    const found = header(bytes, end);
    end = after(bytes, found);
    missing += inside(found) - 1;
    need(bytes, end, missing);
  }
  return end;
}

function decode(
  bytes: Buffer,
  at: number,
  depth: number,
): { readonly value: unknown; readonly end: number } {
  const found = header(bytes, at);
  const { kind, start, length } = found;
  const end = after(bytes, found);
  if (kind === 'text' || kind === 'binary')
    return { value: bytes.toString('utf8', start, end), end };
  // Nothing that a record is about: times of Fluentd stand beside records.
  if (kind === 'extension') return { value: null, end };
  if (kind !== 'list' && kind !== 'map') return { value: found.value, end };
  if (depth >= MAX_DEPTH) throw new MalformedError();
  const values: unknown[] = [];
  let next = end;
  for (let i = 0; i < inside(found); i++) {
    const each = decode(bytes, next, depth + 1);
    values.push(each.value);
    next = each.end;
  }
  return { value: kind === 'list' ? values : toObject(values, length), end: next };
}

function toObject(values: readonly unknown[], length: number): object {
  const members = Array.from({ length }, (_, i): [string, unknown] => [
    String(values[2 * i]),
    values[2 * i + 1],
  ]);
  return Object.fromEntries(members);
}

function attempt<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (error instanceof MalformedError) return undefined;
    throw error;
  }
}

export interface Packed extends Span {
  readonly kind: Kind;
}

/** The value at `at`, without decoding it; undefined if there is none that is whole. */
export function packedAt(bytes: Buffer, at: number): Packed | undefined {
  return attempt(() => ({ kind: header(bytes, at).kind, start: at, end: skip(bytes, at) }));
}

/** The elements of a list. */
export function elementsAt(bytes: Buffer, { start }: Span): readonly Packed[] {
  const found = header(bytes, start);
  const elements: Packed[] = [];
  let at = found.start;
  for (let i = 0; i < inside(found); i++) {
    const element = { kind: header(bytes, at).kind, start: at, end: skip(bytes, at) };
    elements.push(element);
    at = element.end;
  }
  return elements;
}

/** The bytes of a text or binary. */
export function contentAt(bytes: Buffer, { start, end }: Span): Buffer {
  return bytes.subarray(header(bytes, start).start, end);
}

/** A value; undefined if it is nested too deep. */
export function unpack(bytes: Buffer, { start }: Span): unknown {
  return attempt(() => decode(bytes, start, 0).value);
}
