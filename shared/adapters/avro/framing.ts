/**
 * Owns: the two ways in which a value names its schema, and going from one to the other without
 * decoding: single-object encoding (C3 01 and a fingerprint) and the wire format of Confluent's
 * serializers (a zero byte and the id that a schema registry gave, big-endian).
 * Sources: https://avro.apache.org/docs/1.12.0/specification/#single-object-encoding,
 * https://docs.confluent.io/platform/current/schema-registry/fundamentals/serdes-develop/#wire-format
 * Does not own: which ids there are (adapters/schema-registry), when values are framed anew
 * (runtime/framed-log.ts).
 */
import { AVRO_SCHEMAS, type SchemaName } from '../../../schemas/generated/avro.ts';
import { type Bytes, piecesOf } from '../../domain/bytes.ts';
import { createTranscoder, SINGLE_OBJECT_BYTES } from './codec.ts';
import { singleObjectHeader } from './fingerprint.ts';

const REGISTRY_MAGIC = 0x00;
const REGISTRY_BYTES = 5;

/** The id in front of a value that is framed for a registry; undefined: it is framed otherwise. */
export function registryId(value: Buffer): number | undefined {
  if (value.length < REGISTRY_BYTES || value[0] !== REGISTRY_MAGIC) return undefined;
  return value.readInt32BE(1);
}

/** The five bytes in front of a value whose schema the registry knows by `id`. */
export function registryHeader(id: number): Buffer {
  const header = Buffer.alloc(REGISTRY_BYTES);
  header.writeInt32BE(id, 1);
  return header;
}

/** A value framed for a registry, in single-object encoding; undefined: its bytes are damaged. */
export type Unframe = (value: Buffer) => Buffer | undefined;

function headersOf(name: SchemaName): readonly Buffer[] {
  return AVRO_SCHEMAS[name].map(singleObjectHeader);
}

/**
 * How values that were written with `schemaText` become ones that the codec of `name` reads. A
 * version of ours needs its header replaced; what a later release wrote is resolved to the newest
 * version that is known here. Undefined: such values can not be read as `name`.
 */
export function unframeOf(name: SchemaName, schemaText: string): Unframe | undefined {
  try {
    const header = singleObjectHeader(schemaText);
    if (headersOf(name).some((known) => known.equals(header))) {
      return (value) => Buffer.concat([header, value.subarray(REGISTRY_BYTES)]);
    }
    const transcode = createTranscoder(name, schemaText);
    return (value) => transcode(value.subarray(REGISTRY_BYTES));
  } catch {
    // No schema, or none that resolves: whatever a stranger registered is no reason to end.
    return undefined;
  }
}

/**
 * Frames values of `name` for a registry that knows our versions by `ids`, oldest first. What is in
 * no version of ours, or in one that the registry does not know, stays as it is.
 */
export function createFrame(
  name: SchemaName,
  ids: readonly (number | undefined)[],
): (value: Bytes) => Bytes {
  const known = headersOf(name).flatMap((from, i) => {
    const id = ids[i];
    return id === undefined ? [] : [{ from, to: registryHeader(id) }];
  });
  return (value) => {
    const [first, ...rest] = piecesOf(value);
    if (first === undefined || first.length < SINGLE_OBJECT_BYTES) return value;
    // Newest first: nearly all values are of it.
    const found = known.findLast(
      ({ from }) => first.compare(from, 0, SINGLE_OBJECT_BYTES, 0, SINGLE_OBJECT_BYTES) === 0,
    );
    // In pieces: a large body is not copied for five bytes.
    return found === undefined ? value : [found.to, first.subarray(SINGLE_OBJECT_BYTES), ...rest];
  };
}
