import { describe, expect, it } from 'vitest';
import { GKE, map, UID } from './leaves.ts';

const entry = (payload: object = {}, change: object = {}) =>
  map('gke', { ...GKE, ...change, protoPayload: { ...GKE.protoPayload, ...payload } });

it('an exec is an event of the audit log, and what is inferred is told', () => {
  const { document, event } = entry();
  expect(event).toMatchObject({
    ...{ kind: 'audit', format: 'gke', cluster: 'prod', auditId: GKE.insertId, verb: 'create' },
    ...{ stage: 'ResponseStarted', code: 101, userName: 'alice@example.com', requestUid: UID },
    ...{ resource: 'pods', subresource: 'exec', namespace: 'payments', pod: 'checkout-0' },
    ...{ sourceIp: '203.0.113.7', decision: 'allow' },
  });
  expect(document).toMatchObject({
    '@timestamp': GKE.timestamp,
    event: { dataset: 'kubernetes.audit_logs' },
    cloud: { provider: 'gcp', project: { id: 'acme' } },
    podwitness: {
      missing: ['requestURI', 'requestReceivedTimestamp'],
      inferred: ['level', 'stage', 'responseStatus.code'],
    },
  });
});

it('has one id however late it was received', () => {
  const late = entry({}, { receiveTimestamp: '2026-11-19T00:00:00Z' });
  expect(late.event.id).toBe(entry().event.id);
  expect(entry({}, { insertId: 'other' }).event.id).not.toBe(entry().event.id);
});

describe('the object', () => {
  it.each([
    ['core/v1/nodes', { resource: 'nodes', name: null, namespace: null }],
    ['core/v1/nodes/n-1', { resource: 'nodes', name: 'n-1', node: 'n-1' }],
    ['core/v1/nodes/n-1/proxy/exec', { resource: 'nodes', subresource: 'proxy/exec' }],
    ['core/v1/namespaces', { resource: 'namespaces', name: null }],
    ['core/v1/namespaces/a', { resource: 'namespaces', name: 'a', namespace: 'a' }],
    ['core/v1/namespaces/a/finalize', { resource: 'namespaces', subresource: 'finalize' }],
    ['core/v1/namespaces/a/pods', { resource: 'pods', name: null, namespace: 'a' }],
    ['apps/v1/namespaces/a/deployments/w', { resource: 'deployments', name: 'w', namespace: 'a' }],
    ['x.io/v1/namespaces/a/ws/w/status/more', { resource: 'ws', subresource: 'status/more' }],
    ['', { resource: null }],
  ])('of %s', (resourceName, fields) => {
    expect(entry({ resourceName }).event).toMatchObject(fields);
  });
});

describe('the answer', () => {
  const get = {
    resourceName: 'core/v1/namespaces/a/secrets/s',
    methodName: 'io.k8s.core.v1.x.get',
  };
  it.each([
    ['no status', { status: {} }, 200, true],
    ['Google’s code', { status: { code: 7 } }, 403, true],
    ['an HTTP code', { status: { code: 404 } }, 404, false],
    ['a Status', { status: { code: 5 }, response: { code: 409, reason: 'Conflict' } }, 409, false],
    ['a code that is none', { status: { code: 99 } }, null, false],
  ])('is known by %s', (_, payload, code, isInferred) => {
    const { document, event } = entry({ ...get, ...payload });
    expect(event).toMatchObject({ code, stage: 'ResponseComplete', verb: 'get' });
    const { inferred } = document['podwitness'] as unknown as { inferred: readonly string[] };
    expect(inferred.includes('responseStatus.code')).toBe(isInferred);
  });

  it('is not made up for an entry that was cut', () => {
    const { protoPayload, ...rest } = GKE;
    const { status: _status, ...payload } = protoPayload;
    const { document, event } = map('gke', { ...rest, protoPayload: payload }, { isCut: true });
    expect(event).toMatchObject({ code: null, partial: true });
    expect(document).toMatchObject({
      podwitness: { missing: expect.arrayContaining(['responseStatus', 'requestObject']) },
    });
  });
});

it('a decision stands in the grants where no label has it', () => {
  const refused = { authorizationInfo: [{ granted: true }, { granted: false }] };
  const { document, event } = entry(refused, { labels: {} });
  expect(event.decision).toBe('forbid');
  expect(document).toMatchObject({
    podwitness: {
      inferred: expect.arrayContaining(['annotations.authorization.k8s.io/decision']),
    },
  });
  expect(entry({ authorizationInfo: [] }, { labels: {} }).event.decision).toBeNull();
});
