import { describe, expect, it } from 'vitest';
import { eventId } from '../../../../../services/normalizer/map/event-id.ts';
import { choicesFrom, render } from '../../../../support/odd-json.ts';
import { eventsOf, ITEM, LINE } from '../batches.ts';

const { user: _user, ...rest } = ITEM;
/** As a failed authentication is recorded. */
const ANONYMOUS = { ...rest, user: {}, stage: 'ResponseStarted', responseStatus: { code: 401 } };

const id = (event: object, cluster = 'prod'): string => eventId(cluster, { ...event });

describe('the same event', () => {
  it.each([
    ['an event', ITEM],
    ['a failed authentication', ANONYMOUS],
  ])('has one id as list item, line and envelope, however it is written: %s', (_, event) => {
    const withKind = { kind: 'Event', apiVersion: 'audit.k8s.io/v1', ...event };
    const reversed = Object.fromEntries(Object.entries(withKind).reverse());
    const bodies = [
      JSON.stringify({ items: [event] }),
      JSON.stringify(withKind),
      JSON.stringify(reversed, null, 2),
      ...[1, 2, 3, 4].map((seed) => render(withKind, choicesFrom(seed))),
    ];
    const ids = bodies.flatMap((body) => eventsOf(body).map((record) => record.id));
    expect(ids).toHaveLength(bodies.length);
    expect(new Set(ids).size).toBe(1);
  });

  it('has one id whole and truncated, early and late', () => {
    const truncated = { ...LINE, annotations: { 'audit.k8s.io/truncated': 'true' } };
    const whole = { ...LINE, requestObject: { kind: 'Pod' } };
    expect(id(truncated)).toBe(id(whole));
    const receivedAt = [0, 1, 1e12];
    const ids = receivedAt.map((at) => eventsOf(JSON.stringify(ITEM), { receivedAt: at })[0]?.id);
    expect(new Set(ids).size).toBe(1);
  });
});

describe('different events with one auditID', () => {
  // An `Audit-ID` header is enough to make them (auditID is the client's choice).
  it.each([
    ['stage', { stage: 'RequestReceived' }],
    ['time of the request', { requestReceivedTimestamp: '2026-11-21T06:00:00.123457Z' }],
    ['time of the stage', { stageTimestamp: '2026-11-21T06:00:00.223457Z' }],
    ['verb', { verb: 'delete' }],
    ['URI', { requestURI: '/api/v1/namespaces/payments/secrets/other' }],
    ['user', { user: { ...ITEM.user, username: 'mallory' } }],
    ['no user', { user: {} }],
    ['no stage', { stage: undefined }],
  ])('have different ids: %s', (_, change) => {
    expect(id({ ...ITEM, ...change })).not.toBe(id(ITEM));
  });

  it('have different ids in different clusters', () => {
    expect(id(ITEM, 'a')).not.toBe(id(ITEM, 'b'));
    expect(id(ANONYMOUS, 'a')).not.toBe(id(ANONYMOUS, 'b'));
  });

  it('have different ids without a user, whatever it is that differs', () => {
    const changes = [
      {},
      { sourceIPs: ['10.0.0.8'] },
      { userAgent: 'curl' },
      { responseStatus: { code: 403 } },
      { annotations: { a: 'b' } },
      { objectRef: { resource: 'pods' } },
      { requestObject: { a: [1, 2] } },
      { requestObject: { a: [2, 1] } },
      { requestObject: { a: ['1', 2] } },
      { user: null },
      { user: { username: null } },
      { user: { username: '' } },
    ];
    const ids = changes.map((change) => id({ ...ANONYMOUS, ...change }));
    expect(new Set(ids).size).toBe(changes.length);
  });
});

it('does not let one part run into the next', () => {
  const a = id({ ...ITEM, verb: 'get', requestURI: '/x' });
  const b = id({ ...ITEM, verb: 'get/', requestURI: 'x' });
  expect(a).not.toBe(b);
});

it('stays what it is: ids are stored and deduplicated by', () => {
  expect(id(ITEM)).toBe('UgrH3qUyKMOwK8XktUdLs75iOsc');
  expect(id(ANONYMOUS)).toBe('1MU9XeaR4i2WdUL98h8LmhkK0iA');
});
