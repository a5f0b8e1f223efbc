/**
 * Owns: a Sigma rule as its syntax tree: selections of tests, and the condition over them.
 * Does not own: reading YAML (parse.ts, selection.ts), its meaning (lower.ts).
 */
import type { Comparison } from '../expression.ts';
import type { Rule } from '../model.ts';
import type { Position } from '../position.ts';
import type { Pattern } from '../pattern.ts';

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

export interface EqualsTest extends ValueTest {
  readonly kind: 'equals';
  readonly cased: boolean;
  /** `null`: the field is absent or null. */
  readonly values: readonly (Pattern | null)[];
}
export interface CompareTest extends ValueTest {
  readonly kind: 'compare';
  readonly operator: Comparison;
  readonly values: readonly number[];
}
export interface CidrTest extends ValueTest {
  readonly kind: 'cidr';
  /** Networks as written; parse time has checked them. */
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
  readonly cased: boolean;
  readonly values: readonly Pattern[];
}

export type Test = EqualsTest | CompareTest | CidrTest | ExistsTest | KeywordTest;

/** A map is `all`, a list is `any`. */
export type Selection = { readonly kind: 'all' | 'any'; readonly of: readonly Selection[] } | Test;

/** `1 of x*` and `all of x*` are already written out. */
export type Condition =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Condition[] }
  | { readonly kind: 'not'; readonly operand: Condition }
  | { readonly kind: 'selection'; readonly name: string };

export interface LogSource {
  readonly category?: string;
  readonly product?: string;
  readonly service?: string;
}

/** The rule before its names are those of the document. */
export interface SigmaRule extends Omit<Rule, 'condition' | 'kinds'> {
  readonly logsource: LogSource;
  readonly selections: Readonly<Record<string, Selection>>;
  readonly condition: Condition;
}

/** Every test of a selection, in the order in which it is written. */
export function testsOf(selection: Selection): readonly Test[] {
  return 'of' in selection ? selection.of.flatMap(testsOf) : [selection];
}
