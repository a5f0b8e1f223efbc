/**
 * Owns: what the rules in use are, and what becomes of a rule's match: how serious it is here, and
 * whether anybody is to be alerted.
 * Does not own: matching (rules/engine), the finding's document (finding.ts).
 */
import { textAt } from './document.ts';
import type { Exception, Exceptions } from './exceptions.ts';
import { firstMatching } from './rules/falco/matching.ts';
import { evaluateRules, type RuleSet } from './rules/engine/rule-set.ts';
import { type EventDocument, type Predicate, predicatesOf } from './rules/expression.ts';
import type { EventKind, Level, Rule } from './rules/model.ts';

/** `test`: the rule is on trial; `excepted`: the finding was expected. */
export type Mode = 'active' | 'test' | 'excepted';

/** Rules with what the user decided about them. */
export interface Detection {
  readonly ruleSet: RuleSet;
  readonly exceptions: Exceptions;
  /** Ids of rules on trial. */
  readonly staged: ReadonlySet<string>;
  /** Of Falco's rules that match an event, the first or all. */
  readonly falcoMatching: 'first' | 'all';
}

/** A match that makes a finding. */
export interface Judged {
  readonly rule: Rule;
  readonly level: Level;
  /** Why the level is not the rule's own. */
  readonly levelReason?: string;
  readonly mode: Mode;
  readonly exception?: Exception;
}

const STAGE = ['kubernetes', 'audit', 'stage'];

/** The findings that an event gives, in the order of the rules. */
export function judge(
  detection: Detection,
  kind: EventKind,
  document: EventDocument,
): readonly Judged[] {
  const matched = timely(evaluateRules(detection.ruleSet, kind, document).matched, document);
  if (matched.length === 0) return [];
  const kept = detection.falcoMatching === 'first' ? firstMatching(matched) : matched;
  return kept.map((rule) => ({
    rule,
    ...levelOf(rule, document),
    ...modeOf(detection, rule, kind, document),
  }));
}

/**
 * A request has one finding of a rule, and the first stays. At RequestReceived neither outcome nor
 * generated name is known, so a rule speaks there only if it asks for the stage; all others wait for
 * ResponseStarted, ResponseComplete or Panic, of which one follows.
 */
function timely(matched: readonly Rule[], document: EventDocument): readonly Rule[] {
  if (textAt(document, ...STAGE) !== 'RequestReceived') return matched;
  return matched.filter((rule) => predicatesOf(rule.condition).some(asksForStage));
}

function asksForStage({ field }: Predicate): boolean {
  if (field.kind === 'words') return false;
  const paths = field.kind === 'path' ? field.paths : field.from;
  return paths.some((path) => path.join('.') === STAGE.join('.'));
}

function levelOf(rule: Rule, document: EventDocument): Pick<Judged, 'level' | 'levelReason'> {
  const criticality = textAt(document, 'podwitness', 'criticality');
  const levels = rule.levelByCriticality;
  if (criticality === undefined || levels === undefined || !Object.hasOwn(levels, criticality)) {
    return { level: rule.level };
  }
  const level = levels[criticality] ?? rule.level;
  if (level === rule.level) return { level };
  return { level, levelReason: `${rule.level}, but ${level} where criticality is ${criticality}` };
}

function modeOf(
  { exceptions, staged }: Detection,
  rule: Rule,
  kind: EventKind,
  document: EventDocument,
): Pick<Judged, 'mode' | 'exception'> {
  if (staged.has(rule.id)) return { mode: 'test' };
  const exception = exceptions.find(rule, kind, document);
  return exception === undefined ? { mode: 'active' } : { mode: 'excepted', exception };
}
