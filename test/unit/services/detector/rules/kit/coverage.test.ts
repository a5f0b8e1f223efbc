/**
 * What recorded events say of rules, and which audit level a rule needs.
 */
import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import type { Expression } from '../../../../../../services/detector/rules/expression.ts';
import { createCoverageCount } from '../../../../../../services/detector/rules/kit/coverage.ts';
import { neededLevel } from '../../../../../../services/detector/rules/kit/needed-level.ts';
import { and, is, not, or, ruleOf } from './rules.ts';

const BODY = is('requestObject.spec.hostPID', 'true');
const ANSWER = is('responseObject.kind', 'Pod');

function event(level: string, resource: string, verb: string, more: object = {}) {
  const isMissing = level === 'Metadata' && verb === 'create';
  return {
    kubernetes: { audit: { level, verb, objectRef: { resource } } },
    podwitness: { ...(isMissing && { missing: ['requestObject', 'responseObject'] }), ...more },
  };
}

describe('coverage', () => {
  it('says what matched, what could not be told, and why', () => {
    const hostPid = ruleOf(and(is('verb', 'create'), is('objectRef.resource', 'pods'), BODY));
    const secrets = ruleOf(is('objectRef.resource', 'secrets'), { id: 'secrets' });
    const process = ruleOf(is('process.executable', '/bin/sh'), { id: 'p', kinds: ['process'] });
    const count = createCoverageCount(compileRules([hostPid, secrets, process]));
    count.add('audit', event('Metadata', 'pods', 'create'));
    count.add('audit', event('Metadata', 'pods', 'create'));
    count.add(
      'audit',
      event('Request', 'pods', 'create', { request_object: { spec: { hostPID: true } } }),
    );
    count.add('audit', event('Metadata', 'pods', 'get'));
    count.add('audit', event('Metadata', 'secrets', 'list'));
    expect(count.result()).toMatchObject([
      {
        ...{ events: 5, matched: 1, undecided: 2, needs: 'Request', policy: 'partly' },
        levels: { Metadata: 2, Request: 1 },
        gaps: [{ part: 'requestObject', level: 'Metadata', count: 2 }],
      },
      { events: 5, matched: 1, undecided: 0, needs: 'Metadata', policy: 'enough', gaps: [] },
      { events: 0, matched: 0, undecided: 0 },
    ]);
    expect(count.result()[2]).not.toHaveProperty('policy');
  });

  it('tells a policy that is too low from requests that never came', () => {
    const rules = ['pods', 'nodes'].map((resource) =>
      ruleOf(and(is('objectRef.resource', resource), BODY), { id: resource }),
    );
    const count = createCoverageCount(compileRules(rules));
    count.add('audit', event('Metadata', 'pods', 'create'));
    expect(count.result().map(({ policy }) => policy)).toEqual(['too little', 'not seen']);
  });

  it.each<readonly [string, Expression, string]>([
    ['fields of the request line', is('verb', 'get'), 'Metadata'],
    ['a body', and(is('verb', 'get'), BODY), 'Request'],
    ['an answer', and(BODY, ANSWER), 'RequestResponse'],
    ['a body or nothing of it', or(is('verb', 'get'), BODY), 'Metadata'],
    ['a body or an answer', or(BODY, ANSWER), 'Request'],
    ['neither a body nor an answer', not(or(BODY, ANSWER)), 'RequestResponse'],
    ['not both', not(and(BODY, ANSWER)), 'Request'],
  ])('needs of %s', (_, condition, level) => {
    expect(neededLevel({ condition })).toBe(level);
    expect(neededLevel({ condition, auditLevel: 'RequestResponse' })).toBe('RequestResponse');
  });
});
