/**
 * Owns: values of the topics as bytes: Avro in single-object encoding, so that whoever holds the
 * schemas can decode. Reads every released version of a schema, writes the newest.
 */
import avro from 'avsc';
import {
  AVRO_SCHEMAS,
  type AvroRecords,
  type SchemaName,
} from '../../../schemas/generated/avro.ts';
import type { Fault } from '../../errors/fault.ts';
import { createBoundsCheck } from './bounds.ts';
import { singleObjectHeader } from './fingerprint.ts';

export type Decoded<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly fault: Fault };

export interface Codec<T> {
  /** Throws when `value` is not of the schema: that is a bug of the caller. */
  encode(value: T): Buffer;
  /** Faults: unknown_schema, corrupt_record. */
  decode(bytes: Buffer): Decoded<T>;
}

/** In front of a value in single-object encoding. */
export const SINGLE_OBJECT_BYTES = 10;
const HEADER_BYTES = SINGLE_OBJECT_BYTES;
/** Most records; a larger one is measured in it, and written once more where it fits. */
const SCRATCH_BYTES = 64 * 1024;

interface Version {
  readonly type: avro.Type;
  readonly resolver: avro.Resolver | undefined;
  /** Only where there are arrays: elsewhere avsc notices itself, and this costs time. */
  readonly isInBounds: ((bytes: Buffer, start: number) => boolean) | undefined;
}

function parse(schemaText: string): avro.Type {
  return avro.Type.forSchema(JSON.parse(schemaText) as avro.Schema, { wrapUnions: false });
}

function fault(code: 'unknown_schema' | 'corrupt_record', message: string): Decoded<never> {
  return { ok: false, fault: { code, message } };
}

/** Why no version fits; the registry's ids are taken away before (runtime/framed-log.ts). */
function strangerText(name: SchemaName, bytes: Buffer): string {
  if (bytes.length < 5 || bytes[0] !== 0) return `The value is no known ${name}`;
  const id = bytes.readInt32BE(1);
  return `The value names schema ${id} of a registry: none of ${name}, or kafka.schemaRegistry.url is not set`;
}

/**
 * From bare Avro of another schema to single-object encoding of the newest version of `name`: what a
 * later release wrote. Throws when values of that schema do not resolve; undefined for damaged bytes.
 */
export function createTranscoder(
  name: SchemaName,
  writerText: string,
): (bytes: Buffer) => Buffer | undefined {
  const newestText = AVRO_SCHEMAS[name].at(-1) as string;
  const reader = parse(newestText);
  const resolver = reader.createResolver(parse(writerText));
  const isInBounds = createBoundsCheck(writerText);
  const header = singleObjectHeader(newestText);
  return (bytes) => {
    if (!isInBounds(bytes, 0)) return undefined;
    try {
      return Buffer.concat([header, reader.toBuffer(reader.fromBuffer(bytes, resolver))]);
    } catch {
      return undefined; // Trailing bytes.
    }
  };
}

/** Codec of one topic's values. */
export function createCodec<N extends SchemaName>(name: N): Codec<AvroRecords[N]> {
  const texts = AVRO_SCHEMAS[name];
  const newestText = texts.at(-1) as string;
  const writer = parse(newestText);
  const header = singleObjectHeader(newestText);
  const versions = new Map<string, Version>();
  for (const text of texts) {
    const type = parse(text);
    versions.set(singleObjectHeader(text).toString('hex'), {
      type,
      resolver: text === newestText ? undefined : writer.createResolver(type),
      isInBounds: text.includes('"array"') ? createBoundsCheck(text) : undefined,
    });
  }
  const scratch = Buffer.alloc(SCRATCH_BYTES);
  header.copy(scratch);
  return {
    encode(value) {
      const end = writer.encode(value, scratch, HEADER_BYTES);
      if (end >= 0) return Buffer.from(scratch.subarray(0, end));
      // What is missing, as a negative number.
      const whole = Buffer.allocUnsafe(SCRATCH_BYTES - end);
      header.copy(whole);
      writer.encode(value, whole, HEADER_BYTES);
      return whole;
    },
    decode(bytes) {
      const version = versions.get(bytes.subarray(0, HEADER_BYTES).toString('hex'));
      if (version === undefined) return fault('unknown_schema', strangerText(name, bytes));
      if (version.isInBounds?.(bytes, HEADER_BYTES) === false) {
        return fault('corrupt_record', `The value is no whole ${name}`);
      }
      try {
        const reader = version.resolver === undefined ? version.type : writer;
        const value: unknown = reader.fromBuffer(bytes.subarray(HEADER_BYTES), version.resolver);
        return { ok: true, value: value as AvroRecords[N] };
      } catch {
        // avsc throws plain errors for truncated and trailing bytes alike; both are this fault.
        return fault('corrupt_record', `The value does not decode as ${name}`);
      }
    },
  };
}
