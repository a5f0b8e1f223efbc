/**
 * Owns: the shapes in which Fluent Bit and Fluentd pack records: [time, record] one after the other
 * (Fluent Bit's http output), and the forward protocol's four modes (Fluentd, Forward Protocol
 * Specification v1: [tag, entries], [tag, time, record], packed and compressed entries).
 */
import { within } from './envelope.ts';
import type { Envelope } from './leaf.ts';
import { contentAt, elementsAt, type Packed, packedAt, unpack } from './msgpack.ts';
import type { Budget, Depth, Node } from './node.ts';
import { gunzip, isGzip } from './unpack.ts';

interface Place {
  readonly envelope: Envelope;
  readonly depth: Depth;
  readonly budget: Budget;
}

/** Does it begin like a list or a map? */
export function isMsgpack(bytes: Buffer, at = 0): boolean {
  const type = bytes[at] ?? 0;
  return (type >= 0x80 && type <= 0x9f) || (type >= 0xdc && type <= 0xdf);
}

function nodeAt(bytes: Buffer, span: Packed, { envelope, depth, budget }: Place): Node {
  const value = unpack(bytes, span);
  return {
    value,
    envelope,
    cut: undefined,
    depth,
    budget,
    bytes: () => bytes.subarray(span.start, span.end),
  };
}

function isTime(kind: Packed['kind'] | undefined): boolean {
  return kind === 'number' || kind === 'extension';
}

/** [time, record], where the time may have metadata beside it: [[time, metadata], record]. */
function recordOf(bytes: Buffer, entry: Packed): Packed | undefined {
  if (entry.kind !== 'list') return undefined;
  const [time, record] = elementsAt(bytes, entry);
  if (record?.kind !== 'map' || time === undefined) return undefined;
  const isStamped = time.kind === 'list' && isTime(elementsAt(bytes, time)[0]?.kind);
  return isStamped || isTime(time.kind) ? record : undefined;
}

function entries(bytes: Buffer, list: readonly Packed[], place: Place): readonly Node[] {
  return list.map((entry) => nodeAt(bytes, recordOf(bytes, entry) ?? entry, place));
}

/** Entries one after the other, in a text or binary; gzip if the options say so, or it is. */
function packedEntries(bytes: Buffer, content: Packed, place: Place): readonly Node[] {
  const packed = contentAt(bytes, content);
  const plain = isGzip(packed) ? gunzip(packed, place.budget) : { bytes: packed, isTorn: false };
  const unknown = { ...nodeAt(bytes, content, place), value: undefined };
  if (plain === undefined) return [unknown];
  const list: Packed[] = [];
  for (let at = 0; at < plain.bytes.length; ) {
    const entry = packedAt(plain.bytes, at);
    if (entry === undefined) {
      return [...entries(plain.bytes, list, place), ...restOf(plain.bytes, at, place)];
    }
    list.push(entry);
    at = entry.end;
  }
  const nodes = entries(plain.bytes, list, place);
  return plain.isTorn || nodes.length === 0 ? [...nodes, unknown] : nodes;
}

/** What is no MessagePack, as something that nothing can be read of. */
function restOf(bytes: Buffer, at: number, { envelope, depth, budget }: Place): readonly Node[] {
  return [
    { value: undefined, envelope, cut: undefined, depth, budget, bytes: () => bytes.subarray(at) },
  ];
}

function tagged(
  bytes: Buffer,
  elements: readonly Packed[],
  place: Place,
): readonly Node[] | undefined {
  const [tag, second, third] = elements;
  if (tag?.kind !== 'text' || second === undefined) return undefined;
  const fields = { tag: String(unpack(bytes, tag)) };
  const inTag = { ...place, envelope: within(place.envelope, 'fluent-forward', { fields }) };
  if (isTime(second.kind) && third?.kind === 'map') return [nodeAt(bytes, third, inTag)];
  if (second.kind === 'list') return entries(bytes, elementsAt(bytes, second), inTag);
  const isPacked = second.kind === 'text' || second.kind === 'binary';
  return isPacked ? packedEntries(bytes, second, inTag) : undefined;
}

/** Places of records that are no entries of a tag. */
interface Untagged {
  readonly timed: Place;
  readonly bare: Place;
}

/** The records of one value of the topmost level. */
function nodesAt(bytes: Buffer, value: Packed, place: Place, untagged: Untagged): readonly Node[] {
  const { timed, bare } = untagged;
  if (value.kind === 'map') return [nodeAt(bytes, value, bare)];
  const record = recordOf(bytes, value);
  if (record !== undefined) return [nodeAt(bytes, record, timed)];
  const elements = elementsAt(bytes, value);
  return tagged(bytes, elements, place) ?? entries(bytes, elements, bare);
}

/**
 * Records up to `end`, where something begins that is neither list nor map: text may follow. Bytes
 * that no value can be read of are no MessagePack at all: `end` 0.
 */
export function msgpackNodes(
  bytes: Buffer,
  place: Place,
): { readonly nodes: readonly Node[]; readonly end: number } {
  const via = (name: string): Place => ({ ...place, envelope: within(place.envelope, name) });
  const untagged = { timed: via('fluent-bit'), bare: via('msgpack') };
  const nodes: Node[] = [];
  let at = 0;
  while (at < bytes.length && isMsgpack(bytes, at)) {
    const value = packedAt(bytes, at);
    if (value === undefined) {
      if (at === 0) return { nodes: [], end: 0 };
      nodes.push(...restOf(bytes, at, place));
      return { nodes, end: bytes.length };
    }
    for (const node of nodesAt(bytes, value, place, untagged)) nodes.push(node);
    at = value.end;
  }
  return { nodes, end: at };
}
