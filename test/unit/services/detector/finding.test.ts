import { describe, expect, it } from 'vitest';
import {
  buildFinding,
  findingId,
  ofSession,
  SEVERITY,
  toRecord,
} from '../../../../services/detector/finding.ts';
import { loadRules } from '../../../../services/detector/rules/load.ts';
import { LEVELS, type Rule } from '../../../../services/detector/rules/model.ts';
import { requestIdentity } from '../../../../services/detector/sessions/facts/session-id.ts';
import { documentOf, type RawEvent } from './audit-document.ts';
import { bundledFiles } from './bundled.ts';
import { plainly } from './match-all.ts';

const EXEC: RawEvent = {
  auditID: 'f8c1',
  stage: 'ResponseStarted',
  level: 'Request',
  verb: 'get',
  requestURI:
    '/api/v1/namespaces/payments/pods/checkout-0/exec?command=%2Fbin%2Fbash&container=app&stdin=true&tty=true',
  user: { username: 'alice', groups: ['dev'] },
  sourceIPs: ['198.51.100.7', '10.1.2.3'],
  userAgent: 'kubectl/v1.33.1',
  objectRef: { resource: 'pods', subresource: 'exec', namespace: 'payments', name: 'checkout-0' },
  responseStatus: { code: 101 },
  requestReceivedTimestamp: '2026-11-21T06:10:00.029056Z',
  stageTimestamp: '2026-11-21T06:10:00.050302Z',
  annotations: { 'authorization.k8s.io/decision': 'allow' },
};

function ruleNamed(path: string): Rule {
  const rule = loadRules(bundledFiles()).ruleSet.rules.find((one) => one.path === path);
  if (rule === undefined) throw new Error(`no rule ${path}`);
  return rule;
}

const rule = ruleNamed('exec_into_pod.yml');

describe('a finding', () => {
  it('has the fields that others rely on', () => {
    const finding = buildFinding(plainly(rule), documentOf(EXEC));
    const { record } = finding;
    expect(record).toMatchObject({
      ...{ cluster: 'test', time: Date.parse('2026-11-21T06:10:00.029Z'), mode: 'active' },
      ruleId: rule.id,
      level: 'MEDIUM',
      events: ['f8c1/ResponseStarted'],
      userName: 'alice',
      message: 'alice opened a shell in pod payments/checkout-0 (container app): /bin/bash',
    });
    expect(finding.document).toMatchObject({
      '@timestamp': '2026-11-21T06:10:00.029056Z',
      message: record.message,
      event: {
        id: record.id,
        kind: 'alert',
        dataset: 'podwitness.findings',
        action: 'get',
        severity: 47,
      },
      data_stream: { type: 'logs', dataset: 'podwitness.findings', namespace: 'default' },
      ecs: { version: '8.17.0' },
      orchestrator: { cluster: { name: 'test' } },
      rule: {
        id: rule.id,
        name: 'Command Started In A Pod',
        ruleset: 'bundled',
        author: 'podwitness',
      },
      podwitness: { finding: { level: 'medium', events: record.events } },
      kubernetes: {
        audit: {
          auditID: 'f8c1',
          verb: 'get',
          user: { username: 'alice' },
          objectRef: EXEC.objectRef,
          responseStatus: { code: 101 },
        },
      },
      user: { name: 'alice' },
      source: { ip: '10.1.2.3' },
      user_agent: { original: 'kubectl/v1.33.1' },
      threat: {
        framework: 'MITRE ATT&CK',
        tactic: { id: ['TA0002'] },
        technique: { id: ['T1609'] },
      },
      related: { ip: ['10.1.2.3'] },
    });
  });

  it('has no empty parts, whatever the event lacks', () => {
    const bare = buildFinding(plainly(rule), {
      '@timestamp': '2026-11-21T06:00:00Z',
      event: { id: 'e' },
    });
    expect(Object.keys(bare.document).sort()).toEqual(
      [
        '@timestamp',
        'data_stream',
        'ecs',
        'event',
        'message',
        'podwitness',
        'rule',
        'threat',
      ].sort(),
    );
    expect(bare.record).toMatchObject({ cluster: '', userName: null, events: ['e'] });
    expect(JSON.stringify(bare.document)).not.toMatch(/null|\{\}|undefined/);
  });

  it('says who it was and whose it is', () => {
    const told = { environment: 'production', team: 'pay', owner: 'x', criticality: 'high' };
    const actor = { kind: 'human', name: 'alice', workload: 'learnt from elsewhere' };
    const podwitness = { ...told, actor, request: { tty: true } };
    const { document } = buildFinding(plainly(rule), { ...documentOf(EXEC), podwitness });
    expect(document['podwitness']).toEqual({
      ...told,
      actor: { kind: 'human', name: 'alice' },
      finding: {
        runbook: rule.runbook?.trim(),
        level: 'medium',
        mode: 'active',
        language: 'sigma',
        events: ['f8c1/ResponseStarted'],
      },
    });
  });

  it('says nothing of the stage at which a session was seen', () => {
    const event = documentOf(EXEC);
    const types = (finding: ReturnType<typeof buildFinding>) =>
      (finding.document as { event: { type: unknown } }).event.type;
    for (const stage of ['start', 'end']) {
      const seen = { ...event, event: { ...(event['event'] as object), type: [stage, 'allowed'] } };
      expect(types(buildFinding(plainly(rule), seen))).toEqual(['allowed']);
    }
  });

  it('grows in severity with the level', () => {
    const severities = LEVELS.map((level) => SEVERITY[level]);
    expect(severities).toEqual([...severities].sort((a, b) => a - b));
    expect(new Set(severities).size).toBe(LEVELS.length);
  });
});

