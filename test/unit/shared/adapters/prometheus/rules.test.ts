import { Registry } from 'prom-client';
import { expect, it } from 'vitest';
import { ruleMetrics } from '../../../../../shared/adapters/prometheus/rules.ts';

async function lines(registry: Registry, name: string): Promise<readonly string[]> {
  const all = (await registry.metrics()).split('\n');
  return all.filter((line) => line.startsWith(`podwitness_detector_${name}`));
}

it('shows what was counted of each rule when it is asked, and nothing of those with nothing', async () => {
  const registry = new Registry();
  const metrics = ruleMetrics(registry);
  expect(await lines(registry, 'rule_matches')).toEqual([]);
  const one = { rule: 'a"\n', matched: 2, undecided: 3, evaluated: 5 };
  let counts = [one, { rule: 'idle', matched: 0, undecided: 0, evaluated: 0 }];
  metrics.counts(() => counts);
  const shown = () => lines(registry, 'rule_');
  const expected = [
    String.raw`podwitness_detector_rule_matches_total{rule="a\"\n"} 2`,
    String.raw`podwitness_detector_rule_undecided_total{rule="a\"\n"} 3`,
    String.raw`podwitness_detector_rule_evaluations_total{rule="a\"\n"} 5`,
  ];
  expect(await shown()).toEqual(expected);
  // Asked again they are the same counts, not more.
  expect(await shown()).toEqual(expected);
  counts = [{ ...one, matched: 7 }];
  expect((await shown())[0]).toMatch(/ 7$/);
});

it('shows how many rules are in use, and each reload by its end', async () => {
  const registry = new Registry();
  const metrics = ruleMetrics(registry);
  metrics.inUse(5, 2);
  metrics.inUse(6, 1);
  for (const isGood of [true, false, true]) metrics.reloaded(isGood);
  expect(await lines(registry, 'rules')).toEqual([
    'podwitness_detector_rules{state="matched"} 6',
    'podwitness_detector_rules{state="listed"} 1',
  ]);
  expect(await lines(registry, 'rule_reloads')).toEqual([
    'podwitness_detector_rule_reloads_total{result="used"} 2',
    'podwitness_detector_rule_reloads_total{result="refused"} 1',
  ]);
});
