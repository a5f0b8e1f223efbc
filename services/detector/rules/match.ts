/**
 * Owns: which rules match an event, trying only those that its values call for.
 * Does not own: a rule's own predicate (compile.ts), findings (finding.ts).
 */
import { compileRule, createFieldTable, type Predicate } from './compile.ts';
import type { Rule } from './model.ts';
import { createView, type EventDocument, type EventView, type Field } from './view.ts';

interface Entry {
  readonly rule: Rule;
  readonly test: Predicate;
}

/** Compiled rules with their index. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly entries: readonly Entry[];
  readonly slots: number;
  /** Rules (by position) that can match only where the field has the text. */
  readonly index: readonly FieldIndex[];
  /** Rules that no key is known for. */
  readonly always: readonly number[];
}

interface FieldIndex {
  readonly field: Field;
  readonly byText: ReadonlyMap<string, readonly number[]>;
}

/** Requires rules as load.ts returns them. */
export function compileRules(rules: readonly Rule[]): RuleSet {
  const table = createFieldTable();
  const index = new Map<Field, Map<string, number[]>>();
  const always: number[] = [];
  const entries = rules.map((rule, position): Entry => {
    const { test, keys } = compileRule(rule, table);
    if (keys === undefined) always.push(position);
    for (const { field, text } of keys ?? []) {
      const byText = index.get(field) ?? new Map<string, number[]>();
      index.set(field, byText);
      const positions = byText.get(text) ?? [];
      byText.set(text, positions);
      if (positions.at(-1) !== position) positions.push(position);
    }
    return { rule, test };
  });
  const fields = [...index].map(([field, byText]): FieldIndex => ({ field, byText }));
  return { rules, entries, slots: table.size(), index: fields, always };
}

/** The rules that match, in the order in which they were loaded. */
export function matchAll(set: RuleSet, document: EventDocument): readonly Rule[] {
  const view = createView(document, set.slots);
  const matched: number[] = [];
  for (const position of candidates(set, view)) {
    if (set.entries[position]?.test(view) === true) matched.push(position);
  }
  if (matched.length > 1) matched.sort((a, b) => a - b);
  return matched.flatMap((position) => set.entries[position]?.rule ?? []);
}

/** Every rule at most once. */
function candidates(set: RuleSet, view: EventView): Iterable<number> {
  const lists = [set.always];
  for (const { field, byText } of set.index) {
    for (const text of view.values(field).folded()) {
      const positions = byText.get(text);
      if (positions !== undefined) lists.push(positions);
    }
  }
  const [first = []] = lists;
  return lists.length === 1 ? first : new Set(lists.flat());
}
