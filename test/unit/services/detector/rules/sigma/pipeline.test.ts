/** Names and values that no audit event has. */
import { describe, expect, it } from 'vitest';
import { compileRules } from '../../../../../../services/detector/rules/engine/rule-set.ts';
import { DEFAULT_OPTIONS } from '../../../../../../services/detector/rules/options.ts';
import { loadSigma } from '../../../../../../services/detector/rules/sigma/load.ts';
import { documentOf, type RawEvent } from '../../audit-document.ts';
import { matchAll } from '../../match-all.ts';

function load(test: string, logsource = '{product: kubernetes, service: audit}') {
  const text = `title: T\nlogsource: ${logsource}\ndetection:\n  s: ${test}\n  condition: s\n`;
  return loadSigma([{ path: 'r.yml', text }], DEFAULT_OPTIONS);
}
function matches(test: string, event: RawEvent): boolean {
  const { problems, rules } = load(test);
  expect(problems).toEqual([]);
  return matchAll(compileRules(rules), documentOf(event)).length === 1;
}
const decided = (decision: string, code = 200): RawEvent => ({
  annotations: { 'authorization.k8s.io/decision': decision },
  responseStatus: { code },
});

describe('what rules mean', () => {
  it.each<[string, RawEvent, boolean]>([
    ['{apiGroup: apps}', { objectRef: { apiGroup: 'apps' } }, true],
    ['{apiGroup|startswith: rbac}', { objectRef: { apiGroup: 'rbac.authorization.k8s.io' } }, true],
    ['{responseStatus.code: ALLOW}', decided('allow'), true],
    ['{responseStatus.code: allow}', decided('forbid'), false],
    ['{kubernetes.audit.responseStatus.code: Forbid}', decided('forbid'), true],
    ['{responseStatus.code: [ALLOW, 401]}', decided('forbid', 401), true],
    ['{responseStatus.code: [ALLOW, 401]}', decided('forbid', 403), false],
    ['{responseStatus.code|neq: ALLOW}', decided('forbid'), true],
    ['{responseStatus.code|neq: [ALLOW, 401]}', decided('allow', 403), false],
    ['{responseStatus.code|neq: [ALLOW, 401]}', decided('forbid', 403), true],
    ['{verb: [replace, delete]}', { verb: 'update' }, true],
    ['{verb: [replace, delete]}', { verb: 'delete' }, true],
    ['{verb: replace}', { verb: 'create' }, false],
    ['{verb|neq: replace}', { verb: 'update' }, false],
    // Only whole values are words for something else.
    ['{verb|contains: replace}', { verb: 'update' }, false],
    ['{requestURI: replace}', { requestURI: 'update' }, false],
  ])('%s on %j is %j', (test, event, expected) => {
    expect(matches(test, event)).toBe(expected);
  });

  it('is for audit events alone', () => {
    const { rules } = load('{event.action: replace}', '{product: falco}');
    expect(JSON.stringify(rules)).toContain('replace');
    expect(load('{apiGroup: apps}', '{product: falco}').rules).toEqual([]);
  });
});

describe('values that no event has', () => {
  it.each([
    ['{responseStatus.code: DENIED}', '4:7 no audit event has the responseStatus.code "DENIED"'],
    [
      '{annotations.authorization.k8s.io/decision: [allow, deny]}',
      '4:7 no audit event has the annotations.authorization.k8s.io/decision "deny"',
    ],
    [
      '{kubernetes.audit.responseStatus.status: failed}',
      '4:7 no audit event has the responseStatus.status "failed"',
    ],
    ['{kind: Pod}', '4:7 no audit event has the kind "Pod"'],
  ])('%s', (test, expected) => {
    const { problems, rules } = load(test);
    expect(problems.map((p) => `${p.line}:${p.column} ${p.reason}`)).toEqual([expected]);
    expect(problems.map(({ kind }) => kind)).toEqual(['warning']);
    expect(rules).toHaveLength(1);
  });

  it.each(['{responseStatus.code: 403}', "{responseStatus.code: '4??'}", '{kind: event}'])(
    '%s is no such',
    (test) => {
      expect(load(test).problems).toEqual([]);
    },
  );
});

describe('keywords', () => {
  it('are looked for in whole bodies, too, and not in our own sentence', () => {
    const { rules } = load('[needle]');
    const set = compileRules(rules);
    const event = documentOf({ verb: 'get' });
    const body = { podwitness: { request_object: { data: { a: ['a needle'] } } } };
    expect(matchAll(set, { ...event, ...body })).toHaveLength(1);
    expect(matchAll(set, { ...event, message: 'needle' })).toHaveLength(0);
  });

  it('of alerts are looked for in what the sender said', () => {
    const { rules } = load('[needle]', '{product: falco}');
    const set = compileRules(rules);
    expect(matchAll(set, { falco: { output: 'a needle' } }, 'alert')).toHaveLength(1);
    expect(matchAll(set, { process: { args: ['-x', 'needle'] } }, 'alert')).toHaveLength(1);
    expect(matchAll(set, { message: 'needle' }, 'alert')).toHaveLength(0);
    expect(matchAll(set, { falco: { output: 'a needle' } }, 'audit')).toHaveLength(0);
  });
});

describe('processes', () => {
  it.each([
    ["{Image|endswith: '/curl', CommandLine|contains: ' -o '}", true],
    ["{ParentImage|endswith: '/sh'}", true],
    ['{User: root, CurrentDirectory: /tmp}', true],
    ['{CommandLine|contains: wget}', false],
    ['{process.command_line|contains: curl}', true],
  ])("are found by Sigma's names: %s", (test, expected) => {
    const { problems, rules } = load(test, '{product: linux, category: process_creation}');
    expect(problems).toEqual([]);
    const process = {
      ...{
        executable: '/usr/bin/curl',
        command_line: 'curl -o x http://a',
        working_directory: '/tmp',
      },
      parent: { executable: '/bin/sh' },
    };
    const event = { process, user: { name: 'root' } };
    expect(matchAll(compileRules(rules), event, 'process').length === 1).toBe(expected);
    expect(matchAll(compileRules(rules), event, 'alert').length === 1).toBe(expected);
    expect(matchAll(compileRules(rules), event, 'audit')).toEqual([]);
  });

  it('have no names that our events have nothing for', () => {
    const { problems } = load(
      '{OriginalFileName: x}',
      '{product: linux, category: process_creation}',
    );
    expect(problems.map(({ reason }) => reason)).toEqual([
      'no event has a field "OriginalFileName"',
    ]);
  });
});