describe('a finding on what opens a session', () => {
  it('names it, and is the same otherwise', () => {
    const finding = buildFinding(plainly(rule), documentOf(EXEC));
    const named = ofSession(finding, 's-1');
    expect(named.document).toMatchObject({ podwitness: { session: { id: 's-1' } } });
    const { session: _session, ...own } = named.document['podwitness'] as { session: unknown };
    expect({ ...named, document: { ...named.document, podwitness: own } }).toEqual(finding);
    expect(JSON.parse(toRecord(named).document.toString('utf8'))).toEqual(named.document);
    expect(toRecord(named)).toMatchObject(finding.record);
  });
});

describe('the id of a finding', () => {
  const idOf = (event: RawEvent, cluster?: string) =>
    findingId(rule.id, requestIdentity(documentOf(event, cluster)));

  it('is one for all stages of a request', () => {
    const complete = { ...EXEC, stage: 'ResponseComplete', stageTimestamp: '2026-11-21T06:30:00Z' };
    expect(idOf(complete)).toBe(idOf(EXEC));
    const [first, second] = [EXEC, complete].map((event) =>
      buildFinding(plainly(rule), documentOf(event)),
    );
    expect(second?.record.id).toBe(first?.record.id);
    expect(second?.document['@timestamp']).toBe(first?.document['@timestamp']);
  });

  it.each<[string, Partial<RawEvent>]>([
    ['auditID', { auditID: 'other' }],
    ['time of receipt', { requestReceivedTimestamp: '2026-11-21T06:10:00.029057Z' }],
    ['verb', { verb: 'create' }],
    ['URI', { requestURI: '/api' }],
    ['user', { user: { username: 'bob' } }],
    ['user, absent', { user: {} }],
  ])('differs with the %s', (_, change) => {
    expect(idOf({ ...EXEC, ...change })).not.toBe(idOf(EXEC));
  });

  it('is one with and without the key of redaction', () => {
    const [plain, hashed] = ['REDACTED', 'REDACTED~0123456789abcd-_'].map((mark) =>
      requestIdentity(documentOf({ ...EXEC, requestURI: `/exec?command=mysql&command=-p${mark}` })),
    );
    expect(hashed).toEqual(plain);
    const other = requestIdentity(documentOf({ ...EXEC, requestURI: '/exec?command=mysql' }));
    expect(other).not.toEqual(plain);
  });

  it('differs with cluster and rule', () => {
    expect(idOf(EXEC, 'other')).not.toBe(idOf(EXEC));
    const identity = requestIdentity(documentOf(EXEC));
    expect(findingId('other', identity)).not.toBe(findingId(rule.id, identity));
  });

  it.each(['auditID', 'requestReceivedTimestamp'])(
    'rests on the event where there is no %s',
    (key) => {
      const { [key]: _, ...event } = EXEC;
      const [first, second] = ['one', 'two'].map((id) => ({ ...documentOf(event), event: { id } }));
      expect(requestIdentity(first ?? {})).toEqual(['test', 'one']);
      expect(requestIdentity(second ?? {})).toEqual(['test', 'two']);
    },
  );
});
