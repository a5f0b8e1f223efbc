/**
 * Owns: writing MaxMind databases (format 2.0) of a few networks, so that no one else's data is needed.
 */

type Value = string | number | { readonly double: number } | readonly Value[] | ValueMap;
interface ValueMap {
  readonly [name: string]: Value;
}

/** A network of version 4 or 6, such as `192.0.2.0/24`, and what the database says of it. */
export type Entry = readonly [network: string, value: Value];

const MARKER = Buffer.from('abcdef4d61784d696e642e636f6d', 'hex');
const TYPE = { text: 2, double: 3, uint32: 6, map: 7, list: 11 };

function head(type: number, size: number): Buffer {
  const [kind, more] = type > 7 ? [0, [type - 7]] : [type, []];
  if (size < 29) return Buffer.from([(kind << 5) | size, ...more]);
  if (size < 285) return Buffer.from([(kind << 5) | 29, ...more, size - 29]);
  const rest = size - 285;
  return Buffer.from([(kind << 5) | 30, ...more, rest >> 8, rest & 0xff]);
}

function encode(value: Value): Buffer {
  if (typeof value === 'string') {
    const text = Buffer.from(value);
    return Buffer.concat([head(TYPE.text, text.length), text]);
  }
  if (typeof value === 'number') {
    const bytes = Buffer.alloc(4);
    bytes.writeUInt32BE(value);
    return Buffer.concat([head(TYPE.uint32, 4), bytes]);
  }
  if (Array.isArray(value)) {
    return Buffer.concat([head(TYPE.list, value.length), ...value.map(encode)]);
  }
  if ('double' in value && typeof value.double === 'number') {
    const bytes = Buffer.alloc(8);
    bytes.writeDoubleBE(value.double);
    return Buffer.concat([head(TYPE.double, 8), bytes]);
  }
  const members = Object.entries(value as ValueMap);
  return Buffer.concat([head(TYPE.map, members.length), ...members.flatMap((m) => m.map(encode))]);
}

/** Version 4 stands under ::/96. */
function bitsOf(network: string, version: 4 | 6): readonly number[] {
  const [address = '', length] = network.split('/');
  const isV4 = !address.includes(':');
  const bytes = isV4 ? address.split('.').map(Number) : v6Bytes(address);
  const bits = bytes.flatMap((byte) =>
    [7, 6, 5, 4, 3, 2, 1, 0].map((shift) => (byte >> shift) & 1),
  );
  const prefix = bits.slice(0, Number(length));
  return isV4 && version === 6 ? [...new Array<number>(96).fill(0), ...prefix] : prefix;
}

/** Of a text with one `::`. */
function v6Bytes(address: string): readonly number[] {
  const [left = [], right = []] = address
    .split('::')
    .map((half) => half.split(':').filter((group) => group !== ''));
  const missing = new Array<string>(8 - left.length - right.length).fill('0');
  const groups = [...left, ...missing, ...right].map((group) => Number.parseInt(group, 16));
  return groups.flatMap((group) => [group >> 8, group & 0xff]);
}

type Node = [left?: Node | number, right?: Node | number];

/** Numbers in the tree are offsets into the data. */
function insert(root: Node, bits: readonly number[], offset: number): void {
  let node = root;
  for (const bit of bits.slice(0, -1)) {
    const next = node[bit];
    if (Array.isArray(next)) node = next;
    else {
      const made: Node = [];
      node[bit] = made;
      node = made;
    }
  }
  node[bits.at(-1) ?? 0] = offset;
}

function nodesOf(root: Node): readonly Node[] {
  const nodes = [root];
  for (const node of nodes) nodes.push(...node.filter((record) => Array.isArray(record)));
  return nodes;
}

/** Records of 32 bits. `type` is the database's, such as `GeoLite2-City`; version 4: without any v6. */
export function writeMmdb(type: string, entries: readonly Entry[], version: 4 | 6 = 6): Buffer {
  const root: Node = [];
  const data: Buffer[] = [];
  let size = 0;
  for (const [network, value] of entries) {
    insert(root, bitsOf(network, version), size);
    const encoded = encode(value);
    data.push(encoded);
    size += encoded.length;
  }
  const nodes = nodesOf(root);
  const index = new Map(nodes.map((node, i) => [node, i]));
  const tree = Buffer.alloc(nodes.length * 8);
  for (const [i, node] of nodes.entries()) {
    for (const side of [0, 1] as const) {
      const record = node[side];
      const place = typeof record === 'number' ? nodes.length + 16 + record : nodes.length;
      const value = Array.isArray(record) ? (index.get(record) ?? 0) : place;
      tree.writeUInt32BE(value, i * 8 + side * 4);
    }
  }
  const metadata = encode({
    ...{ node_count: nodes.length, record_size: 32, ip_version: version, database_type: type },
    ...{ binary_format_major_version: 2, binary_format_minor_version: 0, build_epoch: 0 },
    ...{ languages: ['en'], description: { en: 'made for a test' } },
  });
  return Buffer.concat([tree, Buffer.alloc(16), ...data, MARKER, metadata]);
}
