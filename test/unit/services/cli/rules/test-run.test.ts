/**
 * Samples of the bundled rules, and of rules of which several stand in one file.
 */
import { describe, expect, it } from 'vitest';
import { findSamples } from '../../../../../services/cli/rules/sample-files.ts';
import { resultsOf, runSamples } from '../../../../../services/cli/rules/test-run.ts';
import { createRuleKit, type RuleKit } from '../../../../../services/detector/kit.ts';
import { inspectRules } from '../../../../../services/detector/read-rules.ts';

const EVENT = {
  kind: 'Event',
  apiVersion: 'audit.k8s.io/v1',
  auditID: 'a',
  stage: 'ResponseComplete',
};

async function kitOf(bundled: boolean): Promise<RuleKit> {
  const { detection } = await inspectRules({ bundled, paths: [] });
  return createRuleKit(detection);
}

function text(...samples: readonly object[]): string {
  return samples.map((sample) => JSON.stringify(sample)).join('\n');
}

describe('rules test', () => {
  it('passes on every sample of the bundled rules, and each rule has some', async () => {
    const kit = await kitOf(true);
    const run = runSamples(kit, await findSamples(kit.rules, []));
    const { all, failed } = resultsOf(run);
    const names = failed.map(({ got, rule, sample }) => `${rule.title}: ${sample.name}: ${got}`);
    expect(names).toEqual([]);
    expect(run.problems).toEqual([]);
    expect(run.untested.map(({ title }) => title)).toEqual([]);
    expect(all.length).toBeGreaterThan(20);
  });

  it('wants to know whose a sample is', async () => {
    const kit = await kitOf(true);
    const [first, second] = kit.rules;
    if (first === undefined || second === undefined) throw new Error('no rules');
    const sample = { name: 'n', expect: 'no match', event: EVENT };
    const files = [
      {
        path: 'several.samples.jsonl',
        text: text(
          sample,
          { ...sample, rule: second.title },
          { ...sample, rule: first.id },
          { ...sample, rule: 'nobody' },
        ),
        rules: [first, second],
      },
      { path: 'one.samples.jsonl', text: text(sample), rules: [first] },
      { path: 'none.samples.jsonl', text: text(sample), rules: [] },
    ];
    const run = runSamples(kit, files);
    expect(resultsOf(run).all.map(({ rule }) => rule.id)).toEqual([second.id, first.id, first.id]);
    expect(run.problems.map(({ line, path, reason }) => `${path}:${line} ${reason}`)).toEqual([
      'several.samples.jsonl:1 the sample is of one of 2 rules',
      'several.samples.jsonl:4 no rule is called "nobody"',
      'none.samples.jsonl:1 the sample is of no rule',
    ]);
    expect(run.untested).toHaveLength(kit.rules.length - 2);
  });
});
