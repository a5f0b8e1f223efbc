/**
 * Owns: the rule kit as the command line uses it: looks at rules from every side, without a pipeline.
 * Does not own: the looks themselves (rules/kit), reading files (read-rules.ts).
 */
import type { Detection } from './judge.ts';
import { compileRules } from './rules/engine/rule-set.ts';
import { type Catalogue, createCatalogue, type FieldTypes } from './rules/kit/catalogue.ts';
import { type CoverageCount, createCoverageCount } from './rules/kit/coverage.ts';
import { checkExceptions } from './rules/kit/exceptions.ts';
import type { NormalEvent } from './rules/kit/event.ts';
import { createExplainer, type Explainer } from './rules/kit/explain.ts';
import type { LintFinding } from './rules/kit/finding.ts';
import { lintRules } from './rules/kit/lint.ts';
import { findRules, type ListedRule, listRule } from './rules/kit/list.ts';
import { readSamples, type Sample, type SampleResult, testSample } from './rules/kit/samples.ts';
import { switchedOn } from './rules/kit/switched-on.ts';
import type { Problem, Rule } from './rules/model.ts';
import { listSessionRule } from './sessions/evasion/listed.ts';
import { SESSION_RULE_TABLE, type SessionRule } from './sessions/evasion/rules.ts';

export interface RuleKit {
  readonly rules: readonly Rule[];
  /** Those on sessions too. */
  list(): readonly ListedRule[];
  /** By id, title, or the beginning of an id; several where that is not enough. */
  find(name: string): readonly Rule[];
  /** The same, with the rules on sessions, which have `needs`. */
  findAny(name: string): readonly (Rule | SessionRule)[];
  /** `today` as 2027-03-31. */
  lint(problems: readonly Problem[], fields: FieldTypes, today: string): readonly LintFinding[];
  /** Rules as they are in use. */
  countCoverage(): CoverageCount;
  readonly readSamples: typeof readSamples;
  /** Rules as if all were in use. */
  test(rule: Rule, sample: Sample, events: readonly NormalEvent[]): SampleResult;
  explainer(rule: Rule): Explainer;
}

export function createRuleKit(detection: Detection): RuleKit {
  const { exceptions, ruleSet, staged } = detection;
  const { rules } = ruleSet;
  let all: typeof ruleSet | undefined;
  const hasBundled = rules.some(({ ruleset }) => ruleset === 'bundled');
  const ofSessions = hasBundled ? SESSION_RULE_TABLE : [];
  return {
    rules,
    list: () => [
      ...rules.map((rule) => listRule(ruleSet, rule, staged.has(rule.id))),
      ...ofSessions.map((rule) => listSessionRule(rule, staged.has(rule.id))),
    ],
    find: (name) => findRules(rules, name),
    findAny: (name) => findRules<Rule | SessionRule>([...rules, ...ofSessions], name),
    lint(problems, fields, today) {
      const catalogue: Catalogue = createCatalogue(fields);
      const others = checkExceptions(exceptions.all, rules, today);
      return lintRules(ruleSet, problems, catalogue, others);
    },
    countCoverage: () => createCoverageCount(ruleSet),
    readSamples,
    test(rule, sample, events) {
      all ??= compileRules(rules.map(switchedOn));
      return testSample(all, rule, sample, events);
    },
    explainer: createExplainer,
  };
}
