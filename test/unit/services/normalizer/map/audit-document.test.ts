import { describe, expect, it } from 'vitest';
import { ITEM, LINE, normalize, RECEIVED_MS, recordOf } from '../batches.ts';

const changed = (change: object) => normalize({ ...LINE, ...change });
const audit = (change: object) => changed(change).kubernetes.audit;

describe('an ordinary event', () => {
  it('has what every document has', () => {
    expect(normalize(ITEM)).toMatchObject({
      '@timestamp': ITEM.stageTimestamp,
      ecs: { version: expect.stringMatching(/^8\./) },
      event: {
        ...{ id: recordOf(ITEM).id, kind: 'event', module: 'kubernetes', action: 'get' },
        ...{
          dataset: 'kubernetes.audit_logs',
          outcome: 'success',
          category: ['api'],
          type: ['access', 'allowed'],
        },
        created: new Date(RECEIVED_MS).toISOString(),
      },
      data_stream: { type: 'logs', dataset: 'kubernetes.audit_logs', namespace: 'default' },
      orchestrator: { cluster: { name: 'prod' }, type: 'kubernetes', namespace: 'payments' },
      user: { name: 'alice', roles: ['dev', 'system:authenticated'] },
      url: { path: '/api/v1/namespaces/payments/secrets/db', query: 'limit=1' },
      message: 'alice read secret payments/db from 10.0.0.9 — allowed',
    });
    expect(normalize(ITEM).podwitness).toMatchObject({
      actor: { kind: 'human', name: 'alice', credential_type: 'certificate' },
      source: { claimed_ips: ['203.0.113.7'] },
    });
    expect(normalize(ITEM).podwitness).not.toHaveProperty('missing');
  });

  it('is the same as list item and as line', () => {
    expect(normalize(LINE)).toStrictEqual(normalize(ITEM));
  });

  it('has the fields of the record, too', () => {
    expect(recordOf(LINE)).toMatchObject({
      ...{ cluster: 'prod', time: Date.parse('2026-11-21T06:00:00.223Z'), receivedAt: RECEIVED_MS },
      ...{ auditId: ITEM.auditID, stage: 'ResponseComplete', level: 'Metadata', verb: 'get' },
      ...{ userName: 'alice', impersonatedUserName: null, sourceIp: '10.0.0.9', code: 200 },
      ...{ resource: 'secrets', subresource: null, namespace: 'payments', name: 'db' },
      decision: 'allow',
    });
  });

  it('believes the last source address alone', () => {
    expect(changed({}).source).toStrictEqual({ ip: '10.0.0.9', address: '10.0.0.9' });
    expect(changed({}).related.ip).toStrictEqual(['10.0.0.9']);
    expect(audit({}).sourceIPs).toStrictEqual(['203.0.113.7', '10.0.0.9']);
    expect(changed({ sourceIPs: ['1.2.3.4', 'no address'] })).not.toHaveProperty('source');
    expect(changed({ sourceIPs: ['fe80::1%eth0'] })).not.toHaveProperty('source');
    expect(changed({ sourceIPs: [] })).not.toHaveProperty('source');
  });
});

describe('outcome', () => {
  const outcome = (code: unknown, decision = 'allow') =>
    changed({
      responseStatus: { code },
      annotations: { 'authorization.k8s.io/decision': decision },
    }).event.outcome;

  it.each([
    [200, 'allow', 'success'],
    [101, 'allow', 'success'],
    [403, 'forbid', 'failure'],
    [403, 'allow', 'failure'],
    [500, 'allow', 'failure'],
    [undefined, 'allow', 'unknown'],
    [undefined, 'forbid', 'failure'],
    ['200', 'allow', 'unknown'],
  ])('of %s and %s is %s', (code, decision, expected) => {
    expect(outcome(code, decision)).toBe(expected);
  });
});

describe('a failed authentication', () => {
  const document = changed({
    ...{ user: {}, annotations: undefined, stage: 'ResponseStarted' },
    responseStatus: { code: 401 },
  });

  it('has no user and says so', () => {
    expect(document).not.toHaveProperty('user');
    expect(document.podwitness).toMatchObject({
      actor: { kind: 'unauthenticated' },
      missing: ['user.username'],
      missing_reason: ['absent'],
    });
    expect(document.event).toMatchObject({
      category: ['authentication', 'api'],
      type: ['start', 'denied'],
    });
    expect(document.event.outcome).toBe('failure');
    expect(document.message).toBe(
      'someone who is not authenticated tried to read secret payments/db from 10.0.0.9 — refused (401)',
    );
  });
});

describe('impersonation', () => {
  const document = changed({ impersonatedUser: { username: 'bob', groups: ['ops'] } });

  it('keeps both users apart', () => {
    expect(document.user).toMatchObject({ name: 'alice', effective: { name: 'bob' } });
    expect(document.related.user).toStrictEqual(['alice', 'u-1', 'bob']);
    expect(document.podwitness).toMatchObject({
      actor: { kind: 'human', name: 'alice' },
      effective_actor: { kind: 'human', name: 'bob' },
    });
    expect(document.kubernetes.audit.impersonatedUser).toStrictEqual({
      username: 'bob',
      groups: ['ops'],
    });
    expect(document.message).toMatch(/^alice as bob read /);
  });
});

describe('times', () => {
  const at = (stageTimestamp: unknown, requestReceivedTimestamp?: unknown) =>
    changed({ stageTimestamp, requestReceivedTimestamp })['@timestamp'];
  const received = new Date(RECEIVED_MS).toISOString();

  it.each(['9999-12-31T23:59:59.999999Z', '1970-01-01T00:00:00Z', '2028-02-29T12:00:00+05:30'])(
    'are kept as they were written: %s',
    (text) => {
      expect(at(text)).toBe(text);
    },
  );

  it.each([
    ...[undefined, null, 0, 1e12, '', 'yesterday', '2026-11-21', '2026-11-21 06:00:00Z'],
    ...['2026-02-30T00:00:00Z', '2026-13-01T00:00:00Z', '2026-11-21T24:00:00Z'],
    ...['2026-11-21T23:59:60Z', '2026-11-21T06:00:00', '+12026-01-01T00:00:00Z'],
    '2026-11-21T06:00:00.1234567891Z',
  ])('that are none give way to the next: %s', (text) => {
    expect(at(text)).toBe(received);
    expect(at(text, '2026-11-21T05:00:00Z')).toBe('2026-11-21T05:00:00Z');
    expect(audit({ stageTimestamp: text })).not.toHaveProperty('stageTimestamp');
    expect(changed({ stageTimestamp: text }).podwitness.missing).toContain('stageTimestamp');
  });

  it('of arrival are left out offline, so that a file gives the same bytes', () => {
    expect(normalize(LINE, { receivedAt: 0 }).event).not.toHaveProperty('created');
  });
});
