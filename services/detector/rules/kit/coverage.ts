/**
 * Owns: what recorded events say of rules: which match, which can't be told and why, and whether the
 * audit policy that the events were recorded with shows what the rules are about.
 */
import { valueAt } from '../../document.ts';
import { evaluateRules, type RuleSet } from '../engine/rule-set.ts';
import { type EventDocument, type FieldPath, predicatesOf } from '../expression.ts';
import { isMissing, type Part, partOf } from '../fields.ts';
import { AUDIT_LEVELS, type AuditLevel, type EventKind, type Rule } from '../model.ts';
import { neededLevel } from './needed-level.ts';
import { isDead, reachOf, valuesOf } from './reach.ts';

/** Why a rule could not be told: a part that is missing in events recorded at a level. */
export interface Gap {
  readonly part: Part;
  readonly level: string;
  readonly count: number;
}

export interface RuleCoverage {
  readonly rule: Rule;
  /** Events of the kinds that the rule is for. */
  readonly events: number;
  /** Of these, how many the index found the rule for: what it cost. */
  readonly tried: number;
  readonly matched: number;
  readonly undecided: number;
  /** The most frequent first. */
  readonly gaps: readonly Gap[];
  /**
   * Of the requests on the rule's resources, as far as its condition names them: were they recorded at
   * the level that it needs? Undefined: the rule is not for audit events.
   */
  readonly policy?: 'enough' | 'partly' | 'too little' | 'not seen';
  readonly needs: AuditLevel;
  /** Levels of these requests, and how many events each. */
  readonly levels: Readonly<Record<string, number>>;
}

export interface CoverageCount {
  add(kind: EventKind, document: EventDocument): void;
  /** In the order of the rules. */
  result(): readonly RuleCoverage[];
}

interface Tally {
  matched: number;
  undecided: number;
  readonly gaps: Map<string, Gap>;
}

/** Levels by resource, verb. */
type Seen = Map<string, Map<string, Map<string, number>>>;

export function createCoverageCount(set: RuleSet): CoverageCount {
  const before = set.counts.evaluated.slice();
  const tried = (position: number) =>
    (set.counts.evaluated[position] ?? 0) - (before[position] ?? 0);
  const tallies = new Map<Rule, Tally>(
    set.rules.map((rule) => [rule, { matched: 0, undecided: 0, gaps: new Map<string, Gap>() }]),
  );
  const kinds = new Map<EventKind, number>();
  const seen: Seen = new Map();
  return {
    add(kind, document) {
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
      if (kind === 'audit') see(seen, document);
      const { matched, undecided } = evaluateRules(set, kind, document);
      for (const rule of matched) count(tallies, rule, 'matched');
      for (const rule of undecided) {
        const tally = count(tallies, rule, 'undecided');
        if (tally !== undefined) countGaps(tally, rule, document);
      }
    },
    result: () =>
      [...tallies].map(([rule, tally], i) => ({
        ...coverageOf(rule, tally, kinds, seen),
        tried: tried(i),
      })),
  };
}

function count(
  tallies: ReadonlyMap<Rule, Tally>,
  rule: Rule,
  what: 'matched' | 'undecided',
): Tally | undefined {
  const tally = tallies.get(rule);
  if (tally !== undefined) tally[what] += 1;
  return tally;
}

function text(document: EventDocument, ...path: readonly string[]): string {
  const value = valueAt(document, 'kubernetes', 'audit', ...path);
  return typeof value === 'string' ? value : '';
}

function see(seen: Seen, document: EventDocument): void {
  const resource = text(document, 'objectRef', 'resource');
  const verb = text(document, 'verb');
  const level = text(document, 'level');
  const verbs = seen.get(resource) ?? new Map<string, Map<string, number>>();
  const levels = verbs.get(verb) ?? new Map<string, number>();
  seen.set(resource, verbs.set(verb, levels.set(level, (levels.get(level) ?? 0) + 1)));
}

function countGaps({ gaps }: Tally, rule: Rule, document: EventDocument): void {
  const level = text(document, 'level');
  for (const part of partsOf(rule)) {
    if (!isMissing(document, part)) continue;
    const key = `${part} ${level}`;
    gaps.set(key, { part, level, count: (gaps.get(key)?.count ?? 0) + 1 });
  }
}

function partsOf({ condition }: Rule): readonly Part[] {
  const paths = predicatesOf(condition).flatMap(({ field }): readonly FieldPath[] => {
    if (field.kind === 'words') return [];
    return field.kind === 'path' ? field.paths : field.from;
  });
  return [...new Set(paths.flatMap((path) => partOf(path) ?? []))];
}

function coverageOf(
  rule: Rule,
  { gaps, matched, undecided }: Tally,
  kinds: ReadonlyMap<EventKind, number>,
  seen: Seen,
): Omit<RuleCoverage, 'tried'> {
  const events = rule.kinds.reduce((sum, kind) => sum + (kinds.get(kind) ?? 0), 0);
  const needs = neededLevel(rule);
  const levels = levelsFor(rule, seen);
  return {
    ...{ rule, events, matched, undecided, needs, levels: Object.fromEntries(levels) },
    gaps: [...gaps.values()].sort((a, b) => b.count - a.count),
    ...(rule.kinds.includes('audit') && { policy: judgePolicy(needs, [...levels.keys()]) }),
  };
}

/** Of the requests that can match, by resource and verb; all where the condition names none. */
function levelsFor(rule: Rule, seen: Seen): ReadonlyMap<string, number> {
  const levels = new Map<string, number>();
  const { reach } = reachOf(rule.condition);
  if (isDead(reach)) return levels;
  const resources = valuesOf(reach, 'kubernetes.audit.objectRef.resource');
  const wantedVerbs = valuesOf(reach, 'kubernetes.audit.verb');
  for (const [resource, verbs] of seen) {
    if (resources?.has(resource) === false) continue;
    for (const [verb, found] of verbs) {
      if (wantedVerbs?.has(verb) === false) continue;
      for (const [level, n] of found) levels.set(level, (levels.get(level) ?? 0) + n);
    }
  }
  return levels;
}

function judgePolicy(
  needs: AuditLevel,
  levels: readonly string[],
): NonNullable<RuleCoverage['policy']> {
  const known: readonly string[] = AUDIT_LEVELS;
  const enough = levels.filter((level) => known.indexOf(level) >= known.indexOf(needs)).length;
  if (levels.length === 0) return 'not seen';
  if (enough === levels.length) return 'enough';
  return enough === 0 ? 'too little' : 'partly';
}
