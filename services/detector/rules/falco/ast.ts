/**
 * Owns: Falco's conditions as a tree (libs, filter/ast.h). Plain data.
 * Does not own: reading them (parse.ts), writing them (print.ts), what they mean (lower.ts).
 */
import type { Position } from '../position.ts';

export const TRANSFORMERS = [
  ...(['tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'] as const),
] as const;
export type Transformer = (typeof TRANSFORMERS)[number];

export const MODIFIERS = ['oneof', 'anyof', 'allof'] as const;
export type Modifier = (typeof MODIFIERS)[number];

export const NUMBER_OPERATORS = ['<=', '<', '>=', '>'] as const;
export type NumberOperator = (typeof NUMBER_OPERATORS)[number];
/** Longer ones first where one begins another. */
export const TEXT_OPERATORS = [
  ...(['==', '=', '!=', 'glob', 'iglob', 'contains', 'icontains', 'bcontains'] as const),
  ...(['startswith', 'bstartswith', 'endswith', 'regex'] as const),
] as const;
export type TextOperator = (typeof TEXT_OPERATORS)[number];
export const LIST_OPERATORS = ['intersects', 'in', 'pmatch'] as const;
export type ListOperator = (typeof LIST_OPERATORS)[number];
export type Operator = NumberOperator | TextOperator | ListOperator;

/** `at`: character of the condition, counted from 0. */
export interface FieldRef {
  readonly kind: 'field';
  readonly name: string;
  readonly arg?: string;
  readonly at: number;
}

export interface TextValue {
  readonly kind: 'text';
  readonly text: string;
  readonly at: number;
}

interface TextValues {
  readonly kind: 'texts';
  readonly texts: readonly string[];
  readonly at: number;
}

/** `val(field)` is the field itself, on the right side. */
export interface Transformed {
  readonly kind: 'transformed';
  readonly transformer: Transformer | 'val';
  readonly args: readonly Argument[];
  readonly arg?: string;
  readonly at: number;
}

interface ArgumentList {
  readonly kind: 'arguments';
  readonly items: readonly Argument[];
  readonly at: number;
}

/** What a check is about. */
export type Subject = FieldRef | Transformed;
export type Argument = Subject | TextValue | ArgumentList;
/** What the subject is compared with. */
export type Operand = TextValue | TextValues | Subject;

export interface Check {
  readonly kind: 'check';
  readonly subject: Subject;
  readonly operator: Operator;
  readonly modifier?: Modifier;
  readonly operand: Operand;
  readonly at: number;
  /** Where it stands in its file. */
  readonly place?: Position;
}

export interface Exists {
  readonly kind: 'exists';
  readonly subject: Subject;
  readonly at: number;
  readonly place?: Position;
}

export interface MacroRef {
  readonly kind: 'macro';
  readonly name: string;
  readonly at: number;
  readonly place?: Position;
}

interface Node {
  readonly at: number;
  readonly place?: Position;
}

/** `Leaf`: without macros where they are resolved. */
export type Tree<Leaf> =
  | ({ readonly kind: 'and' | 'or'; readonly operands: readonly Tree<Leaf>[] } & Node)
  | ({ readonly kind: 'not'; readonly operand: Tree<Leaf> } & Node)
  | Leaf;

export type Condition = Tree<Check | Exists | MacroRef>;
export type ResolvedCondition = Tree<Check | Exists>;
