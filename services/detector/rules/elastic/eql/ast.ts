/** Owns: an EQL query as a tree: what is written, without what fields mean. */

export type EqlLiteral = string | number | boolean | null;
export type Comparator = '==' | '!=' | '<' | '<=' | '>' | '>=';
export type Arithmetic = '+' | '-' | '*' | '/' | '%';
/** With `~`: without case. `:` is without case by itself. */
export type Matcher = ':' | 'like' | 'like~' | 'regex' | 'regex~' | 'in' | 'in~';

interface Placed {
  /** Character of the query at which it begins, from 0. */
  readonly offset: number;
}

export type EqlNode = Placed &
  (
    | { readonly kind: 'literal'; readonly value: EqlLiteral }
    | { readonly kind: 'field'; readonly name: string }
    | {
        readonly kind: 'call';
        /** In lower case. */
        readonly name: string;
        readonly isCaseless: boolean;
        readonly args: readonly EqlNode[];
      }
    | {
        readonly kind: 'arithmetic';
        readonly operator: Arithmetic;
        readonly left: EqlNode;
        readonly right: EqlNode;
      }
    | {
        readonly kind: 'comparison';
        readonly operator: Comparator;
        readonly left: EqlNode;
        readonly right: EqlNode;
      }
    | {
        readonly kind: 'match';
        readonly operator: Matcher;
        readonly left: EqlNode;
        readonly options: readonly EqlNode[];
      }
    | { readonly kind: 'and' | 'or'; readonly operands: readonly EqlNode[] }
    | { readonly kind: 'not'; readonly operand: EqlNode }
  );

/** `category where condition`; without a category: any. */
export interface EventFilter extends Placed {
  readonly category: string | undefined;
  readonly condition: EqlNode;
}

export interface Term extends EventFilter {
  readonly by: readonly string[];
  /** How often it comes in a row (`with runs`). */
  readonly runs: number;
  /** `![…]`: no such event is there. */
  readonly isMissing: boolean;
}

export type EqlQuery =
  | { readonly kind: 'event'; readonly filter: EventFilter }
  | {
      readonly kind: 'sequence' | 'sample';
      readonly by: readonly string[];
      /** As written: `5m`. */
      readonly maxSpan: string | undefined;
      readonly terms: readonly Term[];
      readonly until: Term | undefined;
    };
