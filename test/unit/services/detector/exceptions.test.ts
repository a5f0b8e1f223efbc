import { describe, expect, it } from 'vitest';
import { loadExceptions } from '../../../../services/detector/exceptions.ts';
import type { Rule } from '../../../../services/detector/rules/model.ts';
import { documentOf } from './audit-document.ts';

const RULE: Rule = {
  ...{ id: 'r1', title: 'Secret Read', ruleset: 'bundled', language: 'sigma', path: 'r.yml' },
  ...{ at: { line: 1, column: 1 }, references: [], tags: [], falsePositives: [], level: 'low' },
  ...{ kinds: ['audit'], condition: { kind: 'always' } },
};

function load(text: string) {
  return loadExceptions([{ path: 'e.yml', text }]);
}

const WHOLE = `exceptions:
  - rules: [r1]
    owner: platform
    reason: nightly backup
    expires: 2026-11-30
    when:
      user.username|startswith: system:serviceaccount:backup
      objectRef.namespace: [payments, orders]
`;

function backupOn(day: string, namespace = 'payments') {
  return documentOf({
    stageTimestamp: `${day}T23:59:59.999999Z`,
    user: { username: 'system:serviceaccount:backup:runner' },
    objectRef: { namespace },
  });
}

describe('exceptions', () => {
  it('expect what they name, up to their last day, and nothing else', () => {
    const { exceptions, problems } = load(WHOLE);
    expect(problems).toEqual([]);
    expect(exceptions.find(RULE, 'audit', backupOn('2026-11-30'))).toMatchObject({
      ...{ owner: 'platform', reason: 'nightly backup', expires: '2026-11-30', line: 2 },
    });
    expect(exceptions.find(RULE, 'audit', backupOn('2026-12-01'))).toBeUndefined();
    expect(exceptions.find(RULE, 'audit', backupOn('2026-11-30', 'web'))).toBeUndefined();
    const other = { ...RULE, id: 'r2' };
    expect(exceptions.find(other, 'audit', backupOn('2026-11-30'))).toBeUndefined();
  });

  it('name rules by title as well, and without a selection expect all of their findings', () => {
    const { exceptions } = load(`exceptions:
  - {rules: Secret Read, owner: a, reason: b, expires: 2026-11-30}
  - {rules: [r1], owner: c, reason: d, expires: 2026-12-31}
`);
    expect(exceptions.find(RULE, 'process', backupOn('2026-11-30'))?.owner).toBe('a');
    // The one that still holds counts.
    expect(exceptions.find(RULE, 'process', backupOn('2026-12-01'))?.owner).toBe('c');
  });

  it('take what a Sigma selection takes', () => {
    const when = "user.username|expand: '%who%'";
    expect(load(WHOLE.replace(/user\.username.*/, when)).problems).toMatchObject([
      { reason: expect.stringContaining('who') as string },
    ]);
    const { exceptions, problems } = load(WHOLE.replace(/user\.username.*/, 'hostPath: /etc*'));
    expect([exceptions.all.length, problems]).toEqual([1, []]);
  });

  it('do not hold for an event without a time', () => {
    const { exceptions } = load(WHOLE);
    const { '@timestamp': _, ...document } = backupOn('2026-11-30');
    expect(exceptions.find(RULE, 'audit', { ...document, '@timestamp': 'never' })).toBeUndefined();
  });

  it.each([
    ['no owner', WHOLE.replace('    owner: platform\n', ''), 'an exception has no owner'],
    ['no reason', WHOLE.replace('nightly backup', ''), 'an exception has no reason'],
    ['no expiry', WHOLE.replace(/ {4}expires.*\n/, ''), 'an exception has no expires'],
    ['no day', WHOLE.replace('11-30', '11-31'), '"2026-11-31" is no day'],
    ['no rules', WHOLE.replace('[r1]', '[]'), 'an exception names no rules'],
    ['a slip', WHOLE.replace('owner', 'ownr'), 'an exception has no key "ownr"'],
    ['no such field', WHOLE.replace('user.username', 'usr.username'), 'no event has a field'],
    [
      'no such field to compare with',
      WHOLE.replace('[payments, orders]', 'x').replace('namespace:', 'namespace|fieldref:'),
      'no event has a field "x"',
    ],
    ['no such modifier', WHOLE.replace('startswith', 'startwith'), 'Sigma has no modifier'],
    ['no list', 'rules: [r1]\n', 'the file has no list of exceptions'],
    ['no YAML', 'exceptions: [', 'YAML:'],
  ])('are refused with %s', (_, text, reason) => {
    const { exceptions, problems } = load(text);
    expect(exceptions.all).toEqual([]);
    expect(problems.map((problem) => problem.reason).join('; ')).toContain(reason);
    expect(problems.every(({ kind, line }) => kind === 'invalid' && line >= 1)).toBe(true);
  });
});
