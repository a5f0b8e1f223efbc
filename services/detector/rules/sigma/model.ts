/**
 * Owns: a Sigma rule as its syntax tree: selections of tests, and the condition over them.
 * Does not own: reading YAML (parse.ts, selection.ts), its meaning (lower.ts).
 */
import type { Comparison } from '../expression.ts';
import type { Rule } from '../model.ts';
import type { Position } from '../position.ts';
import type { Pattern } from '../pattern.ts';
import type { TimePart } from './time.ts';
import type { Transform } from './transform.ts';

/** `any`: one of the values is enough; `all`: each must match some value of the field. */
export type Quantifier = 'any' | 'all';

interface FieldTest {
  /** As the rule writes it; routing.ts says where it lies in the document. */
  readonly field: string;
  readonly at: Position;
}
interface ValueTest extends FieldTest {
  readonly quantifier: Quantifier;
  /** The modifier `neq`: true where the test without it is false, an absent field included. */
  readonly negated: boolean;
}

/** A text as the rule writes it, before its modifiers; several where a placeholder has several values. */
export type Alternatives = readonly Pattern[];

export interface EqualsTest extends ValueTest {
  readonly kind: 'equals';
  readonly cased: boolean;
  readonly transform: Transform;
  /** `null`: the field is absent or null. */
  readonly values: readonly (Alternatives | null)[];
}
export interface RegexTest extends ValueTest {
  readonly kind: 'regex';
  /** i, m, s. */
  readonly flags: string;
  /** Open at one end: what it matches stands at the other. Else it is searched. */
  readonly open: Transform['open'];
  readonly values: readonly string[];
}
export interface CompareTest extends ValueTest {
  readonly kind: 'compare';
  readonly operator: Comparison | 'eq';
  /** Of a date; undefined: the field itself is a number. */
  readonly part: TimePart | undefined;
  readonly values: readonly number[];
}
export interface CidrTest extends ValueTest {
  readonly kind: 'cidr';
  /** Networks as written; parse time has checked them. */
  readonly values: readonly string[];
}
/** Compared with other fields of the event. */
export interface FieldRefTest extends ValueTest {
  readonly kind: 'field';
  readonly cased: boolean;
  readonly how: 'equals' | 'contains' | 'startswith' | 'endswith';
  /** Their names, as the rule writes them. */
  readonly values: readonly string[];
}
export interface ExistsTest extends FieldTest {
  readonly kind: 'exists';
  readonly expected: boolean;
}
/** Searched in every value of the event. */
export interface KeywordTest {
  readonly kind: 'keywords';
  readonly at: Position;
  readonly quantifier: Quantifier;
  readonly asked:
    | {
        readonly kind: 'texts';
        readonly cased: boolean;
        readonly transform: Transform;
        readonly values: readonly Alternatives[];
      }
    | { readonly kind: 'regex'; readonly flags: string; readonly values: readonly string[] };
}

export type ValuesTest = EqualsTest | RegexTest | CompareTest | CidrTest | FieldRefTest;
export type Test = ValuesTest | ExistsTest | KeywordTest;

/** A map is `all`, a list is `any`. */
export type Selection = { readonly kind: 'all' | 'any'; readonly of: readonly Selection[] } | Test;

/** `1 of x*` and `all of x*` are already written out. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'selection'; readonly name: string };

export interface Detection {
  readonly selections: Readonly<Record<string, Selection>>;
  readonly condition: Condition;
}

export interface LogSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
}

/** The rule before its names are those of the document. */
export interface SigmaRule extends Omit<Rule, 'condition' | 'kinds'>, Detection {
  readonly logsource: LogSource;
  /** Of documents elsewhere: each must hold, too. */
  readonly filters?: readonly Detection[];
}

/** Every test of a selection, in the order in which it is written. */
export function testsOf(selection: Selection): readonly Test[] {
  return 'of' in selection ? selection.of.flatMap(testsOf) : [selection];
}
