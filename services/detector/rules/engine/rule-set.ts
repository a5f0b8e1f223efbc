/**
 * Owns: which rules match an event, and which can't be decided.
 * Does not own: findings (finding.ts).
 */
import type { EventDocument, Expression, FieldPath, Predicate } from '../expression.ts';
import { isMissing, partOf } from '../fields.ts';
import type { EventKind, Rule } from '../model.ts';
import { compileQuestion } from './predicate.ts';
import { createView, type EventView } from './view.ts';

/** Kleene's three values; `undefined` is "cannot tell". */
type Truth = boolean | undefined;
type Evaluate = (view: EventView) => Truth;

interface Entry {
  readonly rule: Rule;
  readonly position: number;
  readonly evaluate: Evaluate;
}

/** Compiled rules. */
export interface RuleSet {
  readonly rules: readonly Rule[];
  readonly byKind: Readonly<Record<EventKind, readonly Entry[]>>;
  /** By position of the rule; they only grow. */
  readonly counts: RuleCounts;
}

/** How many events each rule matched, could not be decided on, and had to be evaluated on. */
export interface RuleCounts {
  readonly matched: Float64Array;
  readonly undecided: Float64Array;
  readonly evaluated: Float64Array;
}

/** What a rule set says of an event; rules in the order in which they were loaded. */
export interface Verdict {
  readonly matched: readonly Rule[];
  /** The audit policy recorded too little to tell. */
  readonly undecided: readonly Rule[];
}

export function compileRules(rules: readonly Rule[]): RuleSet {
  const entries = rules.flatMap((rule, position): readonly Entry[] => {
    if (rule.needsState !== undefined || rule.isDisabled === true) return [];
    return [{ rule, position, evaluate: compile(rule.condition) }];
  });
  const count = () => new Float64Array(rules.length);
  const of = (kind: EventKind) => entries.filter(({ rule }) => rule.kinds.includes(kind));
  return {
    rules,
    counts: { matched: count(), undecided: count(), evaluated: count() },
    byKind: {
      ...{ audit: of('audit'), process: of('process'), alert: of('alert') },
      coverage: of('coverage'),
    },
  };
}

export function evaluateRules(set: RuleSet, kind: EventKind, document: EventDocument): Verdict {
  const view = createView(document);
  const matched: Rule[] = [];
  const undecided: Rule[] = [];
  const add = (counts: Float64Array, position: number): void => {
    counts[position] = (counts[position] ?? 0) + 1;
  };
  for (const { evaluate, position, rule } of set.byKind[kind]) {
    add(set.counts.evaluated, position);
    const truth = evaluate(view);
    if (truth === true) matched.push(rule);
    if (truth === undefined) undecided.push(rule);
    if (truth === true) add(set.counts.matched, position);
    if (truth === undefined) add(set.counts.undecided, position);
  }
  return { matched, undecided };
}

function compile(expression: Expression, asRecorded = false): Evaluate {
  switch (expression.kind) {
    case 'always':
    case 'never':
      return () => expression.kind === 'always';
    case 'as-recorded':
      return compile(expression.operand, true);
    case 'not': {
      const operand = compile(expression.operand, asRecorded);
      return (view) => {
        const truth = operand(view);
        return truth === undefined ? undefined : !truth;
      };
    }
    case 'and':
    case 'or':
      return joined(
        expression.operands.map((operand) => compile(operand, asRecorded)),
        expression.kind === 'or',
      );
    case 'predicate':
      return predicate(expression, asRecorded);
  }
}

/** `decisive`: the value that one operand is enough for. */
function joined(operands: readonly Evaluate[], decisive: boolean): Evaluate {
  return (view) => {
    let truth: Truth = !decisive;
    for (const operand of operands) {
      const next = operand(view);
      if (next === decisive) return decisive;
      if (next === undefined) truth = undefined;
    }
    return truth;
  };
}

function predicate({ field, question }: Predicate, asRecorded: boolean): Evaluate {
  const asked = compileQuestion(question);
  const paths: readonly FieldPath[] =
    field.kind === 'path' ? field.paths : field.kind === 'computed' ? field.from : [];
  const parts = asRecorded ? [] : [...new Set(paths.flatMap((path) => partOf(path) ?? []))];
  return (view) => {
    const values = view.values(field);
    const isUnknown = !values.isPresent && parts.some((part) => isMissing(view.document, part));
    return isUnknown ? undefined : asked(values, view);
  };
}
