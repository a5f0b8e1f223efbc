/**
 * Owns: the Avro specification's Parsing Canonical Form and its CRC-64-AVRO fingerprint, which avsc
 * does not have. Source: Avro 1.11 specification, "Parsing Canonical Form for Schemas" and
 * "Schema Fingerprints". The canonical form drops docs, defaults and logical types, so two versions
 * that differ in these alone share one fingerprint.
 */

const EMPTY = 0xc15d213aa4d7a795n;
const ATTRIBUTE_ORDER = ['name', 'type', 'fields', 'symbols', 'items', 'values', 'size'] as const;
const PRIMITIVES = new Set([
  'null',
  'boolean',
  'int',
  'long',
  'float',
  'double',
  'bytes',
  'string',
]);

const TABLE: readonly bigint[] = Array.from({ length: 256 }, (_, byte) => {
  let fp = BigInt(byte);
  for (let bit = 0; bit < 8; bit++) fp = (fp >> 1n) ^ (fp & 1n ? EMPTY : 0n);
  return fp;
});

/** CRC-64-AVRO of `bytes`, as an unsigned 64-bit number. */
export function crc64Avro(bytes: Uint8Array): bigint {
  let fp = EMPTY;
  for (const byte of bytes) {
    fp = (fp >> 8n) ^ (TABLE[Number((fp ^ BigInt(byte)) & 0xffn)] as bigint);
  }
  return fp;
}

type Json = string | number | readonly Json[] | { readonly [key: string]: Json };

function fullName(name: string, namespace: string | undefined): string {
  // The empty namespace is the null namespace.
  return name.includes('.') || !namespace ? name : `${namespace}.${name}`;
}

function canonicalField(field: Json, namespace: string | undefined): string {
  const { name, type } = field as { name: string; type: Json };
  return `{"name":${JSON.stringify(name)},"type":${canonical(type, namespace)}}`;
}

function attributeText(key: string, value: Json, namespace: string | undefined): string {
  switch (key) {
    case 'fields':
      return `[${(value as readonly Json[]).map((f) => canonicalField(f, namespace)).join(',')}]`;
    case 'symbols':
      return `[${(value as readonly Json[]).map((s) => JSON.stringify(s)).join(',')}]`;
    case 'size':
    case 'name':
      return JSON.stringify(value);
    default:
      return canonical(value, namespace);
  }
}

function canonicalObject(
  schema: { readonly [key: string]: Json },
  outer: string | undefined,
): string {
  const type = schema['type'] as string;
  if (typeof type === 'string' && PRIMITIVES.has(type)) return JSON.stringify(type);
  const named = typeof schema['name'] === 'string';
  const own = (schema['namespace'] as string | undefined) ?? outer;
  const name = named ? fullName(schema['name'] as string, own) : '';
  const namespace = name.includes('.') ? name.slice(0, name.lastIndexOf('.')) : own;
  const parts = ATTRIBUTE_ORDER.filter((key) => schema[key] !== undefined).map((key) => {
    if (key === 'type' && typeof type !== 'string')
      return [key, canonical(type, namespace)] as const;
    if (key === 'type') return [key, JSON.stringify(type)] as const;
    const value = key === 'name' ? name : (schema[key] as Json);
    return [key, attributeText(key, value, namespace)] as const;
  });
  return `{${parts.map(([key, text]) => `"${key}":${text}`).join(',')}}`;
}

function canonical(schema: Json, namespace: string | undefined): string {
  if (typeof schema === 'string') {
    return JSON.stringify(PRIMITIVES.has(schema) ? schema : fullName(schema, namespace));
  }
  if (Array.isArray(schema)) {
    return `[${schema.map((s: Json) => canonical(s, namespace)).join(',')}]`;
  }
  return canonicalObject(schema as { readonly [key: string]: Json }, namespace);
}

/** Parsing Canonical Form of a schema given as JSON text. */
export function canonicalForm(schemaText: string): string {
  return canonical(JSON.parse(schemaText) as Json, undefined);
}

/** The ten bytes in front of a value in single-object encoding: C3 01 and the fingerprint, little-endian. */
export function singleObjectHeader(schemaText: string): Buffer {
  const header = Buffer.from([0xc3, 0x01, 0, 0, 0, 0, 0, 0, 0, 0]);
  header.writeBigUInt64LE(crc64Avro(Buffer.from(canonicalForm(schemaText))), 2);
  return header;
}
