/**
 * Owns: from a parsed value to the records in it: a record of a known format, what a known wrapper
 * holds, or a record in one of the members that shippers use for it, as text or parsed.
 * Does not own: parsing texts (read-text.ts), the wrappers (wrappers.ts), formats (formats.ts).
 */
import { describe, isMerged, within, withoutAdded } from './envelope.ts';
import { formatOf, isOwnLog } from '../../../shared/domain/record-shape.ts';
import type { JsonObject, Read } from './leaf.ts';
import {
  bad,
  elementsOf,
  hasLeaf,
  inner,
  isObject,
  leaf,
  MAX_WRAPPERS,
  member,
  type Node,
  noise,
} from './node.ts';
import { joinPartials } from './partials.ts';
import { fromCloudLogging, type Readers, unwrapKnown } from './wrappers.ts';

const NONE = 'Nothing that is known as an audit event, a process or an alert';

/** What is said of a value that holds nothing. */
function unknown({ value, cut, bytes }: Node): Read {
  if (cut !== undefined) return bad('Ends too early to tell what it is', bytes);
  return bad(value === undefined ? 'No JSON' : NONE, bytes);
}

/** Where shippers put the record, or the line that it was; in this order. */
const MEMBERS: readonly string[] = [
  ...['log', 'log_processed', 'message', 'msg', 'event', 'record', 'raw', 'body', 'data', 'line'],
  ...['json', 'content', '_raw', 'MESSAGE', 'audit', 'properties', 'original'],
];

/** `_` back to `.` in the domain of a key: a domain name has no underscore, what follows it may. */
function withDots(key: string): string {
  const slash = key.indexOf('/');
  return slash < 0 ? key : key.slice(0, slash).replaceAll('_', '.') + key.slice(slash);
}

/** An event as Elastic's integration leaves it under kubernetes.audit: without dots in annotations. */
function fromElastic(value: JsonObject, node: Node): readonly Read[] | undefined {
  const audit = member(member(value, 'kubernetes'), 'audit');
  if (!isObject(audit) || formatOf(audit) !== 'audit') return undefined;
  const annotations = member(audit, 'annotations');
  const event = isObject(annotations)
    ? {
        ...audit,
        annotations: Object.fromEntries(
          Object.entries(annotations).map(([key, each]) => [withDots(key), each]),
        ),
      }
    : audit;
  const envelope = describe(value, node.envelope);
  const at = inner(inner(node, 'kubernetes', envelope), 'audit', envelope);
  const via =
    envelope.via.length > node.envelope.via.length ? envelope : within(envelope, 'elastic');
  return [leaf({ ...at, envelope: via }, 'audit', event)];
}

/** A member's record or records; undefined if there is no such member. */
function readMember(
  key: string,
  value: JsonObject,
  node: Node,
  readers: Readers,
): readonly Read[] | undefined {
  const found = member(value, key);
  if (typeof found === 'string') return readers.text(found, node, describe(value, node.envelope));
  if (!isObject(found) && !Array.isArray(found)) return undefined;
  return readers.value(inner(node, key, describe(value, node.envelope)));
}

/** The first member that holds a record; else the first whose content is known. */
function readMembers(value: JsonObject, node: Node, readers: Readers): readonly Read[] | undefined {
  let known: readonly Read[] | undefined;
  for (const key of MEMBERS) {
    const reads = Object.hasOwn(value, key) ? readMember(key, value, node, readers) : undefined;
    if (reads === undefined) continue;
    if (hasLeaf(reads)) return reads;
    if (reads.some(isKnown)) known ??= reads.filter(isKnown);
  }
  return known;
}

function isKnown(read: Read): boolean {
  return read.kind === 'noise' || (read.kind === 'bad' && read.fault.code !== 'unreadable_item');
}

function readObject(value: JsonObject, node: Node, readers: Readers): readonly Read[] {
  const format = formatOf(value);
  if (format !== undefined) {
    if (format === 'gke') return [leaf(fromCloudLogging(value, node), format, value)];
    if (!isMerged(value)) return [leaf(node, format, value)];
    const envelope = describe(value, node.envelope);
    return [leaf({ ...node, envelope }, format, withoutAdded(value))];
  }
  const reads =
    unwrapKnown(value, node, readers) ??
    fromElastic(value, node) ??
    readMembers(value, node, readers);
  return reads ?? [isOwnLog(value) ? noise() : unknown(node)];
}

function readValue(node: Node, readers: Readers): readonly Read[] {
  const { value } = node;
  if (node.depth.wrappers > MAX_WRAPPERS) return [bad('Wrapped too often', node.bytes)];
  if (Array.isArray(value)) return readers.siblings(elementsOf(node, value, undefined));
  return isObject(value) ? readObject(value, node, readers) : [unknown(node)];
}

/** What nodes hold that follow each other; lines that a runtime split are put together first. */
function readSiblings(nodes: readonly Node[], readers: Readers): readonly Read[] {
  const reads: Read[] = [];
  for (const node of joinPartials(nodes)) {
    for (const read of readValue(node, readers)) reads.push(read);
  }
  return reads;
}

/** What nodes hold; how their texts are parsed is the caller's. */
export function createReaders(parsers: Pick<Readers, 'text' | 'base64'>): Readers {
  const readers: Readers = {
    ...parsers,
    value: (node) => readValue(node, readers),
    siblings: (nodes) => readSiblings(nodes, readers),
  };
  return readers;
}
