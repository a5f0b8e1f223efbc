/**
 * Owns: the index, the trace and the naive reading on the same rules and events: what they disagree
 * on. Of each rule set, one event is traced: a trace compiles the rule.
 */
import {
  compileRules,
  evaluateRules,
} from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { trace } from '../../../../../../services/detector/rules/engine/trace.ts';
import type { EventDocument } from '../../../../../../services/detector/rules/expression.ts';
import type { EventKind, Rule } from '../../../../../../services/detector/rules/model.ts';
import { naiveTruth, type Truth } from './naive.ts';
import { Chance, documentFrom, kindFrom, rulesFrom } from './random-rules.ts';

export const EVENTS_PER_SET = 20;
const MAX_RULES = 24;
const NAMES = new Map<boolean | undefined, Truth>([
  [true, 'yes'],
  [false, 'no'],
  [undefined, 'cannot tell'],
]);

export interface Difference {
  readonly seed: number;
  readonly event: number;
  readonly rule: Rule;
  readonly document: EventDocument;
  readonly engine: Truth;
  readonly traced: Truth | undefined;
  readonly naive: Truth;
}

/** What came out how often, so that a test can see that all of it was met. */
export type Tally = Record<Truth, number>;

/** One rule set and its events. */
export function* differencesOf(seed: number, tally: Tally): Generator<Difference> {
  const chance = new Chance(seed);
  const rules = rulesFrom(chance, MAX_RULES);
  const set = compileRules(rules);
  for (let event = 0; event < EVENTS_PER_SET; event++) {
    const document = documentFrom(chance);
    const kind = kindFrom(chance);
    const { matched, undecided } = evaluateRules(set, kind, document);
    for (const rule of rules) {
      const engine = matched.includes(rule)
        ? 'yes'
        : undecided.includes(rule)
          ? 'cannot tell'
          : 'no';
      const isTried = isInUse(rule, kind);
      const naive = isTried ? naiveTruth(rule.condition, document) : 'no';
      const isTraced = isTried && event === 0;
      const traced = isTraced ? NAMES.get(trace(rule.condition, document).truth) : naive;
      tally[naive] += 1;
      if (engine === naive && traced === naive) continue;
      yield { seed, event, rule, document, engine, traced, naive };
    }
  }
}

function isInUse(rule: Rule, kind: EventKind): boolean {
  return rule.needsState === undefined && rule.isDisabled !== true && rule.kinds.includes(kind);
}
