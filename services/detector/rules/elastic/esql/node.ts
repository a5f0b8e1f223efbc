/**
 * Owns: an expression over one event whose columns are settled: what lower.ts takes apart and
 * evaluate.ts computes.
 * Does not own: names (bind.ts).
 *
 * Nodes are shared: a column that is used twice is one node. Keys are built from the keys of the parts
 * and hashed where they grow long, so that a node's cost does not grow with what it stands for.
 */
import { createHash } from 'node:crypto';
import type { Expression } from '../../expression.ts';
import type { Pattern } from '../../pattern.ts';
import type { ComparisonOperator } from './ast.ts';
import { type Column, columnKey } from './read.ts';
import { isTyped, keyOf, type Known, type Scalar, valuesOf } from './value.ts';

/** What a command takes out of a text: values by column. */
export interface Extractor {
  readonly key: string;
  extract(texts: readonly string[]): ReadonlyMap<string, Known>;
}

interface Common {
  /** Tells it from all others. */
  readonly key: string;
  /** How deep its parts nest. */
  readonly depth: number;
  /** As the query writes it, for people. */
  readonly text: string;
  readonly columns: readonly Column[];
  /** Whether it depends on an element that MV_EXPAND goes through. */
  readonly isOpen: boolean;
}

type Kind =
  | { readonly kind: 'constant'; readonly value: Known }
  | { readonly kind: 'column'; readonly column: Column }
  | { readonly kind: 'and' | 'or' | 'case' | 'coalesce'; readonly args: readonly Node[] }
  | { readonly kind: 'not'; readonly args: readonly [Node] }
  | { readonly kind: 'null'; readonly args: readonly [Node] }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly args: readonly Node[];
      apply(args: readonly Known[]): Known;
    }
  | {
      readonly kind: 'comparison';
      readonly operator: ComparisonOperator;
      readonly args: readonly [Node, Node];
    }
  /** The first is looked for among the others. */
  | { readonly kind: 'in'; readonly args: readonly [Node, ...Node[]] }
  | {
      readonly kind: 'like';
      readonly patterns: readonly Pattern[];
      readonly args: readonly [Node];
      test(text: string): boolean;
    }
  | {
      readonly kind: 'rlike';
      /** RE2 with anchors. */
      readonly source: string;
      readonly args: readonly [Node];
      test(text: string): boolean;
    }
  | {
      readonly kind: 'extract';
      readonly name: string;
      readonly extractor: Extractor;
      readonly args: readonly [Node];
    }
  /** Any value of a column, as `field : "text"` asks. */
  | { readonly kind: 'match'; readonly column: Column; readonly value: Scalar }
  | { readonly kind: 'kql'; readonly expression: Expression }
  /** The element that MV_EXPAND is at. */
  | { readonly kind: 'element'; readonly of: string }
  /** MV_EXPAND: whether the second is true for any element of the first. */
  | { readonly kind: 'any'; readonly element: string; readonly args: readonly [Node, Node] };

export type Node = Common & Kind;

const LONG_KEY = 200;

/** @param label what tells the node from others with the same parts. */
export function node(kind: Kind, label: string): Node {
  const parts = 'args' in kind ? kind.args : [];
  const columns = 'column' in kind ? [kind.column] : [];
  const text = `${label}(${parts.map(({ key }) => key).join(',')})`;
  return {
    ...kind,
    key: text.length > LONG_KEY ? createHash('sha256').update(text).digest('base64url') : text,
    text: label,
    depth: 1 + parts.reduce((most, { depth }) => Math.max(most, depth), 0),
    columns: mergeColumns([columns, ...parts.map((part) => part.columns)]),
    isOpen: kind.kind === 'element' || parts.some(({ isOpen }) => isOpen),
  };
}

function mergeColumns(lists: readonly (readonly Column[])[]): readonly Column[] {
  const filled = lists.filter(({ length }) => length > 0);
  if (filled.length < 2) return filled[0] ?? [];
  return [...new Map(filled.flat().map((column) => [columnKey(column), column])).values()];
}

export function constant(value: Known): Node {
  const label = valuesOf(value)
    .map((one) =>
      isTyped(one, 'span') ? `${one.months}mo${one.ms}ms` : JSON.stringify(keyOf(one)),
    )
    .join(' ');
  return node({ kind: 'constant', value }, `constant ${label}`);
}

export function column(of: Column): Node {
  return { ...node({ kind: 'column', column: of }, columnKey(of)), text: of.name };
}

export function not(operand: Node): Node {
  return node({ kind: 'not', args: [operand] }, 'not');
}

export function and(operands: readonly Node[]): Node {
  const [only] = operands;
  if (operands.length === 1 && only !== undefined) return only;
  return node({ kind: 'and', args: operands }, 'and');
}

export function call(
  name: string,
  args: readonly Node[],
  apply: (args: readonly Known[]) => Known,
): Node {
  return node({ kind: 'call', name, args, apply }, name);
}
