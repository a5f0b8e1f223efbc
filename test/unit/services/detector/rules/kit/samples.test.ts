/**
 * Samples of rules: how they are read, what they say of a rule, and why.
 */
import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { createExplainer } from '../../../../../../services/detector/rules/kit/explain.ts';
import { findRules, listRule } from '../../../../../../services/detector/rules/kit/list.ts';
import {
  readSamples,
  type Sample,
  testSample,
} from '../../../../../../services/detector/rules/kit/samples.ts';
import { outline, traceTree } from '../../../../../../services/detector/rules/kit/trace.ts';
import type { Rule } from '../../../../../../services/detector/rules/model.ts';
import { and, is, not, ruleOf } from './rules.ts';

const RULE = ruleOf(and(is('verb', 'get'), not(is('requestObject.spec.hostPID', 'true'))));
const OTHER = ruleOf(is('verb', 'list', 'get'), { id: 'other', title: 'Other' });

function sample(expect: Sample['expect']): Sample {
  return { name: 'n', expect, event: {}, path: 'rule.samples.jsonl', line: 1 };
}

function event(verb: string, own: object = {}) {
  const document = { kubernetes: { audit: { verb, level: 'Metadata' } }, podwitness: own };
  return { id: 'e', kind: 'audit' as const, document };
}

describe('samples', () => {
  it('are read line by line, with the place and remedy of what is none', () => {
    const text = [
      '{"name": "a", "expect": "match", "event": {"kind": "Event"}}',
      '',
      '{"name": "b", "expect": "no match", "event": "a line", "rule": "Other"}',
      'no json',
      '[1]',
      '{"name": "c", "event": {}}',
      '{"name": "c", "expect": "maybe", "event": {}}',
      '{"expect": "match", "event": {}}',
      '{"name": "d", "expect": "cannot tell"}',
      '{"name": "h", "expect": "match", "event": {}, "local": {"podwitness": {"team": "pay"}}}',
      '{"name": "i", "expect": "match", "event": {}, "local": "production"}',
    ].join('\n');
    const { problems, samples } = readSamples('x.samples.jsonl', text);
    expect(samples).toMatchObject([
      { name: 'a', expect: 'match', event: { kind: 'Event' }, line: 1, path: 'x.samples.jsonl' },
      { name: 'b', expect: 'no match', event: 'a line', rule: 'Other', line: 3 },
      { name: 'h', local: { podwitness: { team: 'pay' } }, line: 10 },
    ]);
    expect(problems.map(({ line, reason }) => `${line} ${reason}`)).toEqual([
      '4 the line is no JSON object',
      '5 the line is no JSON object',
      '6 the sample does not say what is expected',
      '7 the sample does not say what is expected',
      '8 the sample has no name',
      '9 the sample has no event',
      '11 "local" is no object',
    ]);
    for (const { remedy } of problems) expect(remedy).not.toBe('');
  });

  it('pass and fail, with the other rules that match', () => {
    const set = compileRules([RULE, OTHER]);
    const test = (expected: Sample['expect'], ...events: readonly ReturnType<typeof event>[]) =>
      testSample(set, RULE, sample(expected), events);
    expect(test('match', event('get'))).toMatchObject({ passed: true, others: ['Other'] });
    expect(test('no match', event('list'))).toMatchObject({ passed: true, explanations: [] });
    const missing = event('get', { missing: ['requestObject'] });
    expect(test('cannot tell', missing)).toMatchObject({ passed: true });
    expect(test('match', missing)).toMatchObject({ passed: false, got: 'cannot tell' });
    expect(test('match', event('list'), event('get'))).toMatchObject({ passed: true });
    expect(test('no match')).toMatchObject({ passed: false, got: 'unreadable' });
  });

  it('say which predicate decided', () => {
    const set = compileRules([RULE]);
    const { explanations } = testSample(set, RULE, sample('match'), [event('list')]);
    expect(explanations).toMatchObject([
      {
        event: { verdict: 'no match', level: 'Metadata' },
        tree: {
          ...{ kind: 'and', truth: false },
          operands: [
            { text: 'verb is get', truth: false, values: ['"list"'], isDecisive: true },
            { kind: 'not', truth: true, operands: [{ truth: false, values: [] }] },
          ],
        },
      },
    ]);
  });
});

describe('traces', () => {
  it('name the part that was not recorded', () => {
    const { document } = event('get', { missing: ['requestObject'] });
    const tree = traceTree(RULE.condition, document);
    expect(tree).toMatchObject({
      truth: undefined,
      operands: [{ truth: true }, { operands: [{ truth: undefined, missing: ['requestObject'] }] }],
    });
  });

  it('leave "as recorded" out of sight, and in force', () => {
    const asRecorded = ruleOf({ kind: 'as-recorded', operand: RULE.condition });
    const { document } = event('get', { missing: ['requestObject'] });
    expect(traceTree(asRecorded.condition, document)).toMatchObject({ kind: 'and', truth: true });
  });

  it('have no truth without an event', () => {
    expect(outline(RULE.condition)).not.toHaveProperty('truth');
    expect(outline(RULE.condition)).toMatchObject({ operands: [{ text: 'verb is get' }, {}] });
  });
});

describe('explanations', () => {
  it('are given of rules that need state, or are switched off, too', () => {
    const explainer = createExplainer({ ...RULE, needsState: 'a count', isDisabled: true });
    expect(explainer.verdict(event('get'))).toBe('match');
    expect(explainer.explain(event('list'))).toMatchObject({ event: { verdict: 'no match' } });
  });

  it('say that a rule is for other events', () => {
    const explainer = createExplainer({ ...RULE, kinds: ['process'] });
    const explanation = explainer.explain(event('get'));
    expect(explanation.event).toMatchObject({ verdict: 'not for such events', kind: 'audit' });
    expect(explanation.tree).not.toHaveProperty('truth');
  });
});

describe('lists', () => {
  it('say in which mode a rule is', () => {
    const list = (rule: Rule, isStaged: boolean) => listRule(compileRules([rule]), rule, isStaged);
    const mode = (rule: Rule, isStaged: boolean) => list(rule, isStaged).mode;
    const modes = [
      mode(RULE, false),
      mode(RULE, true),
      mode({ ...RULE, needsState: 'a count' }, true),
      mode({ ...RULE, needsState: 'a count', isDisabled: true }, false),
    ];
    expect(modes).toEqual(['active', 'test', 'needs state', 'disabled']);
    const tags = ['attack.execution', 'attack.T1552.007', 'attack.t1609', 'cve.2020-1'];
    expect(list({ ...RULE, tags }, false).techniques).toEqual(['T1552.007', 'T1609']);
  });

  it('find rules by id, title, and their beginnings', () => {
    const rules = [
      ruleOf(is('verb', 'a'), { id: 'abc1', title: 'One' }),
      ruleOf(is('verb', 'b'), { id: 'abd2', title: 'Another one' }),
      ruleOf(is('verb', 'c'), { id: 'x', title: 'abc1 in a title' }),
    ];
    const found = (name: string) => findRules(rules, name).map(({ id }) => id);
    expect(found('ABC1')).toEqual(['abc1']);
    expect(found('ab')).toEqual(['abc1', 'abd2']);
    expect(found('one')).toEqual(['abc1']);
    expect(found('in a')).toEqual(['x']);
    expect(found('none')).toEqual([]);
    expect(found('')).toEqual([]);
  });
});
