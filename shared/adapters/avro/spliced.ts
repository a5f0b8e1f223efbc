/**
 * Owns: encoding a record around one large field of bytes, which stands in the result as it is: the
 * same bytes as Codec.encode gives, in three pieces.
 * Avro writes a record as its fields one after the other, so the fields before and after are records
 * of their own: https://avro.apache.org/docs/1.12.0/specification/#complex-types-1
 */
import avro from 'avsc';
import {
  AVRO_SCHEMAS,
  type AvroRecords,
  type SchemaName,
} from '../../../schemas/generated/avro.ts';
import { singleObjectHeader } from './fingerprint.ts';

interface RecordSchema {
  readonly type: 'record';
  readonly name: string;
  readonly fields: readonly { readonly name: string; readonly type: avro.Schema }[];
}

type BytesField<T> = { [K in keyof T]: T[K] extends Buffer ? K : never }[keyof T] & string;

const LENGTH = avro.Type.forSchema('long');

/** Writes the newest version of the schema. Throws when the value is not of it: a caller's bug. */
export function createSplicedEncoder<N extends SchemaName>(
  name: N,
  field: BytesField<AvroRecords[N]>,
): (value: AvroRecords[N]) => readonly Buffer[] {
  const text = AVRO_SCHEMAS[name].at(-1) as string;
  const header = singleObjectHeader(text);
  const { fields } = JSON.parse(text) as RecordSchema;
  const at = fields.findIndex((each) => each.name === field);
  if (at < 0 || fields[at]?.type !== 'bytes') throw new Error(`${name} has no bytes ${field}`);
  const part = (of: RecordSchema['fields'], suffix: string): avro.Type =>
    avro.Type.forSchema(
      { type: 'record', name: `${name}${suffix}`, fields: [...of] },
      { wrapUnions: false },
    );
  const before = part(fields.slice(0, at), 'Before');
  const after = part(fields.slice(at + 1), 'After');
  return (value) => {
    const bytes: Buffer = value[field] as Buffer;
    const head = [header, before.toBuffer(value), LENGTH.toBuffer(bytes.length)];
    return [Buffer.concat(head), bytes, after.toBuffer(value)];
  };
}
