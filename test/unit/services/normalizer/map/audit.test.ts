import { describe, expect, it } from 'vitest';
import { partialEventId } from '../../../../../services/normalizer/map/event-id.ts';
import { ITEM, LINE } from '../batches.ts';
import { map, UID } from './leaves.ts';

const event = (change: object = {}) => map('audit', { ...LINE, ...change });
const ANNOTATIONS = { ...LINE.annotations, 'audit.k8s.io/truncated': 'true' };
const WRITE = { level: 'RequestResponse', verb: 'create' };

describe('an event that the API server truncated', () => {
  it.each([
    ['a write with both bodies', WRITE, ['requestObject', 'responseObject']],
    [
      'a write with its request',
      { level: 'Request', verb: 'patch' },
      ['responseObject', 'requestObject'],
    ],
    ['a list', { level: 'RequestResponse', verb: 'list' }, ['responseObject']],
    ['a watch', { level: 'RequestResponse', verb: 'watch' }, undefined],
    ['an exec', { ...WRITE, objectRef: { resource: 'pods', subresource: 'exec' } }, undefined],
    ['a request that came in', { ...WRITE, stage: 'RequestReceived' }, undefined],
  ])('is partial and says what is missing: %s', (_, change, missing) => {
    const { document, event: record } = event({ ...change, annotations: ANNOTATIONS });
    expect(record.partial).toBe(true);
    expect(document).toMatchObject({ podwitness: { partial: true } });
    expect((document['podwitness'] as unknown as { missing?: unknown }).missing).toStrictEqual(
      missing,
    );
  });

  it('is another record than the whole one, and related to it', () => {
    const whole = event(WRITE);
    const truncated = event({ ...WRITE, annotations: ANNOTATIONS });
    expect(truncated.event.id).not.toBe(whole.event.id);
    expect(truncated.document).toMatchObject({ podwitness: { related_event: whole.event.id } });
    expect(whole.event.partial).toBe(false);
    const dedotted = { ...LINE.annotations, 'audit_k8s_io/truncated': 'true' };
    expect(event({ annotations: dedotted }).event.partial).toBe(true);
    expect(event({ annotations: { 'audit.k8s.io/truncated': 'false' } }).event.partial).toBe(false);
  });
});

describe('an event whose text ended early', () => {
  // As encoding/json writes it: what stands first is there.
  const NAMES = ['level', 'auditID', 'stage', 'requestURI', 'verb', 'user', 'sourceIPs'] as const;
  const cutAfter = (count: number) => {
    const value = Object.fromEntries(NAMES.slice(0, count).map((name) => [name, ITEM[name]]));
    return map('audit', value, { isCut: true });
  };

  it('says what a whole one of its level and stage would have', () => {
    expect(cutAfter(7).document).toMatchObject({
      podwitness: {
        partial: true,
        missing: [
          ...['requestReceivedTimestamp', 'stageTimestamp', 'userAgent', 'objectRef'],
          ...['responseStatus', 'annotations'],
        ],
      },
    });
    expect(cutAfter(0).document).toMatchObject({
      podwitness: { missing: expect.arrayContaining(['verb', 'responseObject', 'user.username']) },
    });
  });

  it('has an id of its own at every length, the same on every delivery', () => {
    const ids = NAMES.map((_, count) => cutAfter(count).event.id);
    expect(new Set(ids).size).toBe(NAMES.length);
    expect(ids).toStrictEqual(NAMES.map((_, count) => cutAfter(count).event.id));
    // The same members, whole: an event that never had more.
    const value = { verb: 'get' };
    const whole = map('audit', value).event.id;
    expect(map('audit', value, { isCut: true }).event.id).not.toBe(whole);
  });

  it('is related to the whole one only where it says which one that is', () => {
    expect(cutAfter(7).document).not.toHaveProperty('podwitness.related_event');
    const { annotations: _annotations, ...rest } = LINE;
    const late = map('audit', rest, { isCut: true });
    expect(late.document).toMatchObject({
      podwitness: { related_event: event().event.id, missing: ['annotations'] },
    });
    expect(partialEventId('other', rest).whole).not.toBe(event().event.id);
  });
});

