/**
 * Owns: an ES|QL query as it is written: commands and expressions. Plain data.
 * Does not own: reading it (parse.ts), what its columns are (bind.ts).
 */

interface Span {
  /** Offsets into the query; `end` is behind the last character. */
  readonly start: number;
  readonly end: number;
}

/** Months and milliseconds stay apart: a month has no fixed length. */
export interface TimeSpan {
  readonly type: 'span';
  readonly months: number;
  readonly ms: number;
}

/** Whole numbers are bigint, as ES|QL tells them from 7.0. */
export type Constant = null | string | bigint | number | boolean | TimeSpan;

export type ArithmeticOperator = '+' | '-' | '*' | '/' | '%';
export type ComparisonOperator = '==' | '!=' | '<' | '<=' | '>' | '>=';

export type Ast = Span &
  (
    | { readonly kind: 'constant'; readonly value: Constant }
    | { readonly kind: 'list'; readonly values: readonly Constant[] }
    | { readonly kind: 'name'; readonly name: string }
    | { readonly kind: 'parameter'; readonly name: string }
    | { readonly kind: 'call'; readonly name: string; readonly args: readonly Ast[] }
    | { readonly kind: 'options' }
    | { readonly kind: 'negative'; readonly operand: Ast }
    | {
        readonly kind: 'arithmetic';
        readonly operator: ArithmeticOperator;
        readonly left: Ast;
        readonly right: Ast;
      }
    | {
        readonly kind: 'comparison';
        readonly operator: ComparisonOperator;
        readonly left: Ast;
        readonly right: Ast;
      }
    | { readonly kind: 'and' | 'or'; readonly operands: readonly Ast[] }
    | { readonly kind: 'not'; readonly operand: Ast }
    | { readonly kind: 'in'; readonly value: Ast; readonly items: readonly Ast[] }
    | { readonly kind: 'like' | 'rlike'; readonly value: Ast; readonly patterns: readonly string[] }
    | { readonly kind: 'null'; readonly operand: Ast }
    | { readonly kind: 'match'; readonly field: Ast; readonly query: Ast }
    | { readonly kind: 'cast'; readonly operand: Ast; readonly type: string }
  );

/** A name, perhaps with `*` in it. */
export interface NamePattern extends Span {
  readonly name: string;
  /** Written in backquotes, so that `*` is itself. */
  readonly isExact: boolean;
}

export interface Assignment extends Span {
  readonly name: string;
  readonly value: Ast;
}

export type Command = Span &
  (
    | {
        readonly kind: 'from';
        readonly indices: readonly string[];
        readonly metadata: readonly string[];
      }
    | { readonly kind: 'where'; readonly condition: Ast }
    | { readonly kind: 'eval'; readonly assignments: readonly Assignment[] }
    | { readonly kind: 'keep' | 'drop'; readonly names: readonly NamePattern[] }
    | {
        readonly kind: 'rename';
        readonly pairs: readonly { readonly from: NamePattern; readonly to: string }[];
      }
    | { readonly kind: 'grok'; readonly input: Ast; readonly patterns: readonly string[] }
    | {
        readonly kind: 'dissect';
        readonly input: Ast;
        readonly pattern: string;
        readonly separator: string;
      }
    | { readonly kind: 'limit'; readonly count: number }
    | { readonly kind: 'sort' }
    | { readonly kind: 'expand'; readonly name: string }
    | {
        readonly kind: 'stats';
        /** As written. */
        readonly aggregates: readonly string[];
        readonly by: readonly string[];
      }
    /** A command that this engine does not have; `needsState` where more events are what it lacks. */
    | { readonly kind: 'other'; readonly reason: string; readonly needsState: boolean }
  );

export interface Query {
  readonly commands: readonly Command[];
}
