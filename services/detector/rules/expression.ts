/**
 * Owns: the one form of all rules' conditions: predicates over fields of an event document, joined by
 * and, or, not. Plain data, but for functions in `computed` fields and `custom` tests.
 * Does not own: where a name of a language lies (fields.ts, each language), evaluating (engine/).
 *
 * Three values (Kleene): a predicate on a part that the audit policy did not record, or that was cut
 * away, is neither true nor false (fields.ts, partOf). A rule whose condition stays undecided by that
 * gives "cannot tell".
 */
import type { Pattern } from './pattern.ts';
import type { Position } from './position.ts';

/** Keys from the document's root. */
export type FieldPath = readonly string[];

/** One JSON object; never changed here. */
export type EventDocument = Readonly<Record<string, unknown>>;

/**
 * Values of the event. Arrays on the way and at the end of a path are spread: a field has any number of
 * values.
 */
export type Field =
  /** The first of the paths that is there at all counts. */
  | { readonly kind: 'path'; readonly paths: readonly FieldPath[] }
  /** Every text, number and boolean below the path, keys aside. */
  | { readonly kind: 'words'; readonly root: FieldPath }
  /**
   * What a language makes of other fields. `key` tells it from all others: fields with the same key
   * are the same, and are read once per event. Undefined: the field is absent. Pure.
   */
  | {
      readonly kind: 'computed';
      readonly key: string;
      readonly from: readonly FieldPath[];
      read(document: EventDocument): readonly unknown[] | undefined;
    };

export type Comparison = 'lt' | 'lte' | 'gt' | 'gte';

/**
 * What is asked of one value. Texts, numbers and booleans are compared as text (`true`, `200`);
 * objects are no text. `cased: false` compares with `foldCase`.
 */
export type Test =
  /** Any of the texts. */
  | { readonly kind: 'equals'; readonly texts: readonly string[]; readonly cased: boolean }
  /** Any of the patterns: literal texts, `*`, `?`. contains, startswith and endswith are patterns, too. */
  | { readonly kind: 'like'; readonly patterns: readonly Pattern[]; readonly cased: boolean }
  /** RE2 syntax; searched, so anchors are the rule's to write. Checked when the rule is loaded. */
  | { readonly kind: 'regex'; readonly source: string; readonly flags: string }
  /** Decimal numbers, also written as text. */
  | { readonly kind: 'compare'; readonly operator: Comparison; readonly bound: number }
  /** Networks as 10.0.0.0/8; checked when the rule is loaded. */
  | { readonly kind: 'cidr'; readonly networks: readonly string[] }
  /** Compared with the values of another field of the event: true if it is so for any of them. */
  | {
      readonly kind: 'field';
      readonly other: Field;
      readonly how: 'equals' | 'contains' | 'startswith' | 'endswith';
      readonly cased: boolean;
    }
  /** Whatever else a language has. `key` tells it from all others. Pure. */
  | { readonly kind: 'custom'; readonly key: string; test(value: unknown): boolean };

/** What is asked of a field. */
export type Question =
  /** Some value fits; false where there is none. */
  | { readonly kind: 'some'; readonly test: Test }
  /** There are values, and each fits. */
  | { readonly kind: 'every'; readonly test: Test }
  /** The key is there, be its value null or an empty array. */
  | { readonly kind: 'present' }
  /** There is a value that is not null. */
  | { readonly kind: 'filled' }
  /** There is no value, or null is among them. */
  | { readonly kind: 'null' };

export interface Predicate {
  readonly kind: 'predicate';
  readonly field: Field;
  readonly question: Question;
  /** As the rule writes it, for people: `verb = create`. */
  readonly text: string;
  readonly at?: Position;
}

export type Expression =
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[] }
  | { readonly kind: 'not'; readonly operand: Expression }
  | { readonly kind: 'always' | 'never' }
  /** The operand, where what was not recorded counts as absent: Falco's own meaning. */
  | { readonly kind: 'as-recorded'; readonly operand: Expression }
  | Predicate;

/** Tells a field from all others. */
export function fieldKey(field: Field): string {
  if (field.kind === 'computed') return `computed ${field.key}`;
  const paths = field.kind === 'words' ? field.root : field.paths;
  return `${field.kind} ${JSON.stringify(paths)}`;
}

/** Every predicate, in the order in which it is written. */
export function predicatesOf(expression: Expression): readonly Predicate[] {
  switch (expression.kind) {
    case 'predicate':
      return [expression];
    case 'and':
    case 'or':
      return expression.operands.flatMap(predicatesOf);
    case 'not':
    case 'as-recorded':
      return predicatesOf(expression.operand);
    default:
      return [];
  }
}