describe('the request UID', () => {
  const KEY = 'execmetadata.spo.io/SPO_EXEC_REQUEST_UID';
  it.each([
    ['of an exec', { [KEY]: UID }, UID],
    ['of a debug pod', { 'nodedebuggingpod.spo.io/SPO_EXEC_REQUEST_UID': UID }, UID],
    ['without dots', { 'execmetadata_spo_io/SPO_EXEC_REQUEST_UID': UID }, UID],
    ['of a webhook to come', { 'x.example/SPO_EXEC_REQUEST_UID': UID }, UID],
    ['in any order', { 'z.io/SPO_EXEC_REQUEST_UID': 'z', [KEY]: UID }, UID],
    ['without a webhook', { SPO_EXEC_REQUEST_UID: UID }, null],
    ['empty', { [KEY]: '' }, null],
    ['no text', { [KEY]: [UID] }, null],
  ])('%s', (_, annotations, uid) => {
    const { document, event: record } = event({ annotations });
    expect(record.requestUid).toBe(uid);
    if (uid !== null) expect(document).toMatchObject({ podwitness: { request_uid: uid } });
  });
});

describe('the place', () => {
  const exec = (query: string) =>
    event({
      requestURI: `/api/v1/namespaces/a/pods/p/exec${query}`,
      objectRef: { resource: 'pods', namespace: 'a', name: 'p', subresource: 'exec' },
    }).event;

  it('of a request on a pod is the pod, and the container that it names', () => {
    expect(exec('?command=id&container=app')).toMatchObject({
      pod: 'p',
      container: 'app',
      node: null,
    });
    expect(exec('?container=a%2Fb&container=c').container).toBe('a/b');
    expect(exec('?container=').container).toBeNull();
    expect(exec('?%E0%A4%A&container=%').container).toBe('%');
    expect(exec('').container).toBeNull();
  });

  it('of a request on a node is the node', () => {
    const objectRef = { resource: 'nodes', name: 'worker-1', subresource: 'proxy' };
    expect(event({ objectRef }).event).toMatchObject({ node: 'worker-1', pod: null });
  });
});

it('of v1beta1 has one time, and the group in the version', () => {
  const { requestReceivedTimestamp: _r, stageTimestamp: _s, ...rest } = LINE;
  const { document } = map('audit', {
    ...{ ...rest, apiVersion: 'audit.k8s.io/v1beta1', timestamp: '2026-11-18T10:30:00Z' },
    objectRef: { resource: 'deployments', name: 'web', apiVersion: 'apps/v1' },
  });
  expect(document).toMatchObject({
    '@timestamp': '2026-11-18T10:30:00Z',
    kubernetes: {
      audit: {
        requestReceivedTimestamp: '2026-11-18T10:30:00Z',
        objectRef: { apiGroup: 'apps', apiVersion: 'v1' },
      },
    },
    podwitness: { missing: ['stageTimestamp'] },
  });
});

describe('what came around it', () => {
  it('is kept, and never believed', () => {
    const fields = { tag: 'kube.audit', file: '/var/log/audit.log' };
    const envelope = { via: ['fluent-bit', 'cri'], cluster: 'elsewhere', node: 'n-9', fields };
    const { document, event: record } = map('audit', LINE, { envelope });
    expect(record).toMatchObject({ cluster: 'prod', node: null });
    expect(document).toMatchObject({
      orchestrator: { cluster: { name: 'prod' } },
      podwitness: {
        ingest: { ...envelope, source: 'logs', format: 'audit' },
      },
    });
    expect(record.id).toBe(event().event.id);
  });

  it('is bounded', () => {
    const fields = Object.fromEntries(
      Array.from({ length: 1000 }, (_, i) => [`${i}\0${'k'.repeat(1e4)}`, 'v'.repeat(1e5)]),
    );
    const envelope = { via: Array<string>(1000).fill('x'), cluster: 'c'.repeat(1e6), fields };
    const { event: record } = map('audit', LINE, { envelope });
    expect(record.document.length).toBeLessThan(40_000);
    expect(record.document.includes('\\u0000')).toBe(false);
  });
});
