/** Owns: a KQL query as a tree: what is written, without what fields mean. */
import type { Comparison } from '../../expression.ts';
import type { Pattern } from '../../pattern.ts';

/** A name or a value as written. In quotes `*` stands for itself. */
export interface Literal {
  readonly pattern: Pattern;
  readonly isQuoted: boolean;
  /** Character of the query at which it begins, from 0. */
  readonly offset: number;
}

export type KqlNode =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly KqlNode[] }
  | { readonly kind: 'not'; readonly operand: KqlNode }
  /** Without a field: any field. */
  | { readonly kind: 'is'; readonly field: Literal | undefined; readonly value: Literal }
  | {
      readonly kind: 'range';
      readonly field: Literal;
      readonly operator: Comparison;
      readonly value: Literal;
    }
  /** The operand holds within one object of the field. */
  | { readonly kind: 'nested'; readonly field: Literal; readonly operand: KqlNode }
  /** An empty query. */
  | { readonly kind: 'everything' };
