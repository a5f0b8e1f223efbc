/**
 * Owns: a run over all samples: each through the real normalizer, and the whole rule set.
 */
import type { RuleKit } from '../../detector/kit.ts';
import type { Sample, SampleProblem, SampleResult } from '../../detector/rules/kit/samples.ts';
import type { Rule } from '../../detector/rules/model.ts';
import { eventsOfRecord } from './events.ts';
import type { SampleFile } from './sample-files.ts';

/** The results of one rule. */
export interface Suite {
  readonly rule: Rule;
  readonly results: readonly SampleResult[];
}

export interface TestRun {
  readonly suites: readonly Suite[];
  /** Lines that are no samples, and samples of rules that are not there. */
  readonly problems: readonly SampleProblem[];
  /** Rules that no sample is of. */
  readonly untested: readonly Rule[];
}

export function runSamples(kit: RuleKit, files: readonly SampleFile[]): TestRun {
  const byRule = new Map<Rule, SampleResult[]>();
  const problems: SampleProblem[] = [];
  for (const { path, rules, text } of files) {
    const read = kit.readSamples(path, text);
    problems.push(...read.problems);
    for (const sample of read.samples) {
      const rule = ruleOf(kit, rules, sample);
      if ('reason' in rule) problems.push(rule);
      else add(byRule, rule, kit.test(rule, sample, eventsOfRecord(sample.event, sample.local)));
    }
  }
  return {
    suites: [...byRule].map(([rule, results]) => ({ rule, results })),
    problems,
    untested: kit.rules.filter((rule) => !byRule.has(rule)),
  };
}

function add(byRule: Map<Rule, SampleResult[]>, rule: Rule, result: SampleResult): void {
  const others = byRule.get(rule);
  if (others === undefined) byRule.set(rule, [result]);
  else others.push(result);
}

/** All results, and those that did not pass. */
export function resultsOf({ suites }: TestRun): {
  readonly all: readonly SampleResult[];
  readonly failed: readonly SampleResult[];
} {
  const all = suites.flatMap(({ results }) => results);
  return { all, failed: all.filter(({ passed }) => !passed) };
}

/** Of the file's own rules first: titles need not be unique. */
function ruleOf(kit: RuleKit, own: readonly Rule[], sample: Sample): Rule | SampleProblem {
  const { line, path, rule: name } = sample;
  const named =
    name === undefined ? own : own.filter(({ id, title }) => [id, title].includes(name));
  const found = named.length === 0 && name !== undefined ? kit.find(name) : named;
  const [only] = found;
  if (only !== undefined && found.length === 1) return only;
  const reason =
    name === undefined
      ? `the sample is of ${found.length === 0 ? 'no rule' : `one of ${found.length} rules`}`
      : `${found.length === 0 ? 'no rule is' : `${found.length} rules are`} called "${name}"`;
  return { path, line, reason, remedy: 'Say whose it is: "rule": its id.' };
}
