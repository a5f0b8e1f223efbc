/**
 * Owns: what a parsed detection rule is, as plain data, and what a problem in a rule file is.
 * Does not own: reading YAML (parse.ts, selection.ts), evaluating (compile.ts, match.ts).
 */

export const LEVELS = ['informational', 'low', 'medium', 'high', 'critical'] as const;
export type Level = (typeof LEVELS)[number];

/** Which collection a rule came from; ECS `rule.ruleset`. */
export type Ruleset = 'bundled' | 'sigma';

/** Place in a rule file, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

export interface RuleFile {
  readonly path: string;
  readonly text: string;
  readonly ruleset: Ruleset;
}

/**
 * Why a rule is not in use. `invalid`: it breaks the Sigma specification; `unsupported`: it needs
 * something that this engine does not have; `not-applicable`: it is for other events than ours.
 */
export interface Problem extends Position {
  readonly kind: 'invalid' | 'unsupported' | 'not-applicable';
  readonly path: string;
  readonly reason: string;
  readonly remedy: string;
}

/** One part of a text to match: literal text, any run of characters, exactly one character. */
export type PatternPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'any' }
  | { readonly kind: 'one' };
/** An empty list matches the empty text only. */
export type Pattern = readonly PatternPart[];

/** `any`: one of the values is enough; `all`: each must match some value of the field. */
export type Quantifier = 'any' | 'all';
export type Comparison = 'lt' | 'lte' | 'gt' | 'gte';

interface FieldTest {
  /** As the rule writes it; fields.ts says where it lies in the document. */
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

export interface Rule {
  /** The rule's own id; where it has none, a hash of its title. */
  readonly id: string;
  readonly title: string;
  readonly ruleset: Ruleset;
  readonly path: string;
  readonly at: Position;
  readonly description?: string;
  readonly status?: string;
  readonly author?: string;
  readonly references: readonly string[];
  readonly tags: readonly string[];
  readonly level: Level;
  readonly logsource: LogSource;
  readonly selections: Readonly<Record<string, Selection>>;
  readonly condition: Condition;
}

/** Every test of a selection, in the order in which it is written. */
export function testsOf(selection: Selection): readonly Test[] {
  return 'of' in selection ? selection.of.flatMap(testsOf) : [selection];
}
