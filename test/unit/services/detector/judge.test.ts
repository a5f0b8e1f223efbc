import { describe, expect, it } from 'vitest';
import { loadExceptions } from '../../../../services/detector/exceptions.ts';
import { type Detection, judge } from '../../../../services/detector/judge.ts';
import { compileRules } from '../../../../services/detector/rules/engine/rule-set.ts';
import type { Rule } from '../../../../services/detector/rules/model.ts';
import { documentOf } from './audit-document.ts';

function rule(id: string, more: Partial<Rule> = {}): Rule {
  return {
    ...{ id, title: `Rule ${id}`, ruleset: 'sigma', language: 'sigma', path: `${id}.yml` },
    ...{ at: { line: 1, column: 1 }, references: [], tags: [], falsePositives: [] },
    ...{ level: 'medium', kinds: ['audit'], condition: { kind: 'always' }, ...more },
  };
}

function detection(rules: readonly Rule[], more: Partial<Detection> = {}): Detection {
  const { exceptions } = loadExceptions([]);
  const ruleSet = compileRules(rules);
  return { ruleSet, exceptions, staged: new Set(), falcoMatching: 'first', ...more };
}

const EVENT = documentOf({ verb: 'get' });

function inPlace(criticality: string) {
  return { ...EVENT, podwitness: { criticality } };
}

describe('judging matches', () => {
  it('gives the level that the place calls for, and says why', () => {
    const set = detection([
      rule('a', { levelByCriticality: { critical: 'high', medium: 'medium' } }),
    ]);
    const levels = (place: string) =>
      judge(set, 'audit', inPlace(place)).map(({ level, levelReason }) => [level, levelReason]);
    const reason = 'medium, but high where criticality is critical';
    expect(levels('critical')).toEqual([['high', reason]]);
    expect(levels('medium')).toEqual([['medium', undefined]]);
    expect(levels('constructor')).toEqual([['medium', undefined]]);
    expect(judge(set, 'audit', EVENT).map(({ level }) => level)).toEqual(['medium']);
  });

  it('marks rules on trial, and what was expected; a trial comes first', () => {
    const text = 'exceptions: [{rules: [a, b], owner: o, reason: r, expires: 2030-01-01}]';
    const { exceptions } = loadExceptions([{ path: 'e', text }]);
    const staged = new Set(['b']);
    const set = detection([rule('a'), rule('b'), rule('c')], { exceptions, staged });
    const modes = judge(set, 'audit', EVENT).map((one) => [
      ...[one.rule.id, one.mode, one.exception?.owner],
    ]);
    expect(modes).toEqual([
      ['a', 'excepted', 'o'],
      ['b', 'test', undefined],
      ['c', 'active', undefined],
    ]);
  });

  it('keeps the first of Falco’s rules, or all; of others always all', () => {
    const rules = [
      rule('s1'),
      rule('f1', { language: 'falco' }),
      rule('f2', { language: 'falco' }),
      rule('s2'),
    ];
    const ids = (falcoMatching: 'first' | 'all') =>
      judge(detection(rules, { falcoMatching }), 'audit', EVENT).map((one) => one.rule.id);
    expect(ids('first')).toEqual(['s1', 'f1', 's2']);
    expect(ids('all')).toEqual(['s1', 'f1', 'f2', 's2']);
  });
});
