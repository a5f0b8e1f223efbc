/**
 * Owns: the shape in which values pass from finding them to saying what they are, and small tools for
 * it. Everything below reading a body is a function from a node to what it holds.
 */
import { scanItems, type Span } from '../../../shared/domain/json-items.ts';
import { isObject, member, textMember } from '../../../shared/domain/json.ts';
import type { ErrorCode } from '../../../shared/errors/codes.ts';
import type { Bad, Envelope, JsonObject, Leaf, Noise, Read } from './leaf.ts';
import { type CutPath, cutOf } from './salvage.ts';

export { isObject, member, textMember };

/** Limits for one body, used up while it is read. */
export interface Budget {
  /** What packed texts inside of the body may still unpack to. */
  unpackBytes: number;
}

/** How deep a value lies: texts that were parsed, and lists and wrappers around it. */
export interface Depth {
  readonly texts: number;
  readonly wrappers: number;
}

export const MAX_TEXTS = 3;
export const MAX_WRAPPERS = 8;

export interface Node {
  readonly value: unknown;
  readonly envelope: Envelope;
  readonly cut: CutPath;
  readonly depth: Depth;
  readonly budget: Budget;
  bytes(): Buffer;
  /** The bytes of the elements of a list, where the node's own bytes can't be cut. */
  readonly elements?: { readonly key: string | undefined; bytes(index: number): Buffer };
}

export const NO_ENVELOPE: Envelope = { via: [], fields: {} };
export const NO_DEPTH: Depth = { texts: 0, wrappers: 0 };

/** A function that says what a node holds. */
export type Reader = (node: Node) => readonly Read[];

export function bad(
  message: string,
  bytes: () => Buffer,
  code: ErrorCode = 'unreadable_item',
): Bad {
  return { kind: 'bad', fault: { code, message }, bytes };
}

export function noise(reason: Noise['reason'] = 'noise'): Noise {
  return { kind: 'noise', reason };
}

export function leaf(node: Node, format: Leaf['format'], value: JsonObject): Leaf {
  const { envelope, cut, bytes } = node;
  return { kind: 'leaf', format, value, envelope, isCut: cut !== undefined, bytes };
}

export function hasLeaf(reads: readonly Read[]): boolean {
  return reads.some(({ kind }) => kind === 'leaf');
}

/** The value under a key of the node's, inside the same text: its bytes are the node's. */
export function inner(node: Node, key: string, envelope: Envelope): Node {
  const { depth, budget, bytes } = node;
  const wrappers = depth.wrappers + 1;
  return {
    ...{ value: member(node.value, key), envelope, cut: cutOf(node.cut, key) },
    ...{ depth: { ...depth, wrappers }, budget, bytes },
  };
}

/** Bytes of the elements of a list in `node`, found when the first is asked for, once. */
function elementBytes(node: Node, key: string | undefined): (index: number) => Buffer {
  if (node.elements !== undefined && node.elements.key === key) return node.elements.bytes;
  let spans: readonly Span[] | undefined;
  return (index) => {
    const bytes = node.bytes();
    spans ??= scanItems(bytes, key ?? 'items') ?? [];
    const span = spans[index];
    return span === undefined ? bytes : bytes.subarray(span.start, span.end);
  };
}

/** A node for each element of a list: of the node itself, or of its member `key`. */
export function elementsOf(
  node: Node,
  list: readonly unknown[],
  key: string | undefined,
  envelope = node.envelope,
): readonly Node[] {
  const { cut, budget } = node;
  const depth = { ...node.depth, wrappers: node.depth.wrappers + 1 };
  const bytesOf = elementBytes(node, key);
  // Not spread: a record of a list costs little else (npm run bench stages).
  return list.map((value, i) => ({
    value,
    envelope,
    cut: cut && (key === undefined ? cutOf(cut, i) : cutOf(cut, key, i)),
    depth,
    budget,
    bytes: () => bytesOf(i),
  }));
}
