/**
 * Owns: the bytes of a record batch (magic 2, not compressed) as chunks:
 * large values stand in it as they are, so that a request body is not copied once more. Pure.
 * Does not own: the request around it (produce-request.ts).
 * Layout: https://kafka.apache.org/documentation/#recordbatch
 */
import { crc32c } from '@node-rs/crc32';
import { type Bytes, lengthOf, piecesOf } from '../../domain/bytes.ts';

export interface BatchRecord {
  readonly key: Buffer | null;
  readonly value: Bytes | null;
  readonly headers: readonly (readonly [name: Buffer, value: Buffer])[];
  readonly timestampMs: number;
}

/** Of a transaction: the producer's id and epoch, and the number of a batch's first record. */
export interface BatchProducer {
  readonly id: bigint;
  readonly epoch: number;
  readonly sequence: number;
}

export interface Chunks {
  readonly parts: readonly Buffer[];
  readonly bytes: number;
}

/** A smaller piece is copied between its neighbours: a chunk costs more than that. */
const LARGE_PIECE_BYTES = 4096;
const HEADER_BYTES = 61;
/** Before the field that says so: base offset and the length itself. */
const UNCOUNTED_BYTES = 12;
const CRC_AT = 17;
/** The checksum covers everything from here. */
const CHECKED_AT = 21;
const MAGIC = 2;
/** Of the leader's epoch, a producer and its sequence: there is none. */
const NONE = -1;
const NO_PRODUCER: BatchProducer = { id: BigInt(NONE), epoch: NONE, sequence: NONE };
/** Attribute of a batch whose records count when its producer's transaction is committed. */
const TRANSACTIONAL = 0x10;

/** Zigzag by arithmetic: milliseconds exceed what the bit operators take. Exact below 2^52. */
function zigzag(value: number): number {
  return value < 0 ? -2 * value - 1 : 2 * value;
}

function varintBytes(value: number): number {
  let bytes = 1;
  for (let rest = zigzag(value); rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes++;
  return bytes;
}

function sizedBytes(field: Bytes | null): number {
  if (field === null) return varintBytes(NONE);
  const bytes = lengthOf(field);
  return varintBytes(bytes) + bytes;
}

function headerBytes(headers: BatchRecord['headers']): number {
  let bytes = varintBytes(headers.length);
  for (const [name, value] of headers) bytes += sizedBytes(name) + sizedBytes(value);
  return bytes;
}

function isLarge(piece: Buffer): boolean {
  return piece.length >= LARGE_PIECE_BYTES;
}

/** Writes into one buffer of a known size, with large pieces put in between. */
class Writer {
  readonly #buffer: Buffer;
  readonly #parts: Buffer[] = [];
  #from = 0;
  #at = 0;

  constructor(bytes: number) {
    this.#buffer = Buffer.allocUnsafe(bytes);
  }

  skip(bytes: number): void {
    this.#at += bytes;
  }

  byte(value: number): void {
    this.#buffer[this.#at++] = value;
  }

  varint(value: number): void {
    let rest = zigzag(value);
    for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) this.byte((rest % 0x80) | 0x80);
    this.byte(rest);
  }

  sized(field: Bytes | null): void {
    this.varint(field === null ? NONE : lengthOf(field));
    if (field !== null) for (const piece of piecesOf(field)) this.#piece(piece);
  }

  #piece(piece: Buffer): void {
    if (isLarge(piece)) {
      this.#cut();
      this.#parts.push(piece);
    } else this.#at += piece.copy(this.#buffer, this.#at);
  }

  #cut(): void {
    if (this.#at > this.#from) this.#parts.push(this.#buffer.subarray(this.#from, this.#at));
    this.#from = this.#at;
  }

  finish(): Buffer[] {
    this.#cut();
    return this.#parts;
  }
}

function writeRecord(writer: Writer, record: BatchRecord, index: number, delta: number): void {
  const { headers, key, value } = record;
  const bytes =
    1 +
    varintBytes(delta) +
    varintBytes(index) +
    sizedBytes(key) +
    sizedBytes(value) +
    headerBytes(headers);
  writer.varint(bytes);
  writer.byte(0);
  writer.varint(delta);
  writer.varint(index);
  writer.sized(key);
  writer.sized(value);
  writer.varint(headers.length);
  for (const [name, text] of headers) {
    writer.sized(name);
    writer.sized(text);
  }
}

function smallBytes(field: Bytes | null): number {
  const pieces = field === null ? [] : piecesOf(field);
  return pieces.reduce((sum, piece) => (isLarge(piece) ? sum : sum + piece.length), 0);
}

/** Room for all but the large pieces; the varints of a record take 30 bytes at most. */
function roomFor(records: readonly BatchRecord[]): number {
  let bytes = HEADER_BYTES;
  for (const { headers, key, value } of records) {
    bytes += 30 + smallBytes(key) + smallBytes(value) + headerBytes(headers);
  }
  return bytes;
}

/** `records` is not empty; they keep their order. `producer`: they belong to its transaction. */
export function recordBatch(records: readonly BatchRecord[], producer?: BatchProducer): Chunks {
  const { epoch, id, sequence } = producer ?? NO_PRODUCER;
  const baseMs = records[0]?.timestampMs ?? 0;
  const writer = new Writer(roomFor(records));
  writer.skip(HEADER_BYTES);
  let latestMs = baseMs;
  for (const [index, record] of records.entries()) {
    latestMs = Math.max(latestMs, record.timestampMs);
    writeRecord(writer, record, index, record.timestampMs - baseMs);
  }
  const parts = writer.finish();
  const bytes = parts.reduce((sum, part) => sum + part.length, 0);
  const header = parts[0] as Buffer;
  header.writeBigInt64BE(0n, 0);
  header.writeInt32BE(bytes - UNCOUNTED_BYTES, 8);
  header.writeInt32BE(NONE, 12);
  header.writeInt8(MAGIC, 16);
  header.writeInt16BE(producer === undefined ? 0 : TRANSACTIONAL, CHECKED_AT);
  header.writeInt32BE(records.length - 1, 23);
  header.writeBigInt64BE(BigInt(baseMs), 27);
  header.writeBigInt64BE(BigInt(latestMs), 35);
  header.writeBigInt64BE(id, 43);
  header.writeInt16BE(epoch, 51);
  header.writeInt32BE(sequence, 53);
  header.writeInt32BE(records.length, 57);
  header.writeUInt32BE(checksum(parts), CRC_AT);
  return { parts, bytes };
}

function checksum([header, ...rest]: readonly Buffer[]): number {
  let crc = crc32c((header as Buffer).subarray(CHECKED_AT));
  for (const part of rest) crc = crc32c(part, crc);
  return crc;
}
