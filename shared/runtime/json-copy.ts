/**
 * Owns: a record as JSON, for consumers without Avro: fields under the names and with the values that
 * the schema has, the document as an object instead of bytes.
 */
import type { AvroRecords } from '../../schemas/generated/avro.ts';

type Value = AvroRecords[keyof AvroRecords];

/** Bytes other than the document are base64; times stay milliseconds since the epoch. */
export function jsonOf(value: Value): Buffer {
  const fields: Record<string, unknown> = {};
  let document: Buffer | undefined;
  for (const [name, field] of Object.entries(value) as [string, unknown][]) {
    if (!Buffer.isBuffer(field)) fields[name] = field;
    else if (name === 'document') document = field;
    else fields[name] = field.toString('base64');
  }
  const head = JSON.stringify(fields);
  if (document === undefined) return Buffer.from(head);
  // The document is JSON as it is: taken over byte for byte, not parsed for every event.
  const start = Buffer.from(`${head.slice(0, -1)},"document":`);
  return Buffer.concat([start, document, Buffer.from('}')]);
}
