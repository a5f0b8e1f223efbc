/**
 * Owns: whether the counts and lengths that Avro bytes claim lie within these bytes. avsc believes
 * an array's count before it looks: a few damaged bytes would keep it busy until memory ends.
 * Does not own: whether the values are right; avsc says so when it decodes.
 */

type Schema = string | readonly Schema[] | { readonly [attribute: string]: unknown };

/** Position after one value at `at`; -1: it goes beyond the bytes. */
type Skip = (bytes: Buffer, at: number) => number;

const MAX_VARINT_BYTES = 10;
const OUTSIDE = -1;

interface Varint {
  readonly value: number;
  readonly end: number;
}

/** A zigzag number; exact below 2^53, and larger ones are larger than any buffer. */
function readVarint(bytes: Buffer, at: number): Varint | undefined {
  let raw = 0;
  for (let i = 0; i < MAX_VARINT_BYTES; i++) {
    const byte = bytes[at + i];
    if (byte === undefined) return undefined;
    raw += (byte & 0x7f) * 2 ** (7 * i);
    if (byte < 0x80) {
      const value = raw % 2 === 0 ? raw / 2 : -(raw + 1) / 2;
      return { value, end: at + i + 1 };
    }
  }
  return undefined;
}

function skipFixed(size: number): Skip {
  return (bytes, at) => (at + size <= bytes.length ? at + size : OUTSIDE);
}

const skipVarint: Skip = (bytes, at) => readVarint(bytes, at)?.end ?? OUTSIDE;

const skipBytes: Skip = (bytes, at) => {
  const length = readVarint(bytes, at);
  if (length === undefined || length.value < 0) return OUTSIDE;
  const end = length.end + length.value;
  return end <= bytes.length ? end : OUTSIDE;
};

const PRIMITIVES: Readonly<Record<string, Skip>> = {
  null: skipFixed(0),
  boolean: skipFixed(1),
  int: skipVarint,
  long: skipVarint,
  float: skipFixed(4),
  double: skipFixed(8),
  bytes: skipBytes,
  string: skipBytes,
  enum: skipVarint,
};

function skipAll(skips: readonly Skip[]): Skip {
  return (bytes, start) => {
    let at = start;
    for (const skip of skips) {
      at = skip(bytes, at);
      if (at === OUTSIDE) return OUTSIDE;
    }
    return at;
  };
}

function skipUnion(branches: readonly Skip[]): Skip {
  return (bytes, at) => {
    const index = readVarint(bytes, at);
    return (index && branches[index.value]?.(bytes, index.end)) ?? OUTSIDE;
  };
}

function skipTimes(item: Skip, times: number, bytes: Buffer, start: number): number {
  let at = start;
  for (let i = 0; i < times && at !== OUTSIDE; i++) at = item(bytes, at);
  return at;
}

/** Position after one block's items; they have one byte each at least, so no more than are left. */
function skipBlock(item: Skip, count: Varint, bytes: Buffer): number {
  // A negative count is followed by the block's size.
  const at = count.value < 0 ? skipVarint(bytes, count.end) : count.end;
  const items = Math.abs(count.value);
  return at === OUTSIDE || items > bytes.length - at ? OUTSIDE : skipTimes(item, items, bytes, at);
}

function skipArray(item: Skip): Skip {
  return (bytes, start) => {
    for (let at = start; at !== OUTSIDE; ) {
      const count = readVarint(bytes, at);
      if (count === undefined) return OUTSIDE;
      if (count.value === 0) return count.end;
      at = skipBlock(item, count, bytes);
    }
    return OUTSIDE;
  };
}

function compile(schema: Schema): Skip {
  if (Array.isArray(schema)) return skipUnion(schema.map(compile));
  if (typeof schema !== 'string') return compileObject(schema as { readonly [a: string]: unknown });
  const primitive = PRIMITIVES[schema];
  if (primitive === undefined) throw new Error(`No bounds for Avro type ${schema}`);
  return primitive;
}

function compileObject(schema: { readonly [attribute: string]: unknown }): Skip {
  const { type } = schema;
  if (type === 'record') {
    const fields = schema['fields'] as readonly { readonly type: Schema }[];
    return skipAll(fields.map((field) => compile(field.type)));
  }
  return type === 'array' ? skipArray(compile(schema['items'] as Schema)) : compile(type as Schema);
}

/** Tells whether a value of this schema, written in `bytes` from `start`, ends within them. */
export function createBoundsCheck(schemaText: string): (bytes: Buffer, start: number) => boolean {
  const skip = compile(JSON.parse(schemaText) as Schema);
  return (bytes, start) => skip(bytes, start) !== OUTSIDE;
}
