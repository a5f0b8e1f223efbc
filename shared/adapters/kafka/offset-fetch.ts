/**
 * Owns: the bytes of OffsetFetch version 7 with require_stable (KIP-447), which kafkajs does not
 * have, for one partition. Pure. Does not own: sending it (stable-offset.ts).
 * Layout: https://kafka.apache.org/protocol.html#The_Messages_OffsetFetch
 */

export const OFFSET_FETCH_KEY = 9;
export const OFFSET_FETCH_VERSION = 7;

export interface OffsetQuestion {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
}

export interface OffsetAnswer {
  /** -1: nothing was committed. */
  readonly offset: bigint;
  /** An error code of the protocol; 0 is none. */
  readonly errorCode: number;
}

/** Version 7 is "flexible": compact strings and arrays, and a list of tags after each structure. */
const NO_TAGS = Buffer.from([0]);

function unsignedVarint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return Buffer.from(bytes);
}

function compactString(text: string): Buffer {
  const bytes = Buffer.from(text);
  return Buffer.concat([unsignedVarint(bytes.length + 1), bytes]);
}

function int32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
}

const ARRAY_OF_ONE = unsignedVarint(2);
const REQUIRE_STABLE = Buffer.from([1]);

/** The body, after the tags of the request's header, which kafkajs does not write. */
export function encodeQuestion({ group, partition, topic }: OffsetQuestion): Buffer {
  return Buffer.concat([
    NO_TAGS,
    compactString(group),
    ARRAY_OF_ONE,
    compactString(topic),
    ARRAY_OF_ONE,
    int32(partition),
    NO_TAGS,
    REQUIRE_STABLE,
    NO_TAGS,
  ]);
}

class Cursor {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  #take(length: number): Buffer {
    const start = this.#at;
    this.#at += length;
    return this.#bytes.subarray(start, this.#at);
  }

  int16 = (): number => this.#take(2).readInt16BE();
  int32 = (): number => this.#take(4).readInt32BE();
  int64 = (): bigint => this.#take(8).readBigInt64BE();

  varint(): number {
    for (let value = 0, shift = 0; ; shift += 7) {
      const byte = this.#take(1).readUInt8();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  /** Length + 1; 0 is null. */
  skipCompact(): void {
    this.#take(Math.max(0, this.varint() - 1));
  }

  skipTags(): void {
    for (let left = this.varint(); left > 0; left--) {
      this.varint();
      this.#take(this.varint());
    }
  }
}

/** The answer for the one partition that was asked for. */
export function decodeAnswer(payload: Buffer): OffsetAnswer {
  const cursor = new Cursor(payload);
  cursor.skipTags(); // Of the header.
  cursor.int32(); // Throttle time.
  let found: OffsetAnswer | undefined;
  for (let topics = cursor.varint() - 1; topics > 0; topics--) {
    cursor.skipCompact();
    for (let partitions = cursor.varint() - 1; partitions > 0; partitions--) {
      cursor.int32(); // The partition.
      const offset = cursor.int64();
      cursor.int32(); // Leader epoch.
      cursor.skipCompact(); // Metadata.
      found = { offset, errorCode: cursor.int16() };
      cursor.skipTags();
    }
    cursor.skipTags();
  }
  const errorCode = cursor.int16();
  if (errorCode !== 0) return { offset: -1n, errorCode };
  if (found === undefined) throw new Error('OffsetFetch was answered without the partition');
  return found;
}
