/**
 * Owns: which rules match an event, and which can't be decided: compiling rules into an index, and
 * asking it.
 * Does not own: findings (finding.ts), the parts of the index (docs/rules-engine.md).
 */
import type { EventDocument } from '../expression.ts';
import { EVENT_KINDS, type EventKind, type Rule } from '../model.ts';
import { type Clause, clausesOf, type Weights, weigh } from './access.ts';
import { type Atom, Atoms } from './atoms.ts';
import { type Condition, compileCondition, truthOf, UNKNOWN, YES } from './condition.ts';
import { Evaluation } from './evaluation.ts';
import { Facts } from './facts.ts';
import { Lookup } from './lookup.ts';
import { Marks } from './marks.ts';
import { Reader } from './reader.ts';
import { type Entry, Trie } from './trie.ts';

/** By position of the rule; they only ever grow. */
export interface RuleCounts {
  /** Events for which the rule's condition had to be looked at: its cost. */
  readonly evaluated: Float64Array;
  readonly matched: Float64Array;
  readonly undecided: Float64Array;
}

/** Compiled rules. Evaluating uses memory of the set: one event at a time. */
export interface RuleSet {
  /** All rules, also those that are never matched. */
  readonly rules: readonly Rule[];
  readonly counts: RuleCounts;
  readonly index: Index;
}

interface Index {
  readonly atoms: readonly Atom[];
  readonly weights: Weights;
  readonly fieldNames: readonly string[];
  /** By position; undefined for a rule that is never matched. */
  readonly conditions: readonly (Condition | undefined)[];
  readonly tries: Readonly<Record<EventKind, Trie>>;
  readonly evaluation: Evaluation;
}

/** What a rule set says of an event; rules in the order in which they were loaded. */
export interface Verdict {
  readonly matched: readonly Rule[];
  /** The audit policy recorded too little to tell. */
  readonly undecided: readonly Rule[];
}

function isInUse(rule: Rule): boolean {
  return rule.needsState === undefined && rule.isDisabled !== true;
}

/** Throws where a rule has a regular expression that is none; loaders have checked that. */
export function compileRules(rules: readonly Rule[]): RuleSet {
  const reader = new Reader();
  const atoms = new Atoms();
  const facts = new Facts(atoms, reader);
  const conditions = rules.map((rule) =>
    isInUse(rule) ? compileCondition(rule.condition, facts) : undefined,
  );
  const weights = weigh(atoms.all, facts.uses());
  const clauses = conditions.map((condition) =>
    condition === undefined ? [] : clausesOf(condition, weights),
  );
  const slots = Int32Array.from(atoms.all, ({ slot }) => slot);
  const trie = (kind: EventKind) =>
    [kind, new Trie(entriesOf(rules, clauses, kind), slots)] as const;
  const tries = Object.fromEntries(EVENT_KINDS.map(trie)) as Record<EventKind, Trie>;
  const marks = new Marks(atoms.all.length);
  const lookups = atoms.fields.map((field) => new Lookup(field, marks));
  const sizes = { facts: facts.count, rules: rules.length };
  const evaluation = new Evaluation({ marks, reader, lookups, ...sizes });
  const zeros = (): Float64Array => new Float64Array(rules.length);
  return {
    rules,
    counts: { evaluated: zeros(), matched: zeros(), undecided: zeros() },
    index: {
      ...{ atoms: atoms.all, weights, conditions, tries, evaluation },
      fieldNames: reader.names(),
    },
  };
}

function entriesOf(
  rules: readonly Rule[],
  clauses: readonly (readonly Clause[])[],
  kind: EventKind,
): readonly Entry[] {
  return rules.flatMap((rule, position) =>
    rule.kinds.includes(kind)
      ? (clauses[position] ?? []).map((clause) => ({ rule: position, clause }))
      : [],
  );
}

const NO_POSITIONS: number[] = [];
const NONE: Verdict = { matched: [], undecided: [] };

export function evaluateRules(set: RuleSet, kind: EventKind, document: EventDocument): Verdict {
  const { conditions, evaluation, tries } = set.index;
  evaluation.begin(document);
  tries[kind].walk(evaluation);
  let matched = NO_POSITIONS;
  let undecided = NO_POSITIONS;
  for (let i = 0; i < evaluation.foundCount; i++) {
    const position = evaluation.foundRules[i] as number;
    const truth = truthOf(conditions[position] as Condition, evaluation);
    set.counts.evaluated[position] = (set.counts.evaluated[position] as number) + 1;
    if (truth === YES) matched = with_(matched, position);
    else if (truth === UNKNOWN) undecided = with_(undecided, position);
  }
  if (matched === NO_POSITIONS && undecided === NO_POSITIONS) return NONE;
  return {
    matched: take(set.rules, matched, set.counts.matched),
    undecided: take(set.rules, undecided, set.counts.undecided),
  };
}

/** A list is made only for the few events that need one. */
function with_(positions: number[], position: number): number[] {
  if (positions === NO_POSITIONS) return [position];
  positions.push(position);
  return positions;
}

function take(rules: readonly Rule[], positions: number[], counts: Float64Array): readonly Rule[] {
  if (positions.length > 1) positions.sort((a, b) => a - b);
  return positions.map((position) => {
    counts[position] = (counts[position] as number) + 1;
    return rules[position] as Rule;
  });
}

/**
 * By what the rule is found, for people: one line per clause, of groups of atoms; `every event` where
 * it is tried on each. Empty: it is never matched.
 */
export function access({ index, rules }: RuleSet, rule: Rule): readonly string[] {
  const { atoms, conditions, fieldNames, weights } = index;
  const condition = conditions[rules.indexOf(rule)];
  if (condition === undefined) return [];
  const name = (atom: number): string => {
    const { slot = 0, text = '' } = atoms[atom] ?? {};
    return `${fieldNames[slot]} ${text}`;
  };
  return clausesOf(condition, weights).map((clause) =>
    clause.length === 0
      ? 'every event'
      : clause.map((group) => group.map(name).join(' or ')).join(', and '),
  );
}
