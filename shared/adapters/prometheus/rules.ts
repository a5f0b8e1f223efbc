/**
 * Owns: metrics of the detector's rules.
 */
import { Counter, Gauge, type Registry } from 'prom-client';
import type { RuleCount, RuleTelemetry } from '../../ports/rules.ts';

const PREFIX = 'podwitness_detector_rule';

export function ruleMetrics(registry: Registry): RuleTelemetry {
  const registers = [registry];
  let read: () => Iterable<RuleCount> = () => [];
  const inUse = new Gauge({
    name: `${PREFIX}s`,
    help: 'Rules: matched with events, and listed only (they need state, or are switched off)',
    labelNames: ['state'] as const,
    registers,
  });
  const reloads = new Counter({
    name: `${PREFIX}_reloads_total`,
    help: 'Times that the files of rules or exceptions had changed, and whether they could be used',
    labelNames: ['result'] as const,
    registers,
  });
  const perRule = (name: string, help: string, countOf: (count: RuleCount) => number) =>
    new Counter({
      ...{ name: `${PREFIX}_${name}_total`, help, labelNames: ['rule'] as const, registers },
      collect() {
        this.reset();
        for (const count of read()) {
          const value = countOf(count);
          // Ten thousand rules that never met anything make no series.
          if (value > 0) this.inc({ rule: count.rule }, value);
        }
      },
    });
  perRule('matches', 'Events that a rule matched', ({ matched }) => matched);
  perRule(
    'undecided',
    'Events that a rule could not be decided on: the audit policy recorded too little',
    ({ undecided }) => undecided,
  );
  perRule('evaluations', 'Events that a rule had to be evaluated on', ({ evaluated }) => evaluated);
  return {
    inUse(matched, listed) {
      inUse.set({ state: 'matched' }, matched);
      inUse.set({ state: 'listed' }, listed);
    },
    reloaded: (isGood) => reloads.inc({ result: isGood ? 'used' : 'refused' }),
    counts(source) {
      read = source;
    },
  };
}
