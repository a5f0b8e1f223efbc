/**
 * Owns: rules that say the same as another, or less than another.
 * Does not own: overlaps in part, which most rules have.
 *
 * A rule is below another where each test of the other follows from one of its own: the same test, or
 * one that allows fewer values. Only conjunctions are compared.
 */
import type { Expression, Predicate } from '../expression.ts';
import { foldCase } from '../pattern.ts';
import { LEVELS, type Rule } from '../model.ts';
import { type LintFinding, findingOf } from './finding.ts';
import { conditionKey, fieldName, flatOperands, predicateKey } from './predicate-key.ts';

/** One test of a conjunction: a key, and for plain equality the values too. */
interface Conjunct {
  readonly key: string;
  readonly field?: string;
  readonly texts?: ReadonlySet<string>;
}

interface Conjunction {
  readonly rule: Rule;
  readonly conjuncts: readonly Conjunct[];
}

/** One finding for a rule at most, and none for two rules about each other. */
export function checkOverlaps(rules: readonly Rule[]): readonly LintFinding[] {
  const byCondition = new Map<string, Rule>();
  const findings: LintFinding[] = [];
  const distinct: Rule[] = [];
  for (const rule of rules) {
    const key = `${[...rule.kinds].sort().join()} ${rule.needsState ?? ''} ${conditionKey(rule.condition)}`;
    const twin = byCondition.get(key);
    if (twin !== undefined) findings.push(duplicate(rule, twin));
    else {
      byCondition.set(key, rule);
      distinct.push(rule);
    }
  }
  return [...findings, ...findCovered(distinct)];
}

function nameOf({ at, path, title }: Rule): string {
  return `"${title}" (${path}:${at.line})`;
}

function duplicate(rule: Rule, twin: Rule): LintFinding {
  return findingOf(rule, {
    ...{ severity: 'warning', check: 'duplicate' },
    reason: `the condition is that of ${nameOf(twin)}`,
    remedy: 'Keep one of the two.',
  });
}

function findCovered(rules: readonly Rule[]): readonly LintFinding[] {
  const conjunctions = rules
    .filter(({ isDisabled, needsState }) => needsState === undefined && isDisabled !== true)
    .flatMap((rule) => conjunctionOf(rule) ?? []);
  const index = indexOf(conjunctions);
  const covered = new Map<Rule, Rule>();
  for (const wide of conjunctions) {
    for (const narrow of candidates(wide, index)) {
      if (narrow === wide || covered.has(narrow.rule) || !covers(wide, narrow)) continue;
      covered.set(narrow.rule, wide.rule);
    }
  }
  return [...covered].map(([rule, wide]) =>
    findingOf(rule, {
      ...{ severity: 'warning', check: 'overlap' },
      reason: `all that it matches, ${nameOf(wide)} matches, too`,
      remedy:
        'Give it a higher level than the other one has, narrow the other one, or take it out.',
    }),
  );
}

function conjunctionOf(rule: Rule): Conjunction | undefined {
  const parts = flatOperands('and', [rule.condition]);
  const conjuncts = parts.map(conjunctOf);
  return conjuncts.length === 0 ? undefined : { rule, conjuncts };
}

function conjunctOf(part: Expression): Conjunct {
  if (part.kind !== 'predicate') return { key: conditionKey(part) };
  const key = predicateKey(part);
  const field = fieldName(part.field);
  const texts = equalTexts(part);
  return field === undefined || texts === undefined ? { key } : { key, field, texts };
}

function equalTexts({ question }: Predicate): ReadonlySet<string> | undefined {
  if (question.kind !== 'some' || question.test.kind !== 'equals' || question.test.cased) {
    return undefined;
  }
  return new Set(question.test.texts.map(foldCase));
}

/** Conjunctions by each value that they ask for, and by each other test. */
function indexOf(all: readonly Conjunction[]): ReadonlyMap<string, readonly Conjunction[]> {
  const index = new Map<string, Conjunction[]>();
  for (const one of all) {
    for (const key of new Set(one.conjuncts.flatMap((conjunct) => keysOf(conjunct).slice(0, 1)))) {
      const list = index.get(key);
      if (list === undefined) index.set(key, [one]);
      else list.push(one);
    }
  }
  return index;
}

function keysOf({ field, key, texts }: Conjunct): readonly string[] {
  if (field === undefined || texts === undefined) return [key];
  return [...texts].sort().map((text) => `${field} = ${text}`);
}

/** Who has the rarest test of it: all others can't be below it. */
function* candidates(
  { conjuncts }: Conjunction,
  index: ReadonlyMap<string, readonly Conjunction[]>,
): Generator<Conjunction> {
  let best: readonly (readonly Conjunction[])[] = [];
  let bestCount = Number.POSITIVE_INFINITY;
  for (const conjunct of conjuncts) {
    const lists = keysOf(conjunct).flatMap((key) => {
      const list = index.get(key);
      return list === undefined ? [] : [list];
    });
    const count = lists.reduce((sum, list) => sum + list.length, 0);
    if (count >= bestCount) continue;
    best = lists;
    bestCount = count;
  }
  for (const list of best) yield* list;
}

/** A special case of a higher level than the general one tells something. */
function covers(wide: Conjunction, narrow: Conjunction): boolean {
  if (LEVELS.indexOf(narrow.rule.level) > LEVELS.indexOf(wide.rule.level)) return false;
  const hasKinds = narrow.rule.kinds.every((kind) => wide.rule.kinds.includes(kind));
  return (
    hasKinds &&
    wide.conjuncts.every((asked) => narrow.conjuncts.some((known) => implies(known, asked)))
  );
}

function implies(known: Conjunct, asked: Conjunct): boolean {
  if (known.key === asked.key) return true;
  const { texts } = asked;
  if (texts === undefined || known.texts === undefined || known.field !== asked.field) return false;
  return [...known.texts].every((text) => texts.has(text));
}
