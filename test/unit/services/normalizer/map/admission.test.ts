import { describe, expect, it } from 'vitest';
import { ADMISSION, map } from './leaves.ts';

const review = (change: object = {}) =>
  map('admission', { ...ADMISSION, request: { ...ADMISSION.request, ...change } });
const PODS = { group: '', version: 'v1', resource: 'pods' };

it('says what a webhook can know, and what it can not', () => {
  const { document, event } = review();
  expect(event).toMatchObject({
    ...{ kind: 'audit', format: 'admission', partial: false, userName: 'alice', verb: 'update' },
    ...{ resource: 'deployments', namespace: 'shop', name: 'web', auditId: null, stage: null },
    ...{ code: null, decision: null },
  });
  expect(document).toMatchObject({
    '@timestamp': ADMISSION.requestReceivedTimestamp,
    event: { outcome: 'unknown', type: ['change'] },
    podwitness: {
      admission: { operation: 'UPDATE', dry_run: true, uid: ADMISSION.request.uid },
      missing: expect.arrayContaining(['auditID', 'stage', 'responseStatus', 'annotations']),
    },
  });
});

it('of an exec has the container and the command', () => {
  const { document, event } = review({
    ...{ operation: 'CONNECT', resource: PODS, subResource: 'exec', name: 'checkout-0' },
    object: { kind: 'PodExecOptions', container: 'app', command: ['sh', '-c', 'id'] },
  });
  expect(event).toMatchObject({ verb: 'connect', subresource: 'exec', container: 'app' });
  expect(event.pod).toBe('checkout-0');
  expect(document).toMatchObject({ podwitness: { admission: { command: ['sh', '-c', 'id'] } } });
});

it('is about what the client asked for', () => {
  const requestResource = { group: 'extensions', version: 'v1beta1', resource: 'deployments' };
  const { document } = review({ requestResource });
  expect(document).toMatchObject({
    kubernetes: { audit: { objectRef: { apiGroup: 'extensions', apiVersion: 'v1beta1' } } },
  });
});

describe('what is not there', () => {
  it('is not made up', () => {
    expect(review({ name: '', namespace: '' }).event).toMatchObject({
      name: null,
      namespace: null,
    });
    expect(review({ operation: 'constructor' }).event.verb).toBe('constructor');
    expect(review({ operation: undefined }).event.verb).toBeNull();
    const cut = map('admission', { kind: 'AdmissionReview', request: {} }, { isCut: true });
    expect(cut.event).toMatchObject({ partial: true, time: cut.event.receivedAt });
    expect(cut.document).toMatchObject({
      podwitness: { missing: expect.arrayContaining(['verb', 'user.username', 'objectRef']) },
    });
  });
});
