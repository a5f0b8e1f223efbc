/**
 * Owns: `field: { … }`: a condition that one object of a list must meet by itself.
 */
import { compileRules, evaluateRules } from '../../engine/rule-set.ts';
import type { Expression, Test } from '../../expression.ts';

/** @param condition over paths within the object; `field` and it tell the test from all others */
export function holdsWithin(field: string, condition: Expression): Test {
  const set = compileRules([
    {
      ...{ id: '', title: '', ruleset: 'elastic', language: 'kql', path: '', level: 'low' },
      ...{ at: { line: 1, column: 1 }, references: [], tags: [], falsePositives: [] },
      ...{ kinds: ['audit'], condition },
    },
  ]);
  return {
    kind: 'custom',
    key: `elastic nested ${field} ${keyOf(condition)}`,
    test: (value) => isObject(value) && evaluateRules(set, 'audit', value).matched.length > 0,
  };
}

/** Positions and functions aside, which the keys of tests stand for. */
function keyOf(condition: Expression): string {
  return JSON.stringify(condition, (name, value: unknown) => (name === 'at' ? undefined : value));
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null;
}
