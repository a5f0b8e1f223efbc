/**
 * Owns: the bytes of a chunk: the records of one partition that were written by one batch.
 * Does not own: where chunks are (keys.ts), how large they get (writer.ts).
 *
 * chunk  = format u8, record count u32, records
 * record = length of the rest u32, crc32 of the rest u32,
 *          timestamp f64, flags u8 (1: has a key, 2: has a value), key length u32, value length u32,
 *          header count u32, key, value, headers (name length u32, text length u32, name, text)
 * Little-endian. Each record has a checksum of its own, so that damage is named, never delivered.
 */
import { crc32 } from 'node:zlib';
import { lengthOf, piecesOf } from '../../domain/bytes.ts';
import type { Headers, LogRecord, OutRecord } from '../../ports/log.ts';
import { damaged } from './trouble.ts';

const FORMAT = 1;
const CHUNK_HEAD_BYTES = 5;
const RECORD_HEAD_BYTES = 8;
const FIXED_BYTES = 21;
const HAS_KEY = 1;
const HAS_VALUE = 2;

/** Where a chunk was found; goes into the records and into the message about damage. */
export interface ChunkPlace {
  readonly topic: string;
  readonly partition: number;
  readonly base: bigint;
}

/** Bytes that a record takes in a chunk. */
export function encodedBytes(record: OutRecord): number {
  let bytes = RECORD_HEAD_BYTES + FIXED_BYTES;
  bytes += (record.key?.length ?? 0) + (record.value === null ? 0 : lengthOf(record.value));
  for (const name in record.headers) {
    bytes += 8 + Buffer.byteLength(name) + Buffer.byteLength(record.headers[name] ?? '');
  }
  return bytes;
}

/** @param bytes the sum of `encodedBytes` of the records */
export function encodeChunk(records: readonly OutRecord[], bytes: number): Buffer {
  const chunk = Buffer.allocUnsafe(CHUNK_HEAD_BYTES + bytes);
  chunk[0] = FORMAT;
  chunk.writeUInt32LE(records.length, 1);
  let at = CHUNK_HEAD_BYTES;
  for (const record of records) {
    const end = encodeRecord(chunk, at + RECORD_HEAD_BYTES, record);
    const body = chunk.subarray(at + RECORD_HEAD_BYTES, end);
    chunk.writeUInt32LE(body.length, at);
    chunk.writeUInt32LE(crc32(body), at + 4);
    at = end;
  }
  return chunk;
}

function encodeRecord(chunk: Buffer, start: number, record: OutRecord): number {
  const { key, value, headers } = record;
  chunk.writeDoubleLE(record.timestampMs, start);
  chunk[start + 8] = (key === null ? 0 : HAS_KEY) | (value === null ? 0 : HAS_VALUE);
  chunk.writeUInt32LE(key?.length ?? 0, start + 9);
  chunk.writeUInt32LE(value === null ? 0 : lengthOf(value), start + 13);
  let at = start + FIXED_BYTES;
  if (key !== null) at += key.copy(chunk, at);
  if (value !== null) for (const piece of piecesOf(value)) at += piece.copy(chunk, at);
  let count = 0;
  for (const name in headers) {
    at = encodeHeader(chunk, at, name, headers[name] ?? '');
    count += 1;
  }
  chunk.writeUInt32LE(count, start + 17);
  return at;
}

function encodeHeader(chunk: Buffer, at: number, name: string, text: string): number {
  const nameBytes = chunk.write(name, at + 8);
  const textBytes = chunk.write(text, at + 8 + nameBytes);
  chunk.writeUInt32LE(nameBytes, at);
  chunk.writeUInt32LE(textBytes, at + 4);
  return at + 8 + nameBytes + textBytes;
}

/**
 * The records of a chunk; keys and values are views into it, not copies.
 * Throws FatalError `data_dir_damaged` when a byte is not as it was written.
 */
export function decodeChunk(chunk: Buffer, place: ChunkPlace): LogRecord[] {
  if (chunk.length < CHUNK_HEAD_BYTES || chunk[0] !== FORMAT) throw unreadable(place, place.base);
  const count = chunk.readUInt32LE(1);
  const records: LogRecord[] = [];
  let at = CHUNK_HEAD_BYTES;
  let offset = place.base;
  for (let i = 0; i < count; i += 1) {
    const start = at + RECORD_HEAD_BYTES;
    if (start > chunk.length) throw unreadable(place, offset);
    const end = start + chunk.readUInt32LE(at);
    if (end > chunk.length || end < start + FIXED_BYTES) throw unreadable(place, offset);
    if (crc32(chunk.subarray(start, end)) !== chunk.readUInt32LE(at + 4)) {
      throw unreadable(place, offset);
    }
    records.push(decodeRecord(chunk, start, place, offset));
    at = end;
    offset += 1n;
  }
  if (at !== chunk.length) throw unreadable(place, offset);
  return records;
}

/** The checksum held, so the lengths are those that were written. */
function decodeRecord(chunk: Buffer, start: number, place: ChunkPlace, offset: bigint): LogRecord {
  const flags = chunk[start + 8] ?? 0;
  const keyStart = start + FIXED_BYTES;
  const valueStart = keyStart + chunk.readUInt32LE(start + 9);
  const headersStart = valueStart + chunk.readUInt32LE(start + 13);
  return {
    topic: place.topic,
    partition: place.partition,
    offset,
    key: (flags & HAS_KEY) === 0 ? null : chunk.subarray(keyStart, valueStart),
    value: (flags & HAS_VALUE) === 0 ? null : chunk.subarray(valueStart, headersStart),
    headers: decodeHeaders(chunk, headersStart, chunk.readUInt32LE(start + 17)),
    timestampMs: chunk.readDoubleLE(start),
  };
}

const NO_HEADERS: Headers = Object.freeze({});

function decodeHeaders(chunk: Buffer, start: number, count: number): Headers {
  if (count === 0) return NO_HEADERS;
  const headers: [string, string][] = [];
  let at = start;
  for (let i = 0; i < count; i += 1) {
    const nameEnd = at + 8 + chunk.readUInt32LE(at);
    const textEnd = nameEnd + chunk.readUInt32LE(at + 4);
    headers.push([
      chunk.toString('utf8', at + 8, nameEnd),
      chunk.toString('utf8', nameEnd, textEnd),
    ]);
    at = textEnd;
  }
  // fromEntries defines, so that a header named __proto__ is data like any other.
  return Object.fromEntries(headers);
}

function unreadable({ topic, partition }: ChunkPlace, offset: bigint): Error {
  return damaged(`record ${offset} of ${topic}/${partition} is not as it was written`);
}
